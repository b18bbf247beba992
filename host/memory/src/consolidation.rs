//! A consolidation of the memory, worked out: duplicates become one entry, overgrown topics are split. Nothing is dropped.
//!
//! [`Survey`] reads the memory, the caller checks what it names, [`Proposal`] says what would be done. Merges come first: a topic
//! that one of them touches is split by the next proposal, if it still is overgrown then. A proposal does no more than one leaf of
//! the ledger can tell of; the next one goes on.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::EntryId;
use cofferdam_ledger::event::{MAX_CONSOLIDATED_CALLS, MAX_CONSOLIDATED_ENTRIES, MAX_CONSOLIDATED_TOPICS};

use crate::{
    Draft, Entry, Found, Integrity, MAX_ORIGINS, MAX_TOPIC_BYTES, MAX_TOPICS, Memory, MemoryError, Topic,
    check::World,
    folder::Readable,
    merge::{self, Merge},
    rewrite::{Act, Piece, Rewrite, Rewritten},
    split::{self, Split},
    topic_file::{self, segments},
};

/// Longest line in bytes that says which entries one stands for.
const MAX_ORIGINS_BYTES: usize = 32 * MAX_ORIGINS;

/// How much a consolidation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// It merges duplicates.
    Duplicates,
    /// It merges duplicates and splits overgrown topics.
    All,
}

/// All topics as they stand.
#[derive(Debug)]
pub struct Survey {
    topics: BTreeMap<Topic, String>,
    entries: Vec<Entry>,
}

/// What would be done, against the topics as they were surveyed.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    merges: Vec<Merge>,
    splits: Vec<Split>,
    before: BTreeMap<Topic, String>,
}

impl Memory {
    /// Reads all topics. One that cannot be read is left alone, and so is one that is gone since they were listed.
    ///
    /// # Errors
    /// The state folder's.
    pub fn survey(&self) -> Result<Survey, MemoryError> {
        let mut survey = Survey { topics: BTreeMap::new(), entries: Vec::new() };
        for topic in self.topics()? {
            let Some(Readable::Text(text)) = self.readable(&topic)? else { continue };
            survey.entries.extend(segments(&topic, &text).into_iter().filter_map(|segment| segment.entry));
            survey.topics.insert(topic, text);
        }
        Ok(survey)
    }
}

impl Survey {
    /// The entries whose check a proposal looks at: those with the words of another, and those of overgrown topics.
    #[must_use]
    pub fn in_question(&self, scope: Scope) -> Vec<Found> {
        let mut found: Vec<Found> = merge::candidates(self.entries.iter()).into_iter().cloned().map(Found::Entry).collect();
        if scope == Scope::All {
            let overgrown: BTreeSet<&Topic> =
                self.topics.iter().filter(|(topic, text)| split::is_overgrown(topic, text)).map(|(topic, _)| topic).collect();
            found.extend(self.entries.iter().filter(|entry| overgrown.contains(entry.topic())).cloned().map(Found::Entry));
        }
        found
    }

    /// What would be done; `world` has to know what [`Survey::in_question`] named. `may` says which topics may be rewritten.
    #[must_use]
    pub fn propose(&self, scope: Scope, world: &dyn World, may: &dyn Fn(&Topic) -> bool) -> Proposal {
        let mut proposal = Proposal::default();
        let mut sizes: BTreeMap<&Topic, usize> = self.topics.iter().map(|(topic, text)| (topic, text.len())).collect();
        let mut left = Budget::default();
        // An entry that somebody copied by hand stands twice under one identifier, which cannot tell what was taken out.
        let copied = self.copied();
        // One topic that may not be rewritten does not keep the others from being merged.
        let wanted = self.entries.iter().filter(|entry| !copied.contains(entry.id()) && may(entry.topic()));
        for merge in merge::merges(wanted, world) {
            let into = merge.draft().topic();
            // What it cites more than the parts that it replaces there, parts elsewhere cite.
            let elsewhere = merge.parts().iter().filter(|part| part.topic() != into).map(|part| part.render().len());
            let size = sizes.get(into).copied().unwrap_or_default() + elsewhere.sum::<usize>() + MAX_ORIGINS_BYTES;
            if size > MAX_TOPIC_BYTES {
                continue;
            }
            if !left.take(merge::topics(&merge), std::slice::from_ref(merge.draft()), merge.parts().len()) {
                break;
            }
            if let Some((topic, _)) = self.topics.get_key_value(into) {
                sizes.insert(topic, size);
            }
            proposal.merges.push(merge);
        }
        if scope == Scope::All {
            self.propose_splits(&mut proposal, &mut left, world, may, &copied);
        }
        let touched = proposal.touched();
        proposal.before =
            self.topics.iter().filter(|(topic, _)| touched.contains(*topic)).map(|(topic, text)| (topic.clone(), text.clone())).collect();
        proposal
    }

    fn propose_splits(
        &self,
        proposal: &mut Proposal,
        left: &mut Budget,
        world: &dyn World,
        may: &dyn Fn(&Topic) -> bool,
        copied: &BTreeSet<EntryId>,
    ) {
        let merged = proposal.touched();
        let mut names: BTreeSet<Topic> = self.topics.keys().cloned().collect();
        for (topic, text) in self.topics.iter().filter(|(topic, _)| !merged.contains(*topic) && may(topic)) {
            for split in split::split(topic, text, world, |name| names.contains(name) || !may(name)) {
                let hand_made = split.entries().iter().any(|entry| copied.contains(entry.id()));
                if hand_made || proposal.splits.len() + self.topics.len() >= MAX_TOPICS {
                    continue;
                }
                if !left.take([topic, split.into_topic()].into_iter(), split.drafts(), split.entries().len()) {
                    return;
                }
                names.insert(split.into_topic().clone());
                proposal.splits.push(split);
            }
        }
    }

    /// The identifiers that stand more than once.
    fn copied(&self) -> BTreeSet<EntryId> {
        let mut seen = BTreeSet::new();
        self.entries.iter().filter(|entry| !seen.insert(entry.id())).map(|entry| entry.id().clone()).collect()
    }
}

impl Proposal {
    /// What is merged.
    #[must_use]
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// What is moved.
    #[must_use]
    pub fn splits(&self) -> &[Split] {
        &self.splits
    }

    /// Whether there is nothing to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.merges.is_empty() && self.splits.is_empty()
    }

    /// The topics that are rewritten, each with whether words that were drafted while text from outside was in view come into it.
    /// A merge brings none: the words stand in that topic already, where policy let them in.
    #[must_use]
    pub fn topics(&self) -> BTreeMap<Topic, Integrity> {
        let mut topics: BTreeMap<Topic, Integrity> = self.touched().into_iter().map(|topic| (topic, Integrity::Trusted)).collect();
        for split in &self.splits {
            if split.entries().iter().any(|entry| entry.integrity() == Integrity::Untrusted) {
                topics.insert(split.into_topic().clone(), Integrity::Untrusted);
            }
        }
        topics
    }

    fn touched(&self) -> BTreeSet<Topic> {
        let moved = self.splits.iter().flat_map(|split| [split.from(), split.into_topic()]);
        self.merges.iter().flat_map(merge::topics).chain(moved).cloned().collect()
    }

    /// The new texts.
    pub fn into_rewrite(self) -> Rewrite {
        let touched = self.touched();
        let Self { merges, splits, mut before } = self;
        let mut placed: BTreeMap<EntryId, Draft> = BTreeMap::new();
        let mut gone: BTreeSet<EntryId> = BTreeSet::new();
        for merge in &merges {
            gone.extend(merge.parts().iter().map(|part| part.id().clone()));
            placed.extend(merge.place().map(|id| (id.clone(), merge.draft().clone())));
        }
        gone.extend(splits.iter().flat_map(Split::entries).map(|entry| entry.id().clone()));
        let mut topics = Vec::new();
        for topic in touched {
            let before = before.remove(&topic);
            let mut pieces = Vec::new();
            if before.is_none() {
                pieces.push(Piece::Text(topic_file::heading(&topic)));
            }
            for segment in before.iter().flat_map(|text| segments(&topic, text)) {
                match segment.entry {
                    Some(entry) if gone.contains(entry.id()) => {
                        pieces.extend(placed.remove(entry.id()).map(|draft| Piece::New(Box::new(draft))));
                    }
                    Some(_) | None => pieces.push(Piece::Text(segment.text.to_owned())),
                }
            }
            let moved = splits.iter().filter(|split| *split.into_topic() == topic).flat_map(Split::drafts);
            pieces.extend(moved.map(|draft| Piece::New(Box::new(draft.clone()))));
            topics.push(Rewritten { topic, before, pieces });
        }
        Rewrite { act: Act::Consolidated, topics }
    }
}

/// What one leaf of the ledger can still tell of.
#[derive(Default)]
struct Budget {
    topics: BTreeSet<Topic>,
    entries: usize,
    removed: usize,
    calls: usize,
}

impl Budget {
    /// Takes what one merge or split needs, if it is there.
    fn take<'t>(&mut self, topics: impl Iterator<Item = &'t Topic>, made: &[Draft], removed: usize) -> bool {
        let mut all = self.topics.clone();
        all.extend(topics.cloned());
        let calls = self.calls + made.iter().map(|draft| draft.evidence().len()).sum::<usize>();
        let (entries, removed) = (self.entries + made.len(), self.removed + removed);
        let fits = all.len() <= MAX_CONSOLIDATED_TOPICS
            && entries <= MAX_CONSOLIDATED_ENTRIES
            && removed <= 2 * MAX_CONSOLIDATED_ENTRIES
            && calls <= MAX_CONSOLIDATED_CALLS;
        if fits {
            *self = Self { topics: all, entries, removed, calls };
        }
        fits
    }
}
