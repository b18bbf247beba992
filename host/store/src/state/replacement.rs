//! A file that is written anew piece by piece, and takes the old one's place at once.

use std::fs::File;

use crate::state::{error::StateError, folder::Folder, lock::release};

/// The new content of a file. Until [`Replacement::publish`], the file is as it was; one that is dropped leaves nothing.
#[derive(Debug)]
#[must_use = "nothing takes the file's place before `publish`"]
pub struct Replacement {
    folder: Folder,
    name: String,
    /// The unfinished file; none once it took the place.
    temporary: Option<String>,
    file: File,
}

impl Replacement {
    pub(super) fn new(folder: Folder, name: String, temporary: String, file: File) -> Self {
        Self { folder, name, temporary: Some(temporary), file }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.folder.disk().write(&self.file, bytes).map_err(|error| self.folder.failed("write", &self.name, error))
    }

    /// Puts the new content in the file's place: after a crash or a power loss it has its old content or all of the new one.
    ///
    /// # Errors
    /// [`StateError::Io`]; then the file is as it was, unless the last sync failed.
    pub fn publish(mut self) -> Result<(), StateError> {
        let failed = |error| self.folder.failed("write", &self.name, error);
        self.folder.disk().sync_file(&self.file).map_err(failed)?;
        if let Some(temporary) = &self.temporary {
            self.folder.disk().rename(self.folder.dir(), temporary, self.folder.dir(), &self.name).map_err(failed)?;
        }
        self.temporary = None;
        // What has its place is no unfinished file any more, and may be held by whoever works with it.
        release(&self.file).map_err(failed)?;
        self.folder.sync()
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Whoever gave up has the cause; an unfinished file that stays does no harm.
            let _ = self.folder.disk().remove_file(self.folder.dir(), temporary);
        }
    }
}
