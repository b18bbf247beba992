//! `tools.lock`: which bytes each tool of a project is, pinned.
//!
//! A lock narrows and never grants: a cloned repository can bring one. An entry is made only from an approval
//! ([`ApprovedEntry`]), and at every load it is checked against the statement, the component and the keyring.

mod entry;
mod error;
mod file;

use std::collections::BTreeMap;

use cofferdam_base::ToolName;

pub use entry::{LockEntry, Source};
pub use error::LockError;
pub use file::{FORMAT_VERSION, MAX_LOCK_BYTES};

use crate::verify::ApprovedEntry;

/// Most tools of one project.
pub const MAX_TOOLS: usize = 1000;

/// The pinned tools of a project, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    entries: BTreeMap<ToolName, LockEntry>,
}

impl Lock {
    /// The entry of a tool.
    #[must_use]
    pub fn get(&self, tool: &ToolName) -> Option<&LockEntry> {
        self.entries.get(tool)
    }

    /// The entries by name.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &LockEntry> {
        self.entries.values()
    }

    /// Pins an approved tool; gives back the entry that it replaces.
    ///
    /// # Errors
    /// [`LockError::TooMany`].
    pub fn insert(&mut self, approved: ApprovedEntry) -> Result<Option<LockEntry>, LockError> {
        let entry = approved.into_entry();
        if self.entries.len() == MAX_TOOLS && !self.entries.contains_key(entry.name()) {
            return Err(LockError::TooMany);
        }
        Ok(self.entries.insert(entry.name().clone(), entry))
    }

    /// Forgets a tool; gives back its entry.
    pub fn remove(&mut self, tool: &ToolName) -> Option<LockEntry> {
        self.entries.remove(tool)
    }
}
