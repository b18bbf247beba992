//! What was rewritten, with the texts that stood there before: `history/<id>.rewrite.json`, one file an act.
//!
//! A commit of one entry needs no record: it only adds, and the topic before it is the topic without the entry. Records are
//! bounded: beyond [`MAX_RECORDS`] or [`MAX_HISTORY_BYTES`] the oldest go, and what they tell of cannot be taken back any more.

use cofferdam_base::EntryId;

use crate::{
    Memory, MemoryError, Topic, overlay,
    rewrite::{Act, Piece, REWRITE_SUFFIX, Rewrite, Rewritten, StagedRewrite, TopicTexts, read_rewrite},
};

/// Most records that are kept.
pub const MAX_RECORDS: usize = 200;
/// Most bytes of all records together; the newest one is kept even where it alone is larger.
pub const MAX_HISTORY_BYTES: u64 = 64 << 20;

impl Memory {
    /// The rewrites whose former texts are kept, newest first. What they say is not checked: the ledger tells of each.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`], the state folder's.
    pub fn rewrites(&self) -> Result<Vec<StagedRewrite>, MemoryError> {
        self.records()?.iter().rev().map(|name| read_rewrite(&self.history, name)).collect()
    }

    /// The newest rewrite that has this identifier, or that took out or brought an entry of it.
    ///
    /// # Errors
    /// [`MemoryError::UnknownChange`]; see [`Memory::rewrites`].
    pub fn rewrite_of(&self, id: &EntryId) -> Result<StagedRewrite, MemoryError> {
        let concerns = |rewrite: &StagedRewrite| rewrite.id() == id || rewrite.added().contains(id) || rewrite.removed().contains(id);
        self.rewrites()?.into_iter().find(concerns).ok_or_else(|| MemoryError::UnknownChange { change: id.clone() })
    }

    /// What [`Memory::rewrite_of`] finds, and what takes it back.
    ///
    /// # Errors
    /// See [`Memory::rewrite_of`] and [`Memory::undo`].
    pub fn proposed_undo(&self, id: &EntryId) -> Result<(StagedRewrite, Rewrite), MemoryError> {
        let rewrite = self.rewrite_of(id)?;
        let undo = self.undo(&rewrite)?;
        Ok((rewrite, undo))
    }

    /// Works out what takes a rewrite back. Where a topic still is as the rewrite left it, it becomes what it was before, byte for
    /// byte. Where something came or went since that the rewrite did not touch, that stays as it is now.
    ///
    /// # Errors
    /// [`MemoryError::Overlaps`] where something that the rewrite brought was changed or taken out since; the state folder's.
    pub fn undo(&self, rewrite: &StagedRewrite) -> Result<Rewrite, MemoryError> {
        let mut topics = Vec::new();
        for TopicTexts { topic, before, after, .. } in &rewrite.topics {
            let now = self.text(topic)?;
            let text = |side: &Option<String>| side.clone().unwrap_or_default();
            let applied = overlay::apply(topic, &text(&now), &text(after), &text(before));
            if applied.missing > 0 {
                return Err(MemoryError::Overlaps { topic: topic.to_string() });
            }
            topics.push(Rewritten { topic: topic.clone(), before: now, pieces: vec![Piece::Text(applied.text)] });
        }
        Ok(Rewrite { act: Act::Reverted(rewrite.leaf()), topics })
    }

    /// Removes the kept former texts of one topic, or all: what somebody took out of the memory on purpose is then nowhere in it.
    /// A record that tells of several topics goes as a whole. Gives how many records are gone; they cannot be taken back any more.
    ///
    /// # Errors
    /// See [`Memory::rewrites`].
    pub fn forget(&self, topic: Option<&Topic>) -> Result<usize, MemoryError> {
        let mut gone = 0;
        for name in self.records()? {
            let concerns = match topic {
                Some(topic) => read_rewrite(&self.history, &name)?.concerns(topic),
                None => true,
            };
            if concerns {
                self.history.remove(&name)?;
                gone += 1;
            }
        }
        self.history.sync()?;
        Ok(gone)
    }

    /// Keeps the record of a rewrite that is done, and lets the oldest go that are too many.
    pub(crate) fn keep(&self, rewrite: &StagedRewrite) -> Result<(), MemoryError> {
        self.history.replace(&rewrite.file(), &rewrite.to_json()?)?;
        let (mut count, mut bytes) = (0, 0u64);
        for name in self.records()?.iter().rev() {
            count += 1;
            bytes = bytes.saturating_add(self.history.len_of(name)?.unwrap_or_default());
            if count > MAX_RECORDS || (count > 1 && bytes > MAX_HISTORY_BYTES) {
                self.history.remove(name)?;
            }
        }
        Ok(())
    }

    /// The names of the records, oldest first: identifiers sort by time.
    fn records(&self) -> Result<Vec<String>, MemoryError> {
        let mut names = self.history.list()?;
        names.retain(|name| name.ends_with(REWRITE_SUFFIX));
        Ok(names)
    }
}

impl StagedRewrite {
    /// Whether it rewrote a topic.
    #[must_use]
    pub fn concerns(&self, topic: &Topic) -> bool {
        self.topics().any(|other| other == topic)
    }
}
