//! A file that only grows: transcripts, the ledger.

use std::{fs::File, sync::Arc};

use crate::state::{disk::Disk, error::StateError, lock::try_hold};

/// A file opened to append to. What was appended survives a power loss only after [`AppendFile::sync`].
#[derive(Debug)]
pub struct AppendFile {
    file: File,
    disk: Arc<dyn Disk>,
    label: String,
    len: u64,
}

impl AppendFile {
    pub(super) fn new(file: File, disk: Arc<dyn Disk>, label: String) -> Result<Self, StateError> {
        let len = file.metadata().map_err(|error| StateError::io("look at", &label, error))?.len();
        Ok(Self { file, disk, label, len })
    }

    /// Bytes in the file as far as this handle knows: what it had when it was opened and what was appended here.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Takes the file for this process until the value is dropped, or says that another one has it. It is an advisory lock
    /// (`flock`); whoever gets it has to look whether the file is still the named one ([`super::Folder::is_named`]).
    ///
    /// # Errors
    /// [`StateError::Held`], [`StateError::Io`].
    pub fn hold(&self) -> Result<(), StateError> {
        match try_hold(&self.file) {
            Ok(true) => Ok(()),
            Ok(false) => Err(StateError::Held(self.label.clone())),
            Err(error) => Err(StateError::io("lock", &self.label, error)),
        }
    }

    /// Writes all bytes at the end of the file.
    ///
    /// # Errors
    /// [`StateError::Io`]; then a part of the bytes may be there, which the next reader has to find out and
    /// [`AppendFile::cut`] takes away.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.disk.write(&self.file, bytes).map_err(|error| StateError::io("append to", &self.label, error))?;
        self.len = self.len.saturating_add(bytes.len() as u64);
        Ok(())
    }

    /// Makes everything that was appended survive a power loss.
    ///
    /// # Errors
    /// [`StateError::Io`]; then nothing is known about what was appended since the last sync.
    pub fn sync(&mut self) -> Result<(), StateError> {
        self.disk.sync_file(&self.file).map_err(|error| StateError::io("sync", &self.label, error))
    }

    /// Takes away an unfinished last entry that a crash left, and makes that survive a power loss. Never extends the file.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn cut(&mut self, len: u64) -> Result<(), StateError> {
        let len = len.min(self.len);
        self.disk.cut(&self.file, len).map_err(|error| StateError::io("cut", &self.label, error))?;
        self.len = len;
        self.sync()
    }
}
