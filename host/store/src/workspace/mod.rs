//! The workspace's folder, opened once. Nothing here follows a symbolic link.

mod content;
mod listing;
mod look;
mod opening;
#[cfg(test)]
mod tests;

use std::{io, path::Path, sync::Arc};

use cap_std::{ambient_authority, fs::Dir};

pub use look::FileStat;
pub(crate) use opening::Opener;
pub(crate) use {listing::Listing, listing::RawKind, look::Looked};

use crate::error::StoreError;

/// What a guest sees at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link that resolves to something in the workspace. Shown by listings and by a stat that does not follow.
    Link,
}

/// What a guest is told about a file or folder. No times: they are not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// File, folder or link.
    pub kind: Kind,
    /// Bytes of a file; 0 for folders and links.
    pub size: u64,
    /// Whether the file's owner may execute it.
    pub executable: bool,
    /// The same number for the same file or folder of a stage, another for another: for is-same-object and metadata hashes.
    /// It depends on paths and on the order of the call's own operations alone, so that a replayed call sees it again.
    pub identity: u64,
}

/// The workspace. All paths are resolved below this one handle.
#[derive(Debug)]
pub struct Workspace {
    dir: Dir,
    opener: Opener,
}

impl Workspace {
    /// Opens the workspace's folder by its ambient path: the one place where this crate takes ambient authority for it.
    /// Links in this path are followed, since a person named it.
    ///
    /// # Errors
    /// [`StoreError`] when it is no folder or cannot be opened.
    pub fn open_ambient(path: &Path) -> Result<Arc<Self>, StoreError> {
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(|cause| {
            let path = path.to_owned();
            if cause.kind() == io::ErrorKind::NotADirectory { StoreError::NotFolder { path } } else { StoreError::Open { path, cause } }
        })?;
        let opener = Opener::of(&dir);
        Ok(Arc::new(Self { dir, opener }))
    }

    /// The same, with a resolver of the test's choice.
    #[cfg(test)]
    pub(crate) fn open_ambient_by(path: &Path, opener: Opener) -> Arc<Self> {
        Arc::new(Self { dir: Dir::open_ambient_dir(path, ambient_authority()).unwrap(), opener })
    }

    /// The handle itself, for publishing.
    pub(crate) fn dir(&self) -> &Dir {
        &self.dir
    }
}
