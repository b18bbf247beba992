//! A file that is read piece by piece: what is too large to be read whole.

use std::{fs::File, io, os::unix::fs::FileExt as _};

/// A file opened to read from.
#[derive(Debug)]
pub struct ReadFile(File);

impl ReadFile {
    pub(super) fn new(file: File) -> Self {
        Self(file)
    }

    /// Its length in bytes, now.
    ///
    /// # Errors
    /// The operating system's.
    pub fn len(&self) -> io::Result<u64> {
        self.0.metadata().map(|metadata| metadata.len())
    }

    /// Whether it has no bytes, now.
    ///
    /// # Errors
    /// The operating system's.
    pub fn is_empty(&self) -> io::Result<bool> {
        self.len().map(|len| len == 0)
    }

    /// Reads at most `buffer.len()` bytes from `offset`; 0 at the end.
    ///
    /// # Errors
    /// The operating system's.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}
