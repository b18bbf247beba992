//! What is in view of a model: the user's words, and what calls brought.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{
    derivation::{Derivation, Labels},
    leaf::{Leaf, each_leaf},
    record::{Record, records},
    role::Role,
    said::Said,
};

/// Most different values of records that are kept; what comes after them is untrusted. Bounds the memory of a long run.
const MAX_VALUES: usize = 200_000;

/// Who chose what a call looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directed {
    /// The user: each of its arguments is the user's or stands in something that the user named.
    ByUser,
    /// The model, or nobody knows.
    ByModel,
}

/// A call whose result is in view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// `tool.function`.
    pub function: String,
    /// Who chose what it looked at.
    pub directed: Directed,
}

/// What a model has in view: it only grows, whatever is compacted or cut on the way.
#[derive(Debug, Clone, Default)]
pub struct View {
    said: Said,
    sources: Vec<Source>,
    /// Whole values of records, and whether the user named the record.
    values: HashMap<String, IsNamed>,
    /// How many sources the model chose.
    by_model: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum IsNamed {
    No,
    Yes,
}

impl View {
    /// Only what a user said.
    #[must_use]
    pub fn of(words: &str) -> Self {
        Self { said: Said::new(words), ..Self::default() }
    }

    /// Takes in what a call brought.
    pub fn see(&mut self, source: Source, result: &Value) {
        self.by_model += usize::from(source.directed == Directed::ByModel);
        self.sources.push(source);
        for record in records(result) {
            self.keep(&record);
        }
    }

    fn keep(&mut self, Record { values, is_object }: &Record) {
        let names: Vec<&String> = if *is_object { values.iter().filter(|value| self.said.names(value)).collect() } else { Vec::new() };
        for value in values {
            let is_named = if names.iter().any(|name| *name != value) { IsNamed::Yes } else { IsNamed::No };
            if let Some(known) = self.values.get_mut(value) {
                *known = (*known).max(is_named);
            } else if self.values.len() < MAX_VALUES {
                self.values.insert(value.clone(), is_named);
            }
        }
    }

    /// What is in view, in its order.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The labels of a call's arguments, of which the manifest says that these are content.
    #[must_use]
    pub fn label(&self, arguments: &Value, content: &BTreeSet<String>) -> Labels {
        let functions = self.sources.iter().map(|source| source.function.clone()).collect();
        Labels::collect(arguments, content, functions, |leaf, role| self.derivation(leaf, role))
    }

    /// Who chose what a call looks at. To look for words of the user, in any order, is to do what the user said.
    #[must_use]
    pub fn directed(&self, arguments: &Value) -> Directed {
        let (mut any, mut all) = (false, true);
        each_leaf(arguments, Role::Target, 0, &mut |leaf, _| {
            any = true;
            all &= match leaf {
                Leaf::Text(text) if self.said.has_words_of(text) => true,
                Leaf::Text(_) | Leaf::Number(_) | Leaf::Other => self.derivation(leaf, Role::Target) <= Derivation::Named,
            };
        });
        if any && all { Directed::ByUser } else { Directed::ByModel }
    }

    fn derivation(&self, leaf: Leaf<'_>, role: Role) -> Derivation {
        match (leaf, role) {
            (Leaf::Text(text), _) if self.said.has(text) || self.said.has_day_of(text) => Derivation::User,
            (Leaf::Text(text), Role::Target) => self.selected(text),
            (Leaf::Text(text), Role::Content) if self.said.has_words_of(text) => Derivation::User,
            // What a model says may be made of everything that it has seen.
            (Leaf::Text(_), Role::Content) if !self.sources.is_empty() && self.by_model == 0 => Derivation::Named,
            (Leaf::Text(_), Role::Content) => Derivation::Untrusted,
            (Leaf::Number(number), _) if self.said.has_number(number) => Derivation::User,
            (Leaf::Number(number), _) => self.selected(&number.to_string()),
            // One bit, and nothing in view says whose.
            (Leaf::Other, _) => Derivation::Untrusted,
        }
    }

    fn selected(&self, value: &str) -> Derivation {
        match self.values.get(value) {
            Some(IsNamed::Yes) => Derivation::Named,
            Some(IsNamed::No) => Derivation::Selected,
            None => Derivation::Untrusted,
        }
    }
}

#[cfg(test)]
mod tests;
