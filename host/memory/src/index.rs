//! The index, `MEMORY.md`: always in context. Pointers only, and never more than a context has room for.
//!
//! Where a line a topic is too much, detail moves down a layer; nothing is left out. Each layer is tried in turn, the first that fits
//! is written:
//!
//! 1. a line a topic, with the beginning of its newest entry, then with a shorter one, then with none;
//! 2. topics with one first word become one line, `- build-*: 14 topics, 120 entries`: the most numerous words first, as many as
//!    have to;
//! 3. all topics with one first letter become one line, `- b*: 40 topics, 300 entries`. There are 36 letters and digits, so this
//!    always fits.
//!
//! Everybody has it in view, so it shows no word of an entry that may carry something confidential. Topics are not named by such
//! entries either: see [`crate::Memory::verify_topic`].
//!
//! A folded line points at the topics' files; they are listed by `memory list` and found by `memory search`.

use std::{cmp::Reverse, collections::BTreeMap};

use cofferdam_base::text::inline;

use crate::{Entry, Topic, topic_file::segments};

/// Most lines of the index.
pub const MAX_INDEX_LINES: usize = 200;
/// Most bytes of the index.
pub const MAX_INDEX_BYTES: usize = 25 * 1024;
/// Longest beginning of an entry's words that a line shows, in characters: what is tried, in this order.
const SHOWN: [usize; 4] = [80, 40, 20, 0];

/// What stands in the place of the beginning of an entry that may carry something confidential.
const CONFIDENTIAL: &str = "(confidential)";

const HEADING: &str = "# Memory\n\n";

/// What the index says of a topic.
pub(crate) struct Summary {
    topic: Topic,
    entries: usize,
    /// The beginning of its newest entry, escaped; that there is one, where it may carry something confidential.
    newest: String,
}

impl Summary {
    /// Reads a topic.
    pub(crate) fn of(topic: Topic, text: &str) -> Self {
        let mut entries = segments(&topic, text)
            .into_iter()
            .filter_map(|segment| segment.entry)
            .fold((0, None), |(count, _), entry| (count + 1, Some(entry)));
        let longest = SHOWN.into_iter().max().unwrap_or_default();
        let beginning = |entry: Entry| if entry.secrets().is_empty() { inline(entry.text(), longest) } else { CONFIDENTIAL.to_owned() };
        let newest = entries.1.take().map(beginning).unwrap_or_default();
        Self { topic, entries: entries.0, newest }
    }

    fn line(&self, shown: usize) -> String {
        let Self { topic, entries, newest } = self;
        let newest = match shown {
            0 => String::new(),
            _ if newest.is_empty() => String::new(),
            _ => format!("; newest: {}", inline(newest, shown)),
        };
        format!("- [{topic}](topics/{topic}.md): {entries} entries{newest}\n")
    }
}

/// The index over all topics, which come in their order.
pub(crate) fn render(topics: &[Summary]) -> String {
    for shown in SHOWN {
        let lines: Vec<String> = topics.iter().map(|topic| topic.line(shown)).collect();
        if fits(lines.len(), lines.iter().map(String::len).sum()) {
            return format!("{HEADING}{}", lines.concat());
        }
    }
    let text = folded(topics, |topic| topic.as_str().split('-').next().unwrap_or_default(), "-*");
    text.unwrap_or_else(|| {
        let letters = families(topics, |topic| topic.as_str().get(..1).unwrap_or_default());
        let lines = letters.iter().map(|(letter, topics)| family_line(letter, "*", topics));
        format!("{HEADING}{}", lines.collect::<String>())
    })
}

fn fits(lines: usize, bytes: usize) -> bool {
    lines + HEADING.matches('\n').count() <= MAX_INDEX_LINES && bytes + HEADING.len() <= MAX_INDEX_BYTES
}

fn families<'t>(topics: &'t [Summary], name: impl Fn(&'t Topic) -> &'t str) -> BTreeMap<&'t str, Vec<&'t Summary>> {
    let mut families: BTreeMap<&str, Vec<&Summary>> = BTreeMap::new();
    for summary in topics {
        families.entry(name(&summary.topic)).or_default().push(summary);
    }
    families
}

fn family_line(name: &str, rest: &str, topics: &[&Summary]) -> String {
    let entries: usize = topics.iter().map(|summary| summary.entries).sum();
    format!("- {name}{rest}: {} topics, {entries} entries, in topics/{name}*.md\n", topics.len())
}

/// The index with as many families folded as have to be; none where folding all is not enough.
fn folded<'t>(topics: &'t [Summary], name: impl Fn(&'t Topic) -> &'t str, rest: &str) -> Option<String> {
    struct Family {
        open: String,
        topics: usize,
        folded: String,
        fold: bool,
    }
    let mut families: Vec<Family> = families(topics, name)
        .into_iter()
        .map(|(name, topics)| Family {
            open: topics.iter().map(|topic| topic.line(0)).collect(),
            topics: topics.len(),
            folded: family_line(name, rest, &topics),
            fold: false,
        })
        .collect();
    let (mut lines, mut bytes) = (topics.len(), families.iter().map(|family| family.open.len()).sum::<usize>());
    // Sorting is stable: among families of one size, the first by name.
    let mut largest: Vec<&mut Family> = families.iter_mut().filter(|family| family.topics > 1).collect();
    largest.sort_by_key(|family| Reverse(family.topics));
    for family in largest {
        if fits(lines, bytes) {
            break;
        }
        family.fold = true;
        (lines, bytes) = (lines + 1 - family.topics, bytes + family.folded.len() - family.open.len());
    }
    let text = families.iter().map(|family| if family.fold { family.folded.as_str() } else { family.open.as_str() });
    fits(lines, bytes).then(|| format!("{HEADING}{}", text.collect::<String>()))
}
