//! A topic file: entries, and whatever people wrote between them.

use std::collections::BTreeSet;

use crate::{
    Topic,
    entry::{Entry, HEADING, named_by_hand},
};

/// What stands in a topic file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An entry that reads back as one was written.
    Entry(Entry),
    /// Text that is none: written or changed by hand. It stays as it is and is never shown as verified.
    Loose {
        /// The topic.
        topic: Topic,
        /// Where it begins, from 1.
        line: usize,
        /// The text.
        text: String,
        /// Why it is no entry.
        why: String,
    },
}

impl Found {
    /// The entry; none where it is loose text.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::Loose { .. } => None,
        }
    }

    /// What confidential things it may carry, by name. Loose text can be an entry whose lines somebody changed: what these still name counts.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<String> {
        match self {
            Self::Entry(entry) => entry.secrets().clone(),
            Self::Loose { text, .. } => named_by_hand(text),
        }
    }
}

/// A piece of a topic file. All pieces in their order are the file, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment<'t> {
    /// Its bytes.
    pub(crate) text: &'t str,
    /// The entry that it is; none where it is the heading, loose text or blank.
    pub(crate) entry: Option<Entry>,
}

/// What a new topic file begins with.
pub(crate) fn heading(topic: &Topic) -> String {
    format!("# {topic}\n\n")
}

/// Cuts a topic file into its pieces.
pub(crate) fn segments<'t>(topic: &Topic, text: &'t str) -> Vec<Segment<'t>> {
    let mut found = Vec::new();
    let heading = heading(topic).len();
    let mut rest = text;
    if text.starts_with(&self::heading(topic)) {
        let (head, body) = text.split_at_checked(heading).unwrap_or((text, ""));
        found.push(Segment { text: head, entry: None });
        rest = body;
    }
    while !rest.is_empty() {
        let entry = Entry::parse(topic, rest);
        let length = entry.as_ref().map_or_else(|| next_heading(rest), |entry| entry.render().len());
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        found.push(Segment { text: piece, entry });
        rest = after;
    }
    found
}

/// Reads a topic file. Nothing is lost: every byte but the heading and blank lines is in an entry or in loose text.
pub(crate) fn parse(topic: &Topic, text: &str) -> Vec<Found> {
    let (mut found, mut line) = (Vec::new(), 1);
    let heading = heading(topic);
    for (number, Segment { text, entry }) in segments(topic, text).into_iter().enumerate() {
        match entry {
            Some(entry) => found.push(Found::Entry(entry)),
            None if text.trim().is_empty() || (number == 0 && text == heading) => {}
            None => {
                let why = if text.starts_with(HEADING) { "its lines were changed" } else { "it was written by hand" };
                found.push(Found::Loose { topic: topic.clone(), line, text: text.to_owned(), why: why.to_owned() });
            }
        }
        line += text.matches('\n').count();
    }
    found
}

/// Where the next entry may begin after the first line.
fn next_heading(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && line.starts_with(HEADING) {
            return at;
        }
        at += line.len();
    }
    text.len()
}
