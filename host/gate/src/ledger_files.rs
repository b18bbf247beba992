//! The ledger's files in the project's state folder.

use std::io;

use cofferdam_ledger::{File, Ledger, Storage};
use cofferdam_store::{AppendFile, Folder, ReadFile, StateError};

/// A folder of the state as the ledger wants its storage.
pub(crate) struct LedgerFiles {
    folder: Folder,
    leaves: Option<AppendFile>,
    checkpoints: Option<AppendFile>,
}

impl LedgerFiles {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { folder, leaves: None, checkpoints: None }
    }

    fn reading(&self, file: File) -> io::Result<Option<ReadFile>> {
        self.folder.reading(file.name()).map_err(io::Error::other)
    }

    fn appending(&mut self, file: File) -> Result<&mut AppendFile, StateError> {
        let slot = match file {
            File::Leaves => &mut self.leaves,
            // The frontier is only replaced; a handle to it is never kept.
            File::Checkpoints | File::Frontier => &mut self.checkpoints,
        };
        match slot {
            Some(open) => Ok(open),
            None => Ok(slot.insert(self.folder.append(file.name())?)),
        }
    }
}

/// Whether the files are as long as a ledger left them: then nobody else wrote.
pub(crate) fn are_as_left(folder: &Folder, ledger: &Ledger) -> Result<bool, StateError> {
    for (file, left) in ledger.lengths() {
        if folder.len_of(file.name())?.unwrap_or_default() != left {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Storage for LedgerFiles {
    fn len(&self, file: File) -> io::Result<u64> {
        self.folder.len_of(file.name()).map(Option::unwrap_or_default).map_err(io::Error::other)
    }

    fn read_at(&self, file: File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.reading(file)?.map_or(Ok(0), |open| open.read_at(offset, buffer))
    }

    fn append(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        self.appending(file).and_then(|open| open.append(bytes)).map_err(io::Error::other)
    }

    fn truncate(&mut self, file: File, len: u64) -> io::Result<()> {
        self.appending(file).and_then(|open| open.cut(len)).map_err(io::Error::other)
    }

    fn sync(&mut self, file: File) -> io::Result<()> {
        self.appending(file).and_then(AppendFile::sync).map_err(io::Error::other)
    }

    fn replace(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        self.folder.replace(file.name(), bytes).map_err(io::Error::other)
    }
}
