//! Overgrown topics: what was remembered longest ago moves to a topic of its own, `<topic>-2` and so on.
//!
//! By age, since a topic's newest entries are those that a run wants. An entry's topic is a part of what the ledger committed to, so
//! a moved entry is recorded anew, with the same words and evidence, and says which entry it stands for. What the ledger does not
//! tell of, loose text and a person's statements stay.

use crate::{
    Draft, Entry, MAX_TOPIC_BYTES, Topic,
    check::{Recorded, World},
    merge::origins,
    topic_file::segments,
};

/// A topic of more bytes than this is overgrown: soon a run can remember nothing more in it.
pub const OVERGROWN_BYTES: usize = MAX_TOPIC_BYTES / 4 * 3;
/// A topic of more entries than this is overgrown.
pub const OVERGROWN_ENTRIES: usize = 100;
/// How many bytes and entries a topic keeps, and how many a new one gets: half of what is overgrown is moved, rather than one
/// entry at a time.
const KEPT_BYTES: usize = OVERGROWN_BYTES / 2;
const KEPT_ENTRIES: usize = OVERGROWN_ENTRIES / 2;
/// How much longer a moved entry is at most: the line that says what it stands for, and a longer number of its leaf.
const MOVED_BYTES: usize = 64;

/// Entries that move to a new topic.
#[derive(Debug, Clone)]
pub struct Split {
    /// The entries, oldest first.
    entries: Vec<Entry>,
    drafts: Vec<Draft>,
    from: Topic,
    into: Topic,
}

impl Split {
    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The overgrown topic.
    #[must_use]
    pub fn from(&self) -> &Topic {
        &self.from
    }

    /// The new topic.
    #[must_use]
    pub fn into_topic(&self) -> &Topic {
        &self.into
    }

    pub(crate) fn drafts(&self) -> &[Draft] {
        &self.drafts
    }
}

/// Whether a topic is overgrown.
pub(crate) fn is_overgrown(topic: &Topic, text: &str) -> bool {
    let entries = || segments(topic, text).iter().filter(|segment| segment.entry.is_some()).count();
    text.len() > OVERGROWN_BYTES || entries() > OVERGROWN_ENTRIES
}

/// How an overgrown topic is split; nothing where it is not overgrown, or where what may move is not what it has too much of.
/// `taken` says which names are those of topics already.
pub(crate) fn split(topic: &Topic, text: &str, world: &dyn World, taken: impl Fn(&Topic) -> bool) -> Vec<Split> {
    if !is_overgrown(topic, text) {
        return Vec::new();
    }
    let (mut stays, mut movable) = ((0, 0), Vec::new());
    for segment in segments(topic, text) {
        let moving = segment.entry.filter(|entry| !entry.evidence().is_empty()).and_then(|entry| Recorded::verify(entry, world).ok());
        match moving {
            Some(recorded) => movable.push((recorded.entry().clone(), segment.text.len() + MOVED_BYTES)),
            None => stays = (stays.0 + segment.text.len(), stays.1 + 1),
        }
    }
    movable.sort_by(|(one, _), (other, _)| (one.age(), one.id()).cmp(&(other.age(), other.id())));
    // The newest one stays in any case: a topic whose every entry moves would be one under another name.
    keep_newest(&mut movable, stays);
    let mut splits = Vec::new();
    let mut numbers = 2..;
    for chunk in chunks(movable) {
        let name = |number: u32| format!("{topic}-{number}").parse::<Topic>().ok();
        let Some(into) = numbers.by_ref().take(10_000).find_map(|number| name(number).filter(|into| !taken(into))) else { break };
        let draft = |entry: &Entry| {
            let evidence = entry.evidence().to_vec();
            let draft = Draft::new(into.clone(), entry.text(), evidence, entry.integrity());
            let draft = draft.and_then(|draft| draft.standing_for(origins(std::slice::from_ref(entry)))).ok()?;
            Some(draft.carrying(entry.secrets()))
        };
        // An entry within the limits is within them elsewhere.
        let Some(drafts) = chunk.iter().map(draft).collect::<Option<Vec<_>>>() else { break };
        splits.push(Split { entries: chunk, drafts, from: topic.clone(), into });
    }
    splits
}

/// Takes the newest entries off the end, as many as the topic keeps beside what stays anyway.
fn keep_newest(movable: &mut Vec<(Entry, usize)>, stays: (usize, usize)) {
    let (mut bytes, mut entries) = stays;
    let mut first = true;
    while let Some((_, length)) = movable.last() {
        (bytes, entries) = (bytes + length, entries + 1);
        if !first && (bytes > KEPT_BYTES || entries > KEPT_ENTRIES) {
            break;
        }
        first = false;
        movable.pop();
    }
}

/// Entries in groups of the size that a new topic gets; one that is too large is alone.
fn chunks(movable: Vec<(Entry, usize)>) -> Vec<Vec<Entry>> {
    let mut chunks: Vec<Vec<Entry>> = Vec::new();
    let mut bytes = 0;
    for (entry, length) in movable {
        bytes += length;
        match chunks.last_mut() {
            Some(chunk) if bytes <= KEPT_BYTES && chunk.len() < KEPT_ENTRIES => chunk.push(entry),
            Some(_) | None if length + MOVED_BYTES > MAX_TOPIC_BYTES => bytes = 0,
            Some(_) | None => {
                bytes = length;
                chunks.push(vec![entry]);
            }
        }
    }
    chunks
}
