//! A removal on its way: taken down before the ledger tells of it, so that a crash in between can be completed or dropped.
//! Nothing of what is to be removed stands in it.

use cofferdam_base::{CallId, RunId, Timestamp};
use cofferdam_ledger::{
    Event,
    commitment::{Commitment, Opening},
};
use cofferdam_store::Folder;
use serde::{Deserialize, Serialize};

use super::{error::TranscriptError, said::Said};

/// Folder of the removals that are on their way, in the project's state.
const FOLDER: &str = "removals";
const SUFFIX: &str = ".json";
/// Largest file of one: the commitments of the most lines, a reason and a name stay far below.
const MAX_BYTES: u64 = 256 * 1024;

/// What is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "removes", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Removal {
    /// Texts of a call.
    Lines { run: RunId, call: CallId, kinds: Vec<Said>, lines: Vec<Commitment>, time: Timestamp, reason: Opening, by: Option<String> },
    /// The whole transcript of a run.
    Run { run: RunId, bytes: u64, by: Option<String> },
}

/// A removal with the number of the leaf that tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staged {
    leaf: u64,
    id: CallId,
    removal: Removal,
}

impl Staged {
    /// Takes a removal down, durably, for the leaf that the ledger will give it.
    pub(crate) fn stage(state: &Folder, id: CallId, removal: Removal, leaf: u64) -> Result<Self, TranscriptError> {
        let staged = Self { leaf, id, removal };
        let bytes = serde_json::to_vec(&staged).map_err(TranscriptError::Write)?;
        state.folder(FOLDER)?.replace(&format!("{}{SUFFIX}", staged.id), &bytes)?;
        Ok(staged)
    }

    /// What is on its way, oldest first.
    pub(crate) fn all(state: &Folder) -> Result<Vec<Self>, TranscriptError> {
        let folder = state.folder(FOLDER)?;
        let mut staged = Vec::new();
        for name in folder.list()?.into_iter().filter(|name| name.ends_with(SUFFIX)) {
            // Dropped since it was listed: it is done.
            let Some(bytes) = folder.read(&name, MAX_BYTES)? else { continue };
            let read: Self = serde_json::from_slice(&bytes)
                .map_err(|_not_one| TranscriptError::DamagedRedaction { file: format!("{FOLDER}/{name}") })?;
            staged.push(read);
        }
        Ok(staged)
    }

    /// Drops it: it is done, or came to nothing.
    pub(crate) fn discard(self, state: &Folder) -> Result<(), TranscriptError> {
        let folder = state.folder(FOLDER)?;
        folder.remove(&format!("{}{SUFFIX}", self.id))?;
        Ok(folder.sync()?)
    }

    /// The number of the leaf that has to tell of it.
    pub(crate) fn leaf(&self) -> u64 {
        self.leaf
    }

    pub(crate) fn removal(&self) -> &Removal {
        &self.removal
    }

    /// What that leaf has to tell.
    pub(crate) fn event(&self) -> Event {
        match &self.removal {
            Removal::Lines { run, call, lines, reason, by, .. } => Event::TranscriptRedacted {
                run: run.clone(),
                call: call.clone(),
                lines: lines.clone(),
                reason: reason.commitment(),
                by: by.clone(),
            },
            Removal::Run { run, bytes, by } => Event::TranscriptPruned { run: run.clone(), bytes: *bytes, by: by.clone() },
        }
    }
}
