//! A topic file: entries, and whatever people wrote between them.

use crate::{
    Topic,
    entry::{Entry, HEADING},
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

/// What a new topic file begins with.
pub(crate) fn heading(topic: &Topic) -> String {
    format!("# {topic}\n\n")
}

/// Reads a topic file. Nothing is lost: every byte but the heading and blank lines is in an entry or in loose text.
pub(crate) fn parse(topic: &Topic, text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let heading = heading(topic);
    let (mut rest, mut line) = match text.strip_prefix(&heading) {
        Some(rest) => (rest, 3),
        None => (text, 1),
    };
    while !rest.is_empty() {
        let taken = if let Some(entry) = Entry::parse(topic, rest) {
            let length = entry.render().len();
            found.push(Found::Entry(entry));
            length
        } else {
            let length = next_heading(rest);
            let loose = rest.get(..length).unwrap_or(rest);
            if !loose.trim().is_empty() {
                let why = if loose.starts_with(HEADING) { "its lines were changed" } else { "it was written by hand" };
                found.push(Found::Loose { topic: topic.clone(), line, text: loose.to_owned(), why: why.to_owned() });
            }
            length
        };
        let (before, after) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        line += before.matches('\n').count();
        rest = after;
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
