//! What is in view of a model: the user's words, and what calls brought.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::{
    derivation::{Derivation, Labels},
    leaf::{Leaf, each_leaf},
    link::links,
    record::{Record, records},
    role::Role,
    said::Said,
};

/// Most different values of records that are kept; what comes after them is untrusted. Bounds the memory of a long run.
const MAX_VALUES: usize = 200_000;
/// Most web addresses that are kept.
const MAX_LINKS: usize = 100_000;
/// Longest value that is selected without a name, in characters.
const MAX_HANDLE_CHARS: usize = 32;
/// Most digits that it has: with more, it is the number of an account, a telephone or a code.
const MAX_HANDLE_DIGITS: usize = 5;
/// Fewest words of the user that a search has to be for; one is in any sentence.
const MIN_WORDS: usize = 2;

/// Who chose what a call looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// Where its result comes from.
    pub from: Whence,
    /// What is confidential in it, by name.
    pub secrets: BTreeSet<String>,
}

/// Where a result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whence {
    /// The workspace, the memory, the agent itself; also where nobody knows.
    Inside,
    /// The network.
    Network,
}

/// What a model has in view: it only grows, whatever is compacted or cut on the way.
#[derive(Debug, Clone, Default)]
pub struct View {
    said: Said,
    /// By function, and who chose what its calls looked at: the model, where it chose once.
    sources: BTreeMap<String, Directed>,
    /// What is confidential in them.
    secrets: BTreeSet<String>,
    /// Whether a call changed the workspace: a model can put together there what it likes, out of pieces, and read it back.
    has_changed: bool,
    /// Every record once.
    records: BTreeSet<Record>,
    /// Whole values of records, each with what names a record that it stands in.
    values: HashMap<String, BTreeSet<String>>,
    /// What names records, and how many of them.
    names: HashMap<String, usize>,
    /// Web addresses that stand in what came from the network. Those of files do not count: a tool could put one together there out of
    /// pieces that a model gave it.
    links: HashSet<String>,
    /// What the model wrote itself out of nothing that is trusted, and the addresses in it: wherever it turns up again, it is no better
    /// for that.
    written: HashSet<String>,
}

impl View {
    /// Only what a user said.
    #[must_use]
    pub fn of(words: &str) -> Self {
        Self { said: Said::new(words), ..Self::default() }
    }

    /// Takes in what a call of these arguments brought.
    pub fn see(&mut self, source: Source, arguments: &Value, result: &Value) {
        let mut written = Vec::new();
        each_leaf(arguments, Role::Target, 0, &mut |leaf, _| {
            if let Leaf::Text(text) = leaf
                && self.derivation(leaf, Role::Target) == Derivation::Untrusted
            {
                written.push(text.to_owned());
                written.extend(links(text).map(ToOwned::to_owned));
            }
        });
        self.written.extend(written);
        if source.from == Whence::Network {
            each_leaf(result, Role::Target, 0, &mut |leaf, _| {
                if let Leaf::Text(text) = leaf {
                    let room = MAX_LINKS.saturating_sub(self.links.len());
                    self.links.extend(links(text).take(room).map(ToOwned::to_owned));
                }
            });
        }
        self.secrets.extend(source.secrets);
        let is_own = self.has_changed && source.from == Whence::Inside;
        let directed = self.sources.entry(source.function).or_insert(source.directed);
        *directed = (*directed).max(source.directed);
        for record in records(result).into_iter().filter(|_| !is_own) {
            self.keep(record);
        }
    }

    /// A call changed the workspace: what is read there from now on names nothing, and is named by nothing.
    pub fn changed(&mut self) {
        self.has_changed = true;
    }

    fn keep(&mut self, record: Record) {
        if self.values.len() >= MAX_VALUES || self.records.contains(&record) {
            return;
        }
        let names: BTreeSet<&String> = record.names.iter().filter(|name| self.said.names(name)).collect();
        for name in &names {
            *self.names.entry((*name).clone()).or_default() += 1;
        }
        for value in &record.values {
            let others = names.iter().filter(|name| **name != value).map(|name| (*name).clone());
            self.values.entry(value.clone()).or_default().extend(others);
        }
        self.records.insert(record);
    }

    /// What is confidential in view, by name.
    #[must_use]
    pub fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    /// Whether any result is in view.
    #[must_use]
    pub fn has_results(&self) -> bool {
        !self.sources.is_empty()
    }

    fn is_all_by_user(&self) -> bool {
        self.has_results() && self.sources.values().all(|directed| *directed == Directed::ByUser)
    }

    /// The labels of a call's arguments, of which the manifest says that these are content.
    #[must_use]
    pub fn label(&self, arguments: &Value, content: &BTreeSet<String>) -> Labels {
        let labels = Labels::collect(arguments, content, (self.sources.keys(), &self.secrets), |leaf, role| self.derivation(leaf, role));
        // Which of the user's words a model takes, and in which order, can say something of its own.
        let mut is_verbatim = true;
        each_leaf(arguments, Role::Target, 0, &mut |leaf, _| is_verbatim &= self.is_verbatim(leaf));
        if is_verbatim { labels } else { labels.carrying(&self.secrets) }
    }

    /// Whether a value stands in the user's words as it is.
    fn is_verbatim(&self, leaf: Leaf<'_>) -> bool {
        match leaf {
            Leaf::Text(text) => self.said.has(text) || self.said.has_day_of(text),
            Leaf::Number(number) => self.said.has_number(number),
            Leaf::Other => false,
        }
    }

    /// Who chose what a call looks at. To look for words of the user, in any order, is to do what the user said.
    #[must_use]
    pub fn directed(&self, arguments: &Value) -> Directed {
        let (mut any, mut all) = (false, true);
        each_leaf(arguments, Role::Target, 0, &mut |leaf, role| {
            any = true;
            all &= match (leaf, role) {
                (Leaf::Text(text), _) if self.said.has_words_of(text) && self.said.words_in_common(text) >= MIN_WORDS => true,
                (_, Role::Target) => self.derivation(leaf, role) <= Derivation::Named,
                (_, Role::Content) => self.derivation(leaf, role) == Derivation::User,
            };
        });
        if any && all { Directed::ByUser } else { Directed::ByModel }
    }

    fn derivation(&self, leaf: Leaf<'_>, role: Role) -> Derivation {
        match (leaf, role) {
            (Leaf::Text(text), _) if self.said.has_day_of(text) => Derivation::User,
            (Leaf::Text(text), Role::Target) if self.said.has_value(text) => Derivation::User,
            // A plain word of a sentence is a value if it is one of something in view.
            (Leaf::Text(text), Role::Target) if self.said.has(text) && self.values.contains_key(text) => Derivation::User,
            (Leaf::Text(text), Role::Target) => self.selected(text),
            (Leaf::Text(text), Role::Content) if self.said.has(text) || self.said.has_words_of(text) => Derivation::User,
            // What a model says may be made of everything that it has seen.
            (Leaf::Text(_), Role::Content) if self.is_all_by_user() => Derivation::Named,
            (Leaf::Text(_), Role::Content) => Derivation::Untrusted,
            (Leaf::Number(number), _) if self.said.has_number(number) => Derivation::User,
            (Leaf::Number(number), _) => self.selected(&number.to_string()),
            // Nothing in view says whose it is.
            (Leaf::Other, _) => Derivation::Untrusted,
        }
    }

    fn selected(&self, value: &str) -> Derivation {
        if self.written.contains(value) {
            return Derivation::Untrusted;
        }
        let worst = if self.links.contains(value) { Derivation::Linked } else { Derivation::Untrusted };
        let Some(names) = self.values.get(value) else { return worst };
        // A name that two records have names neither: one of them may be there to be taken for the other.
        let is_only = |name: &String| self.names.get(name).is_some_and(|records| *records == 1);
        if names.iter().any(is_only) {
            Derivation::Named
        } else if is_handle(value) {
            Derivation::Selected
        } else {
            worst
        }
    }
}

/// Whether a value is short and of one word, and so no address, sentence or number of an account: those reach or say something that
/// nobody here knows.
fn is_handle(value: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    value.chars().count() <= MAX_HANDLE_CHARS
        && value.chars().all(is_part)
        && value.chars().filter(char::is_ascii_digit).count() <= MAX_HANDLE_DIGITS
}

#[cfg(test)]
mod tests;
