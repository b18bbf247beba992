//! Duplicates: entries with the same words become one that cites what each of them cites.
//!
//! The same words are those that differ in white space alone: a difference in case can be one of meaning (paths, constants).
//! Entries are merged only where the ledger tells of each, all rest on calls, and all are fresh or all are stale. So a merge makes
//! nothing better and, on the day it is made, nothing worse. What a person stated stays where they put it.

use std::collections::BTreeMap;

use cofferdam_base::EntryId;

use crate::{
    CallEvidence, Draft, Entry, Integrity, Topic,
    check::{Recorded, State, World, recheck},
};

/// Entries with the same words, and the one that they become, in the topic of the one that was remembered last.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The entries, the one remembered last at the end. At least two.
    parts: Vec<Entry>,
    draft: Draft,
}

impl Merge {
    /// The entries, the one that was remembered last at the end.
    #[must_use]
    pub fn parts(&self) -> &[Entry] {
        &self.parts
    }

    /// What they become.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The entry in whose place the merged one stands.
    pub(crate) fn place(&self) -> Option<&EntryId> {
        self.parts.last().map(Entry::id)
    }

    /// The merge of some entries, oldest first; none where they cannot be one entry.
    ///
    /// The last one's evidence comes last and whole, so that its digest of a file is the one that counts: the merged entry cites at
    /// least the files that the last one cites, with the same digests. It can be stale where the last one is fresh, never the other
    /// way round.
    fn of(parts: Vec<Entry>) -> Option<Self> {
        let newest = parts.last()?;
        let mut evidence: Vec<CallEvidence> = Vec::new();
        for cited in parts.iter().flat_map(Entry::evidence) {
            match evidence.iter().position(|other| other.call == cited.call) {
                // Cited again: its place is the later one.
                Some(at) if evidence.get(at) == Some(cited) => drop(evidence.remove(at)),
                // Two accounts of one call: neither may be lost, and only one can be cited.
                Some(_) => return None,
                None => {}
            }
            evidence.push(cited.clone());
        }
        let untrusted = parts.iter().any(|part| part.integrity() == Integrity::Untrusted);
        let integrity = if untrusted { Integrity::Untrusted } else { Integrity::Trusted };
        let draft = Draft::new(newest.topic().clone(), newest.text(), evidence, integrity);
        let draft = draft.and_then(|draft| draft.standing_for(origins(&parts))).ok()?;
        let draft = parts.iter().fold(draft, |draft, part| draft.carrying(part.secrets()));
        Some(Self { parts, draft })
    }
}

/// The entries that some entries stand for, as they were first remembered, oldest first and each once.
pub(crate) fn origins(parts: &[Entry]) -> Vec<EntryId> {
    let own = |entry: &Entry| if entry.origins().is_empty() { vec![entry.id().clone()] } else { entry.origins().to_vec() };
    let mut origins: Vec<EntryId> = parts.iter().flat_map(own).collect();
    origins.sort();
    origins.dedup();
    origins
}

/// Words in the form in which two entries are compared.
pub(crate) fn normal_words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The entries that could be merged: those with the same words as another.
pub(crate) fn candidates<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<&'e Entry> {
    let mut words: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in entries.filter(|entry| !entry.evidence().is_empty()) {
        words.entry(normal_words(entry.text())).or_default().push(entry);
    }
    words.into_values().filter(|same| same.len() > 1).flatten().collect()
}

/// The merges among some entries. Each goes to the first group of its words, from the newest on, that has room for it: so that
/// doing it again finds nothing more.
pub(crate) fn merges<'e>(entries: impl Iterator<Item = &'e Entry>, world: &dyn World) -> Vec<Merge> {
    let mut words: BTreeMap<(String, &'static str), Vec<Entry>> = BTreeMap::new();
    for entry in candidates(entries) {
        let Ok(recorded) = Recorded::verify(entry.clone(), world) else { continue };
        let state = recheck(entry, world);
        if matches!(state, State::Fresh | State::Stale(_)) {
            words.entry((normal_words(entry.text()), state.name())).or_default().push(recorded.entry().clone());
        }
    }
    let mut found: Vec<Merge> = words.into_values().flat_map(grouped).collect();
    found.sort_by(|one, other| one.place().cmp(&other.place()));
    found
}

fn grouped(mut same: Vec<Entry>) -> Vec<Merge> {
    same.sort_by(|one, other| (other.age(), other.id()).cmp(&(one.age(), one.id())));
    same.dedup_by(|one, other| one.id() == other.id());
    let mut groups: Vec<Merge> = Vec::new();
    for entry in same {
        let mut joined = groups.iter_mut().filter_map(|group| {
            let parts = std::iter::once(entry.clone()).chain(group.parts.iter().cloned()).collect();
            Merge::of(parts).map(|larger| (group, larger))
        });
        match joined.next() {
            Some((group, larger)) => *group = larger,
            None => groups.extend(Merge::of(vec![entry])),
        }
    }
    groups.retain(|group| group.parts.len() > 1);
    groups
}

/// The topics that a merge rewrites.
pub(crate) fn topics(merge: &Merge) -> impl Iterator<Item = &Topic> {
    merge.parts.iter().map(Entry::topic)
}
