//! The product's own files: the state folder of a project, atomic replacement, append-only files, blobs, the workspace's lock.
//!
//! Other crates have no other file system for what is theirs. The folder lies outside the workspace, so that no tool reaches it.

pub mod append;
pub mod blobs;
pub(crate) mod disk;
pub mod error;
pub mod folder;
pub mod lines;
pub mod lock;
pub mod read;
pub mod replacement;
mod temporary;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make and read files beside the code under test")]
pub(crate) mod tests;

use std::{io, path::Path, sync::Arc};

use cap_std::fs::Dir;
use rustix::fs::AtFlags;

pub use append::AppendFile;
pub use blobs::Blobs;
pub use disk::Durability;
pub use error::StateError;
pub use folder::{Folder, Removed};
pub use lines::{FileLine, FileLines};
pub use lock::WorkspaceLock;
pub use read::ReadFile;
pub use replacement::Replacement;

use crate::{
    state::disk::{Disk, SystemDisk},
    workspace::Workspace,
};

/// Deepest folder that can hold a state folder or a workspace: ends the walk to the root of the file system.
const MAX_DEPTH: usize = 1000;

/// The state folder of one project: what the product remembers of it. Private (0700) and apart from the workspace.
#[derive(Debug)]
pub struct StateDir {
    folder: Folder,
}

impl StateDir {
    /// Opens the state folder by its ambient path, and makes it when it is missing.
    ///
    /// # Errors
    /// [`StateError::Open`]; [`StateError::NotPrivate`] when it has another owner or lets others in;
    /// [`StateError::NotApart`] when it lies in the workspace, or the workspace in it.
    pub fn open_ambient(path: &Path, workspace: &Workspace) -> Result<Self, StateError> {
        Self::open_ambient_with_durability(path, workspace, Durability::Synced)
    }

    /// Like [`StateDir::open_ambient`], for benchmarks: see [`Durability`].
    ///
    /// # Errors
    /// As for [`StateDir::open_ambient`].
    pub fn open_ambient_with_durability(path: &Path, workspace: &Workspace, durability: Durability) -> Result<Self, StateError> {
        Self::open_ambient_on(path, workspace, Arc::new(SystemDisk(durability)))
    }

    pub(crate) fn open_ambient_on(path: &Path, workspace: &Workspace, disk: Arc<dyn Disk>) -> Result<Self, StateError> {
        let folder = Folder::open_ambient_on(path, disk)?;
        let inside = |inner: &Dir, outer: &Dir| is_within(inner, outer).map_err(|cause| StateError::Open { path: path.to_owned(), cause });
        if inside(folder.dir(), workspace.dir())? || inside(workspace.dir(), folder.dir())? {
            return Err(StateError::NotApart { path: path.to_owned() });
        }
        Ok(Self { folder })
    }

    /// The folder itself, for the files of other crates.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }
}

/// Whether a folder is another one or lies below it, by what the file system says and not by names.
fn is_within(inner: &Dir, outer: &Dir) -> io::Result<bool> {
    let outer = rustix::fs::fstat(outer)?;
    let mut above = String::from(".");
    let mut last = None;
    for _ in 0..MAX_DEPTH {
        let stat = rustix::fs::statat(inner, &above, AtFlags::empty())?;
        let here = (stat.st_dev, stat.st_ino);
        if here == (outer.st_dev, outer.st_ino) {
            return Ok(true);
        }
        // The root is its own parent.
        if last == Some(here) {
            return Ok(false);
        }
        last = Some(here);
        above.push_str("/..");
    }
    Err(io::ErrorKind::InvalidFilename.into())
}
