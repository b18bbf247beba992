//! A rewrite of topics as one act: an edit, a consolidation, or one of them taken back.
//!
//! Worked out ([`Rewrite`]), staged with the whole former and the whole new text of every topic ([`StagedRewrite`]), told to the
//! ledger, committed. What was staged is then kept as the act's record in the memory's history: it says what stood there before.

use std::collections::BTreeSet;

use cofferdam_base::EntryId;
use cofferdam_ledger::{Commitment, Event, Opening, Salt};
use serde::{Deserialize, Serialize};

use crate::{
    Draft, Entry, Ground, Memory, MemoryError, Topic,
    folder::{MAX_TOPIC_BYTES, SUFFIX},
    overlay, topic_file,
};

/// How the file of a staged rewrite ends, and that of its record: no entry's does.
pub(crate) const REWRITE_SUFFIX: &str = ".rewrite.json";
/// Largest file of a staged rewrite in bytes. [`cofferdam_ledger::event::MAX_CONSOLIDATED_TOPICS`] topics with two texts each, of
/// twice [`MAX_TOPIC_BYTES`] where somebody wrote into them by hand, and six bytes for what JSON escapes, are 48 MiB.
pub(crate) const MAX_REWRITE_BYTES: u64 = 64 << 20;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// A person edited a topic.
    Edited,
    /// Entries were merged or moved.
    Consolidated,
    /// A person took back what this leaf of the ledger tells of.
    Reverted(u64),
}

impl Act {
    /// One word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Consolidated => "consolidated",
            Self::Reverted(_) => "reverted",
        }
    }
}

/// What a new text of a topic is made of.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// Bytes that stay, or stand there again.
    Text(String),
    /// An entry that the act makes.
    New(Box<Draft>),
}

/// A topic's former text and what its new one is made of.
#[derive(Debug, Clone)]
pub(crate) struct Rewritten {
    pub(crate) topic: Topic,
    /// None where there was no such topic.
    pub(crate) before: Option<String>,
    pub(crate) pieces: Vec<Piece>,
}

/// New texts of topics, worked out against the present ones.
#[derive(Debug, Clone)]
#[must_use]
pub struct Rewrite {
    pub(crate) act: Act,
    pub(crate) topics: Vec<Rewritten>,
}

/// A rewrite on its way, or done: the former and the new text of each topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct StagedRewrite {
    pub(crate) id: EntryId,
    pub(crate) leaf: u64,
    pub(crate) act: Act,
    pub(crate) topics: Vec<TopicTexts>,
}

/// A topic before and after a rewrite; no text where there is no such topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopicTexts {
    #[serde(with = "topic_name")]
    pub(crate) topic: Topic,
    pub(crate) salt: Salt,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

mod topic_name {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::Topic;

    pub(super) fn serialize<S: Serializer>(topic: &Topic, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(topic.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Topic, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Rewrite {
    /// How many entries it makes.
    #[must_use]
    pub fn made(&self) -> usize {
        self.topics.iter().flat_map(|topic| &topic.pieces).filter(|piece| matches!(piece, Piece::New(_))).count()
    }

    /// Each topic with its present text and with what of the new one is there already: all but the entries that the act makes.
    pub fn texts(&self) -> impl Iterator<Item = (&Topic, &str, String)> {
        self.topics.iter().map(|Rewritten { topic, before, pieces }| {
            let kept = pieces.iter().filter_map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None });
            (topic, before.as_deref().unwrap_or_default(), kept.collect())
        })
    }

    /// The entries that it takes out.
    #[must_use]
    pub fn removed(&self) -> Vec<EntryId> {
        let after = self.texts().map(|(topic, _, after)| (topic, Some(after)));
        let before = self.topics.iter().map(|rewritten| (&rewritten.topic, rewritten.before.clone()));
        difference(entries(before), entries(after))
    }
}

impl StagedRewrite {
    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &EntryId {
        &self.id
    }

    /// The number that the ledger's leaf has to have.
    #[must_use]
    pub fn leaf(&self) -> u64 {
        self.leaf
    }

    /// What is done.
    #[must_use]
    pub fn act(&self) -> Act {
        self.act
    }

    /// The topics.
    pub fn topics(&self) -> impl Iterator<Item = &Topic> {
        self.topics.iter().map(|texts| &texts.topic)
    }

    /// The entries that stand there no more.
    #[must_use]
    pub fn removed(&self) -> Vec<EntryId> {
        difference(self.entries(|texts| &texts.before), self.entries(|texts| &texts.after))
    }

    /// The entries that did not stand there before.
    #[must_use]
    pub fn added(&self) -> Vec<EntryId> {
        difference(self.entries(|texts| &texts.after), self.entries(|texts| &texts.before))
    }

    /// What that leaf has to tell.
    #[must_use]
    pub fn event(&self) -> Event {
        let topics: Vec<Commitment> = self.topics.iter().map(TopicTexts::commitment).collect();
        match (self.act, self.topics.as_slice()) {
            (Act::Edited, [edited]) => {
                let stated = |entry: &Entry| *entry.ground() == Ground::Person;
                let entries = self.made().iter().filter(|entry| stated(entry)).map(Entry::entry_commitment).collect();
                Event::MemoryEdited { topic: edited.commitment(), entries, removed: self.removed() }
            }
            // An edit of several topics does not read back.
            (Act::Consolidated | Act::Edited, _) => {
                let made = self.made();
                let calls: BTreeSet<_> = made.iter().flat_map(|entry| entry.sealed().calls()).collect();
                let entries = made.iter().map(Entry::entry_commitment).collect();
                Event::MemoryConsolidated { topics, entries, removed: self.removed(), calls: calls.into_iter().collect() }
            }
            (Act::Reverted(undoes), _) => Event::MemoryReverted { topics, undoes, restored: self.added(), removed: self.removed() },
        }
    }

    /// The entries that the act made: those that its own leaf tells of.
    fn made(&self) -> Vec<Entry> {
        self.entries(|texts| &texts.after).into_iter().filter(|entry| entry.leaf() == self.leaf).collect()
    }

    fn entries(&self, side: impl Fn(&TopicTexts) -> &Option<String>) -> Vec<Entry> {
        entries(self.topics.iter().map(|texts| (&texts.topic, side(texts).clone())))
    }

    pub(crate) fn file(&self) -> String {
        format!("{}{REWRITE_SUFFIX}", self.id)
    }

    pub(crate) fn to_json(&self) -> Result<Vec<u8>, MemoryError> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|_| MemoryError::Damaged { file: self.file() })?;
        json.push(b'\n');
        Ok(json)
    }
}

impl TopicTexts {
    fn commitment(&self) -> Commitment {
        Opening::new(self.salt, self.topic.as_str().to_owned()).commitment()
    }
}

/// Whether nothing is left of a topic.
fn is_no_topic(topic: &Topic, text: &str) -> bool {
    text.trim().is_empty() || text.trim() == topic_file::heading(topic).trim()
}

fn entries<'t>(texts: impl Iterator<Item = (&'t Topic, Option<String>)>) -> Vec<Entry> {
    let of = |(topic, text): (&Topic, Option<String>)| -> Vec<Entry> {
        let text = text.unwrap_or_default();
        topic_file::segments(topic, &text).into_iter().filter_map(|segment| segment.entry).collect()
    };
    texts.flat_map(of).collect()
}

/// The entries of one side that are not on the other, in their order.
fn difference(one: Vec<Entry>, other: Vec<Entry>) -> Vec<EntryId> {
    let there: BTreeSet<&EntryId> = other.iter().map(Entry::id).collect();
    one.iter().map(Entry::id).filter(|id| !there.contains(id)).cloned().collect()
}

impl Memory {
    /// Stages a rewrite for the leaf that the ledger will give it, durably. `fresh` gives an identifier and a salt: to the
    /// rewrite with its first topic, to each further topic, and to each entry.
    ///
    /// # Errors
    /// [`MemoryError::ChangedMeanwhile`], [`MemoryError::TopicFull`], [`MemoryError::IndexFull`], the state folder's, those of
    /// `fresh`; then nothing is staged.
    pub fn stage_rewrite<E: From<MemoryError>>(
        &self,
        rewrite: Rewrite,
        leaf: u64,
        mut fresh: impl FnMut() -> Result<(EntryId, Salt), E>,
    ) -> Result<StagedRewrite, E> {
        let Rewrite { act, topics } = rewrite;
        let (id, mut salt) = fresh()?;
        let mut staged = StagedRewrite { id, leaf, act, topics: Vec::new() };
        for (number, Rewritten { topic, before, pieces }) in topics.into_iter().enumerate() {
            if number > 0 {
                salt = fresh()?.1;
            }
            if self.text(&topic)? != before {
                return Err(MemoryError::ChangedMeanwhile { topic: topic.to_string() }.into());
            }
            let mut text = String::new();
            for piece in pieces {
                let piece = match piece {
                    Piece::Text(piece) => piece,
                    Piece::New(draft) => {
                        let (id, entry_salt) = fresh()?;
                        Entry::new(draft.seal(id, entry_salt, salt), leaf).render()
                    }
                };
                overlay::push(&mut text, &piece);
            }
            // A text that a person made too long stays as it is, where an act makes it no longer.
            if text.len() > MAX_TOPIC_BYTES.max(before.as_ref().map_or(0, String::len)) {
                return Err(MemoryError::TopicFull { topic: topic.to_string() }.into());
            }
            if before.is_none() {
                self.room_for(&topic)?;
            }
            let after = (!is_no_topic(&topic, &text)).then_some(text);
            staged.topics.push(TopicTexts { topic, salt, before, after });
        }
        self.staged.replace(&staged.file(), &staged.to_json()?).map_err(MemoryError::from)?;
        Ok(staged)
    }

    /// Makes a staged rewrite the text of its topics, and keeps its record. The ledger has to know it durably. Done again, it
    /// changes nothing more; what somebody wrote by hand meanwhile stays.
    ///
    /// # Errors
    /// The state folder's; then it can be done again.
    pub fn commit_rewrite(&self, staged: StagedRewrite) -> Result<(), MemoryError> {
        for TopicTexts { topic, before, after, .. } in &staged.topics {
            let now = self.text(topic)?;
            if now == *after {
                continue;
            }
            let (from, to) = (before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
            let text = overlay::apply(topic, now.as_deref().unwrap_or_default(), from, to).text;
            self.put(topic, &text)?;
        }
        self.write_index()?;
        self.keep(&staged)?;
        self.unstage(&staged.file())
    }

    /// Drops a staged rewrite.
    ///
    /// # Errors
    /// The state folder's.
    pub fn discard_rewrite(&self, staged: StagedRewrite) -> Result<(), MemoryError> {
        self.unstage(&staged.file())
    }

    /// Rewrites that a crash left staged.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`], the state folder's.
    pub fn staged_rewrites(&self) -> Result<Vec<StagedRewrite>, MemoryError> {
        let names = self.staged.list()?;
        names.iter().filter(|name| name.ends_with(REWRITE_SUFFIX)).map(|name| read_rewrite(&self.staged, name)).collect()
    }

    /// Makes a text that of a topic; one of which nothing is left is no topic any more.
    fn put(&self, topic: &Topic, text: &str) -> Result<(), MemoryError> {
        let file = format!("{topic}{SUFFIX}");
        if is_no_topic(topic, text) {
            self.topics.remove(&file)?;
            Ok(self.topics.sync()?)
        } else {
            Ok(self.topics.replace(&file, text.as_bytes())?)
        }
    }
}

/// Reads a staged rewrite or a record of one.
pub(crate) fn read_rewrite(folder: &cofferdam_store::Folder, name: &str) -> Result<StagedRewrite, MemoryError> {
    let damaged = || MemoryError::Damaged { file: name.to_owned() };
    let bytes = folder.read(name, MAX_REWRITE_BYTES)?.ok_or_else(damaged)?;
    let staged: StagedRewrite = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
    let is_whole = staged.act != Act::Edited || staged.topics.len() == 1;
    if staged.file() == name && is_whole { Ok(staged) } else { Err(damaged()) }
}
