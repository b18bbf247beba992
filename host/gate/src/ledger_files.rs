//! The ledger's files in the project's state folder.

use std::{cell::OnceCell, io};

use cofferdam_ledger::{File, Ledger, Storage};
use cofferdam_store::{AppendFile, Folder, ReadFile, StateError};

/// A folder of the state as the ledger wants its storage.
pub(crate) struct LedgerFiles {
    folder: Folder,
    leaves: Option<AppendFile>,
    checkpoints: Option<AppendFile>,
    /// Kept between writes: a proof is many small reads of it.
    tree: OnceCell<ReadFile>,
}

impl LedgerFiles {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { folder, leaves: None, checkpoints: None, tree: OnceCell::new() }
    }

    fn reading(&self, file: File) -> io::Result<Option<ReadFile>> {
        self.folder.reading(file.name()).map_err(io::Error::other)
    }

    fn writing(&mut self, file: File, write: impl FnOnce(&mut AppendFile) -> Result<(), StateError>) -> io::Result<()> {
        let slot = match file {
            File::Leaves => &mut self.leaves,
            File::Checkpoints => &mut self.checkpoints,
            // No handle to these is kept to write: the frontier is replaced, and the tree can be deleted at any time.
            File::Frontier | File::Tree => {
                self.tree.take();
                return self.folder.append(file.name()).and_then(|mut open| write(&mut open)).map_err(io::Error::other);
            }
        };
        let open = match slot {
            Some(open) => open,
            None => slot.insert(self.folder.append(file.name()).map_err(io::Error::other)?),
        };
        write(open).map_err(io::Error::other)
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
        if let (File::Tree, Some(open)) = (file, self.tree.get()) {
            return open.read_at(offset, buffer);
        }
        let Some(open) = self.reading(file)? else { return Ok(0) };
        let read = open.read_at(offset, buffer);
        if file == File::Tree {
            self.tree.get_or_init(|| open);
        }
        read
    }

    fn append(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        self.writing(file, |open| open.append(bytes))
    }

    fn truncate(&mut self, file: File, len: u64) -> io::Result<()> {
        self.writing(file, |open| open.cut(len))
    }

    fn sync(&mut self, file: File) -> io::Result<()> {
        self.writing(file, AppendFile::sync)
    }

    fn replace(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        self.folder.replace(file.name(), bytes).map_err(io::Error::other)
    }
}
