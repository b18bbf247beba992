//! What was said in runs: the words of the person and of the model, kept by whoever runs the agent.
//!
//! Nothing verifies them, and the ledger does not tell of them: they are found to be known, not to be relied on.

use std::collections::BTreeSet;

use cofferdam_base::RunId;

use crate::RecallError;

/// The conversation of one run, as it was when it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The run of the agent.
    pub run: RunId,
    /// How far it goes, in its keeper's own terms. It only grows, unless `rewritten` changes.
    pub end: u64,
    /// How often it was written anew: with another number, no place in it means what it meant.
    pub rewritten: u64,
}

/// What some words were to their run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What the person asked for.
    Task,
    /// What the model said beside the calls that it asked for.
    Remark,
    /// What the model said where it asked for no call: a run ends with one.
    Answer,
}

impl Role {
    /// One word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Remark => "remark",
            Self::Answer => "answer",
        }
    }

    /// Who said it, in one word.
    #[must_use]
    pub fn speaker(self) -> &'static str {
        match self {
            Self::Task => "person",
            Self::Remark | Self::Answer => "model",
        }
    }
}

/// Something that was said in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The run of the agent.
    pub run: RunId,
    /// The step of the run, from 1; 0 for the task, with which it begins.
    pub step: u64,
    /// What they were to it.
    pub role: Role,
    /// They themselves.
    pub text: String,
    /// What confidential things were in view when they were said, by name.
    pub secrets: BTreeSet<String>,
}

/// Where conversations are kept.
pub trait Conversations {
    /// The run that is held now and looks for what others said, if one does. It has its own words in view: they are not
    /// shown to it as those of an earlier run, and others add them to the index.
    fn asking(&self) -> Option<&RunId>;

    /// Every conversation that there is, that of the run that asks among them.
    ///
    /// # Errors
    /// The state folder's.
    fn list(&self) -> Result<Vec<Conversation>, RecallError>;

    /// Calls `each` with what was said from a place of a conversation on, in order, and with its place. Gives the place to go on
    /// from; that is `from` where nothing came since. What cannot be read back is passed over.
    ///
    /// # Errors
    /// The state folder's; those of `each`.
    fn said_from(&self, run: &RunId, from: u64, each: &mut dyn FnMut(u64, Words) -> Result<(), RecallError>) -> Result<u64, RecallError>;

    /// What was said at a place of a conversation; none where nothing was, or is any more.
    ///
    /// # Errors
    /// The state folder's.
    fn read(&self, run: &RunId, place: u64) -> Result<Option<Words>, RecallError>;
}
