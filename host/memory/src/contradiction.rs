//! Contradictions: entries whose typed statements give one matter different values. Found anew at every look, never stored.
//!
//! Both are kept and both are marked. Which one counts: a fresh one before a stated one, before a stale one, before an
//! unverifiable one; among equals the one that was remembered last. An attribute has one value: what has several is written with
//! `+=`, which is no typed statement. Where one entry speaks of a matter twice, its last line is what it says.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::EntryId;

use crate::{
    Entry, State,
    statement::{Matter, Statement, parse_statements},
};

/// What one entry says of a matter.
#[derive(Debug, Clone)]
pub struct Side<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// What a check found of it.
    pub state: &'a State,
    /// The value as it was written.
    pub value: String,
    normal: String,
}

/// Entries that give one matter different values.
#[derive(Debug, Clone)]
pub struct Contradiction<'a> {
    /// What they speak of.
    pub matter: Matter,
    /// What they say: the one that counts first. At least two, not all with one value.
    pub sides: Vec<Side<'a>>,
}

/// Another entry that says something else than one entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opposed {
    /// What both speak of.
    pub matter: Matter,
    /// The other entry.
    pub entry: EntryId,
    /// Its value, as it was written: text from outside.
    pub value: String,
    /// What confidential things the other entry may carry, by name.
    pub secrets: BTreeSet<String>,
    /// Whether the other entry's value is the one that counts.
    pub standing: Standing,
}

/// Whose value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The other entry's.
    OtherCounts,
    /// Not the other entry's.
    OtherDoesNot,
}

impl Contradiction<'_> {
    /// The entries that say something else than this one does; none where it is no side.
    #[must_use]
    pub fn against(&self, entry: &EntryId) -> Vec<Opposed> {
        let Some(own) = self.sides.iter().find(|side| side.entry.id() == entry) else { return Vec::new() };
        let counts = self.sides.first().map(|side| side.normal.as_str());
        let opposed = |side: &Side<'_>| Opposed {
            matter: self.matter.clone(),
            entry: side.entry.id().clone(),
            value: side.value.clone(),
            secrets: side.entry.secrets().clone(),
            standing: if Some(side.normal.as_str()) == counts { Standing::OtherCounts } else { Standing::OtherDoesNot },
        };
        self.sides.iter().filter(|side| side.normal != own.normal).map(opposed).collect()
    }
}

/// The contradictions among some entries, each with what a check found of it; in the order of what they are about.
#[must_use]
pub fn contradictions<'a>(checked: impl IntoIterator<Item = (&'a Entry, &'a State)>) -> Vec<Contradiction<'a>> {
    let mut matters: BTreeMap<Matter, Vec<Side<'a>>> = BTreeMap::new();
    for (entry, state) in checked {
        for (matter, said) in said(entry) {
            let side = Side { entry, state, value: said.written().to_owned(), normal: said.value().to_owned() };
            matters.entry(matter).or_default().push(side);
        }
    }
    let several = |sides: &[Side<'_>]| sides.iter().map(|side| &side.normal).collect::<BTreeSet<_>>().len() > 1;
    let mut found = Vec::new();
    for (matter, mut sides) in matters.into_iter().filter(|(_, sides)| several(sides)) {
        sides.sort_by(|one, other| {
            rank(one.state)
                .cmp(&rank(other.state))
                .then_with(|| (other.entry.age(), other.entry.id()).cmp(&(one.entry.age(), one.entry.id())))
        });
        found.push(Contradiction { matter, sides });
    }
    found
}

/// The entries that speak of something that one of `shown` speaks of, among all: what a look at `shown` has to check to tell of
/// contradictions.
#[must_use]
pub fn rivals<'a>(shown: &[&Entry], all: impl IntoIterator<Item = &'a Entry>) -> Vec<&'a Entry> {
    let matters: BTreeSet<Matter> = shown.iter().flat_map(|entry| said(entry).into_keys()).collect();
    all.into_iter().filter(|entry| said(entry).keys().any(|matter| matters.contains(matter))).collect()
}

/// What an entry says of each matter: its last line on it.
fn said(entry: &Entry) -> BTreeMap<Matter, Statement> {
    parse_statements(entry.text()).into_iter().map(|statement| (statement.matter().clone(), statement)).collect()
}

fn rank(state: &State) -> u8 {
    match state {
        State::Fresh => 0,
        State::Stated => 1,
        State::Stale(_) => 2,
        State::Unverifiable(_) => 3,
    }
}
