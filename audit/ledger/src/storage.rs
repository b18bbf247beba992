//! What the ledger needs of a file system. The host implements it over its store; nothing here opens a file.

use std::io;

/// The ledger's files, all in one folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// The leaves.
    Leaves,
    /// Every checkpoint's signed note, each followed by an empty line. Only grows.
    Checkpoints,
    /// The frontier at the newest checkpoint. Can be deleted: it only saves rehashing.
    Frontier,
    /// The hashes of the tree's nodes and where each line ends. Can be deleted: it only saves rehashing.
    Tree,
}

impl File {
    /// All files.
    pub const ALL: [Self; 4] = [Self::Leaves, Self::Checkpoints, Self::Frontier, Self::Tree];

    /// Its name in the ledger's folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Leaves => "ledger.jsonl",
            Self::Checkpoints => "checkpoints",
            Self::Frontier => "frontier.json",
            Self::Tree => "tree",
        }
    }
}

/// The files of one ledger.
///
/// An absent file has length 0 and reads as empty; `append` makes it. After an error the ledger writes no more, so a
/// half-done write is allowed.
pub trait Storage: Send {
    /// Length in bytes.
    ///
    /// # Errors
    /// The file system's.
    fn len(&self, file: File) -> io::Result<u64>;

    /// Reads at most `buffer.len()` bytes from `offset`; 0 at the end.
    ///
    /// # Errors
    /// The file system's.
    fn read_at(&self, file: File, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes all bytes at the end.
    ///
    /// # Errors
    /// The file system's; then any part of the bytes may be there.
    fn append(&mut self, file: File, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to `len` bytes, which is at most its length.
    ///
    /// # Errors
    /// The file system's.
    fn truncate(&mut self, file: File, len: u64) -> io::Result<()>;

    /// Makes what was written durable, the file's name in its folder included.
    ///
    /// # Errors
    /// The file system's.
    fn sync(&mut self, file: File) -> io::Result<()>;

    /// Replaces the whole file, durably: after a crash it is the old one or the new one.
    ///
    /// # Errors
    /// The file system's.
    fn replace(&mut self, file: File, bytes: &[u8]) -> io::Result<()>;
}

/// Reads from `offset` until the buffer is full or the file ends; gives how many bytes that were.
pub(crate) fn read_full(storage: &dyn Storage, file: File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match storage.read_at(file, offset + filled as u64, rest)? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Files in memory, for tests and for runs that keep nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryStorage {
    leaves: Vec<u8>,
    checkpoints: Vec<u8>,
    frontier: Vec<u8>,
    tree: Vec<u8>,
}

impl MemoryStorage {
    /// The bytes of a file.
    #[must_use]
    pub fn bytes(&self, file: File) -> &Vec<u8> {
        match file {
            File::Leaves => &self.leaves,
            File::Checkpoints => &self.checkpoints,
            File::Frontier => &self.frontier,
            File::Tree => &self.tree,
        }
    }

    /// The bytes of a file, to change them.
    pub fn bytes_mut(&mut self, file: File) -> &mut Vec<u8> {
        match file {
            File::Leaves => &mut self.leaves,
            File::Checkpoints => &mut self.checkpoints,
            File::Frontier => &mut self.frontier,
            File::Tree => &mut self.tree,
        }
    }
}

impl Storage for MemoryStorage {
    fn len(&self, file: File) -> io::Result<u64> {
        Ok(self.bytes(file).len() as u64)
    }

    fn read_at(&self, file: File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.bytes(file).get(offset..)).unwrap_or_default();
        io::Read::read(&mut &*rest, buffer)
    }

    fn append(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        self.bytes_mut(file).extend_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, file: File, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        self.bytes_mut(file).truncate(len);
        Ok(())
    }

    fn sync(&mut self, _file: File) -> io::Result<()> {
        Ok(())
    }

    fn replace(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        *self.bytes_mut(file) = bytes.to_vec();
        Ok(())
    }
}
