//! A memory before it is one.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, EntryId, text::is_deceptive};
use cofferdam_ledger::{Commitment, Opening, Salt};

use crate::{CallEvidence, MemoryError, Topic, entry};

/// Longest text in bytes: a memory is a fact, not a document.
pub const MAX_TEXT_BYTES: usize = 4096;
/// Most calls that one memory cites.
pub const MAX_CITED_CALLS: usize = 16;
/// Most files that the cited calls of one memory touched; each is digested again at every recall.
pub const MAX_CITED_FILES: usize = 256;

/// Most entries that one entry stands for, merged or moved.
pub const MAX_ORIGINS: usize = 32;

/// Whether text from outside was in view when a memory was drafted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// None was.
    Trusted,
    /// Some was.
    Untrusted,
}

impl Integrity {
    /// As it stands in a topic file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Untrusted => "untrusted",
        }
    }
}

/// What a memory rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// Calls that were verified; at least one.
    Calls(Vec<CallEvidence>),
    /// A person's word.
    Person,
}

/// What somebody wants to be remembered, with what it rests on. Within the limits, and no text that deceives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    topic: Topic,
    text: String,
    ground: Ground,
    integrity: Integrity,
    secrets: BTreeSet<String>,
    origins: Vec<EntryId>,
}

impl Draft {
    /// Checks what is to be remembered.
    ///
    /// # Errors
    /// [`MemoryError::Text`], [`MemoryError::NoEvidence`], [`MemoryError::TooMuchEvidence`].
    pub fn new(topic: Topic, text: &str, evidence: Vec<CallEvidence>, integrity: Integrity) -> Result<Self, MemoryError> {
        let text = readable(text)?;
        if evidence.is_empty() {
            return Err(MemoryError::NoEvidence);
        }
        let files: usize = evidence.iter().map(|cited| cited.files.len()).sum();
        if evidence.len() > MAX_CITED_CALLS || files > MAX_CITED_FILES {
            return Err(MemoryError::TooMuchEvidence { calls: evidence.len(), files });
        }
        Ok(Self { topic, text, ground: Ground::Calls(evidence), integrity, secrets: BTreeSet::new(), origins: Vec::new() })
    }

    /// The same draft, which may carry these confidential things, by name, beside those that it carries already.
    #[must_use]
    pub fn carrying(mut self, secrets: &BTreeSet<String>) -> Self {
        self.secrets.extend(secrets.iter().cloned());
        self
    }

    /// The same draft, standing for entries that were remembered before: what a consolidation makes of them.
    ///
    /// # Errors
    /// [`MemoryError::TooManyOrigins`].
    pub(crate) fn standing_for(self, origins: Vec<EntryId>) -> Result<Self, MemoryError> {
        if origins.len() > MAX_ORIGINS {
            return Err(MemoryError::TooManyOrigins { origins: origins.len() });
        }
        Ok(Self { origins, ..self })
    }

    /// Checks what a person states: nothing shows it, and nothing of it can go stale.
    ///
    /// # Errors
    /// [`MemoryError::Text`].
    pub fn stated(topic: Topic, text: &str) -> Result<Self, MemoryError> {
        let (text, secrets, origins) = (readable(text)?, BTreeSet::new(), Vec::new());
        Ok(Self { topic, text, ground: Ground::Person, integrity: Integrity::Trusted, secrets, origins })
    }

    /// Where it belongs.
    #[must_use]
    pub fn topic(&self) -> &Topic {
        &self.topic
    }

    /// What is to be remembered.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it rests on.
    #[must_use]
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// The calls that show it; none where it is a person's word.
    #[must_use]
    pub fn evidence(&self) -> &[CallEvidence] {
        match &self.ground {
            Ground::Calls(cited) => cited,
            Ground::Person => &[],
        }
    }

    /// Whether text from outside was in view.
    #[must_use]
    pub fn integrity(&self) -> Integrity {
        self.integrity
    }

    /// What confidential things were in view when it was drafted, by name: its text may carry them, in whatever words.
    #[must_use]
    pub fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    /// The entries that it stands for, as they were first remembered, oldest first; none where it is remembered for the first time.
    #[must_use]
    pub fn origins(&self) -> &[EntryId] {
        &self.origins
    }

    /// Gives it its identifier, and the salts of what the ledger will hold of it.
    #[must_use]
    pub fn seal(self, id: EntryId, salt: Salt, topic_salt: Salt) -> Sealed {
        Sealed { id, draft: self, salt, topic_salt }
    }
}

/// A text without the white space around it: not empty, not too long, nothing in it that deceives.
fn readable(text: &str) -> Result<String, MemoryError> {
    let text = text.trim();
    let refuse = |why: &'static str| Err(MemoryError::Text { why });
    if text.is_empty() {
        return refuse("it is empty");
    }
    if text.len() > MAX_TEXT_BYTES {
        return refuse("it is longer than a memory may be");
    }
    if text.chars().any(|c| is_deceptive(c) && c != '\n') {
        return refuse("it has characters that would hide or move what a person reads");
    }
    Ok(text.to_owned())
}

/// A draft with its identifier and its commitments. The ledger does not know it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub(crate) id: EntryId,
    pub(crate) draft: Draft,
    pub(crate) salt: Salt,
    pub(crate) topic_salt: Salt,
}

impl Sealed {
    /// What the ledger holds of its words and its evidence.
    #[must_use]
    pub fn entry_commitment(&self) -> Commitment {
        Opening::new(self.salt, entry::claim(&self.id, &self.draft)).commitment()
    }

    /// What the ledger holds of its topic.
    #[must_use]
    pub fn topic_commitment(&self) -> Commitment {
        Opening::new(self.topic_salt, self.draft.topic.as_str().to_owned()).commitment()
    }

    /// The calls that it cites.
    #[must_use]
    pub fn calls(&self) -> Vec<CallId> {
        self.draft.evidence().iter().map(|cited| cited.call.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use cofferdam_base::{Diagnostic as _, Timestamp};

    use super::*;

    #[test]
    fn an_entry_stands_for_so_many_others_and_no_more() {
        let origins = |count: usize| vec![EntryId::from(&CallId::new(Timestamp(1), [1; 10])); count];
        let draft = || Draft::stated("t".parse().unwrap(), "x").unwrap();
        assert_eq!(draft().standing_for(origins(MAX_ORIGINS)).unwrap().origins().len(), MAX_ORIGINS);
        assert_eq!(draft().standing_for(origins(MAX_ORIGINS + 1)).unwrap_err().code(), "memory.too-many-origins");
    }
}
