//! Third-party tools that a person added: component and statement by their digests, in the user's data folder.
//!
//! Nothing here is trusted: every load verifies digest, signature and lock anew.

use cofferdam_base::Digest;
use cofferdam_store::{Blobs, Folder, StateError};
use cofferdam_trust::{lock::LockEntry, statement::MAX_STATEMENT_BYTES, verify::MAX_COMPONENT_BYTES};

/// The tools of a user.
pub(crate) struct ToolStore(Blobs);

impl ToolStore {
    /// The store below the user's data folder.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub(crate) fn open(data: &Folder) -> Result<Self, StateError> {
        Ok(Self(Blobs::new(data.folder("tools")?)))
    }

    /// Keeps a component and its statement.
    ///
    /// # Errors
    /// The file system's.
    pub(crate) fn put(&self, component: &[u8], statement: &[u8]) -> Result<(Digest, Digest), StateError> {
        Ok((self.0.put(component)?, self.0.put(statement)?))
    }

    /// The bytes that a lock entry pins.
    ///
    /// # Errors
    /// They are not there, or not what they were.
    pub(crate) fn get(&self, entry: &LockEntry) -> Result<(Vec<u8>, Vec<u8>), StateError> {
        let component = self.0.get(&entry.component(), MAX_COMPONENT_BYTES as u64)?;
        let statement = self.0.get(&entry.statement(), MAX_STATEMENT_BYTES)?;
        Ok((component, statement))
    }
}
