//! Changing the staged workspace.
#![expect(
    clippy::disallowed_methods,
    reason = "a tool's file system is the sandbox's; this module and `view` are the tools' only doors to it"
)]

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    ops::Deref,
    path::PathBuf,
};

use crate::{View, WorkspaceError, WorkspacePath, http::Http};

/// The staged workspace of one call: everything of a [`View`], changes, and the way out.
///
/// Changes become real only after the call was verified. The host refuses what the policy does not allow.
#[derive(Debug, Clone)]
pub struct Workspace {
    view: View,
    http: Http,
}

impl Deref for Workspace {
    type Target = View;

    fn deref(&self) -> &View {
        &self.view
    }
}

impl Workspace {
    /// Opens a folder of the process. Within a component only the sandbox's folders exist.
    #[must_use]
    pub fn open_ambient(root: impl Into<PathBuf>) -> Self {
        Self { view: View::open_ambient(root), http: Http::of_host() }
    }

    /// The same with another way out.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn with_http(self, http: Http) -> Self {
        Self { http, ..self }
    }

    /// The way out of the call.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Makes a file that does not exist yet. Its folder must exist; see [`Self::make_parents`].
    ///
    /// # Errors
    /// [`WorkspaceError::Exists`] if the path names anything; see [`WorkspaceError`].
    pub fn create(&self, path: &WorkspacePath, content: &[u8]) -> Result<(), WorkspaceError> {
        self.write(path, content, OpenOptions::new().write(true).create_new(true))
    }

    /// Replaces the content of a file that exists.
    ///
    /// # Errors
    /// See [`WorkspaceError`].
    pub fn overwrite(&self, path: &WorkspacePath, content: &[u8]) -> Result<(), WorkspaceError> {
        self.write(path, content, OpenOptions::new().write(true).truncate(true))
    }

    fn write(&self, path: &WorkspacePath, content: &[u8], how: &OpenOptions) -> Result<(), WorkspaceError> {
        let fail = |error| WorkspaceError::from_io(path, error);
        let mut file = how.open(self.path(path)).map_err(fail)?;
        file.write_all(content).map_err(fail)?;
        file.flush().map_err(fail)
    }

    /// Makes the folders above `path` that do not exist yet.
    ///
    /// # Errors
    /// See [`WorkspaceError`].
    pub fn make_parents(&self, path: &WorkspacePath) -> Result<(), WorkspaceError> {
        for folder in path.ancestors().iter().filter(|folder| !folder.is_root()) {
            if self.stat(folder)?.is_none() {
                fs::create_dir(self.path(folder)).map_err(|error| WorkspaceError::from_io(folder, error))?;
            }
        }
        Ok(())
    }

    /// Removes a file.
    ///
    /// # Errors
    /// [`WorkspaceError::IsFolder`] for a folder; see [`WorkspaceError`].
    pub fn remove_file(&self, path: &WorkspacePath) -> Result<(), WorkspaceError> {
        self.existing_file(path)?;
        fs::remove_file(self.path(path)).map_err(|error| WorkspaceError::from_io(path, error))
    }

    /// Gives a file another path, in a folder that exists. A target that exists is refused, never replaced.
    ///
    /// # Errors
    /// [`WorkspaceError::Exists`] if `to` names anything; see [`WorkspaceError`].
    pub fn rename_file(&self, from: &WorkspacePath, to: &WorkspacePath) -> Result<(), WorkspaceError> {
        self.existing_file(from)?;
        // A rename replaces silently. Nothing else writes to this stage, so that looking first is enough.
        if self.stat(to)?.is_some() {
            return Err(WorkspaceError::Exists(to.clone()));
        }
        fs::rename(self.path(from), self.path(to)).map_err(|error| WorkspaceError::from_io(from, error))
    }

    fn existing_file(&self, path: &WorkspacePath) -> Result<(), WorkspaceError> {
        match self.stat(path)?.map(|stat| stat.kind) {
            None => Err(WorkspaceError::NotFound(path.clone())),
            Some(crate::Kind::Folder) => Err(WorkspaceError::IsFolder(path.clone())),
            Some(crate::Kind::File | crate::Kind::Link) => Ok(()),
        }
    }
}
