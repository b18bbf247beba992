//! Bytes stored under their own digest, and checked against it whenever they are read.

use cofferdam_base::Digest;

use crate::state::{
    error::StateError,
    folder::{Folder, Removed},
};

/// A folder of blobs, one file for each, named by the 64 hex digits of its digest.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: Folder,
}

impl Blobs {
    /// Takes a folder that holds nothing else.
    #[must_use]
    pub fn new(folder: Folder) -> Self {
        Self { folder }
    }

    /// Stores bytes; they survive a power loss when this returns. A blob that is there already is checked, and replaced
    /// if it is damaged.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, StateError> {
        let digest = Digest::of(bytes);
        match self.get(&digest, bytes.len() as u64) {
            Ok(_) => Ok(digest),
            Err(StateError::BlobMissing(_) | StateError::BlobDamaged(_) | StateError::TooLarge { .. }) => {
                self.folder.replace(&digest.hex(), bytes)?;
                Ok(digest)
            }
            Err(error) => Err(error),
        }
    }

    /// The bytes with this digest, at most `limit` of them.
    ///
    /// # Errors
    /// [`StateError::BlobMissing`], [`StateError::BlobDamaged`], [`StateError::TooLarge`], [`StateError::Io`].
    pub fn get(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, StateError> {
        let bytes = self.folder.read(&digest.hex(), limit)?.ok_or(StateError::BlobMissing(*digest))?;
        if Digest::of(&bytes) == *digest { Ok(bytes) } else { Err(StateError::BlobDamaged(*digest)) }
    }

    /// Removes a blob; whether there was one.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn remove(&self, digest: &Digest) -> Result<Removed, StateError> {
        self.folder.remove(&digest.hex())
    }

    /// The digests of all blobs, sorted. A file of another name is an error: nothing else belongs here.
    ///
    /// # Errors
    /// [`StateError::Stranger`], [`StateError::TooMany`], [`StateError::Io`].
    pub fn list(&self) -> Result<Vec<Digest>, StateError> {
        let digest = |name: String| Digest::from_hex(&name).map_err(|_| StateError::Stranger(name));
        self.folder.list()?.into_iter().map(digest).collect()
    }
}
