//! The ledger's files behind one rule: after a write that failed, nothing is written any more.

use std::io;

use crate::{
    error::LedgerError,
    storage::{File, Storage},
};

enum State {
    Writable,
    /// A write failed, or another process wrote: what is on the disk is not known.
    Poisoned,
}

pub(crate) struct Files {
    storage: Box<dyn Storage>,
    state: State,
}

impl Files {
    pub(crate) fn new(storage: Box<dyn Storage>) -> Self {
        Self { storage, state: State::Writable }
    }

    /// For reading, which is always allowed.
    pub(crate) fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// Writes at the end, which must be at byte `at`; gives the new end.
    pub(crate) fn append(&mut self, file: File, at: u64, bytes: &[u8]) -> Result<u64, LedgerError> {
        let len = self.write("looked at", file, |storage| storage.len(file))?;
        if len != at {
            self.state = State::Poisoned;
            return Err(LedgerError::ChangedUnderneath { file });
        }
        self.write("written", file, |storage| storage.append(file, bytes))?;
        Ok(at + bytes.len() as u64)
    }

    pub(crate) fn sync(&mut self, file: File) -> Result<(), LedgerError> {
        self.write("synced", file, |storage| storage.sync(file))
    }

    pub(crate) fn truncate(&mut self, file: File, len: u64) -> Result<(), LedgerError> {
        self.write("truncated", file, |storage| storage.truncate(file, len))
    }

    pub(crate) fn replace(&mut self, file: File, bytes: &[u8]) -> Result<(), LedgerError> {
        self.write("replaced", file, |storage| storage.replace(file, bytes))
    }

    /// Writes at the end of the tree's file. A failure closes nothing: that file is made again from the leaves.
    pub(crate) fn append_tree(&mut self, records: &[u8]) -> io::Result<()> {
        self.storage.append(File::Tree, records)
    }

    /// Cuts the tree's file. A failure closes nothing.
    pub(crate) fn truncate_tree(&mut self, len: u64) -> io::Result<()> {
        self.storage.truncate(File::Tree, len)
    }

    fn write<T>(
        &mut self,
        doing: &'static str,
        file: File,
        operation: impl FnOnce(&mut dyn Storage) -> io::Result<T>,
    ) -> Result<T, LedgerError> {
        match self.state {
            State::Poisoned => Err(LedgerError::Poisoned),
            State::Writable => operation(&mut *self.storage).map_err(|error| {
                self.state = State::Poisoned;
                LedgerError::Io { doing, file, error }
            }),
        }
    }
}
