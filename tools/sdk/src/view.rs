//! Reading the workspace.
#![expect(
    clippy::disallowed_methods,
    reason = "a tool's file system is the sandbox's; this module and `workspace` are the tools' only doors to it"
)]

use std::{
    fmt,
    fs::{self, File},
    io,
    path::PathBuf,
};

use cofferdam_base::{Limits, bounded};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Failure, WorkspacePath};

/// A folder tree that can be read: the staged workspace, or the state before the call.
#[derive(Debug, Clone)]
pub struct View {
    root: PathBuf,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, in a listing.
    Link,
}

/// What a path names, and how large it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// File or folder; links are followed.
    pub kind: Kind,
    /// Bytes of a file; without meaning for a folder.
    pub size: u64,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// The path from the workspace's root.
    pub path: WorkspacePath,
    /// What it names; links are not followed.
    pub kind: Kind,
}

impl View {
    /// Opens a folder of the process. Within a component only the sandbox's folders exist.
    #[must_use]
    pub fn open_ambient(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The path for `std::fs`.
    #[must_use]
    pub fn path(&self, path: &WorkspacePath) -> PathBuf {
        if path.is_root() { self.root.clone() } else { self.root.join(path.as_str()) }
    }

    /// The whole content of a file, at most [`Limits::file_bytes`].
    ///
    /// # Errors
    /// See [`WorkspaceError`].
    pub fn read(&self, path: &WorkspacePath) -> Result<Vec<u8>, WorkspaceError> {
        let fail = |error| WorkspaceError::from_io(path, error);
        let file = File::open(self.path(path)).map_err(fail)?;
        if file.metadata().map_err(fail)?.is_dir() {
            return Err(WorkspaceError::IsFolder(path.clone()));
        }
        bounded::read_to_end(file, Limits::default().file_bytes).map_err(fail)
    }

    /// What `path` names, following links; `None` if it names nothing.
    ///
    /// # Errors
    /// See [`WorkspaceError`]; something that is neither file nor folder is [`WorkspaceError::Refused`].
    pub fn stat(&self, path: &WorkspacePath) -> Result<Option<Stat>, WorkspaceError> {
        match fs::metadata(self.path(path)) {
            Ok(found) if found.is_dir() => Ok(Some(Stat { kind: Kind::Folder, size: 0 })),
            Ok(found) if found.is_file() => Ok(Some(Stat { kind: Kind::File, size: found.len() })),
            Ok(_) => Err(WorkspaceError::Refused(path.clone())),
            Err(error) => {
                let error = WorkspaceError::from_io(path, error);
                // A name below a file names nothing.
                if matches!(error, WorkspaceError::NotFound(_) | WorkspaceError::NotFolder(_)) { Ok(None) } else { Err(error) }
            }
        }
    }

    /// The names in a folder, sorted by their bytes.
    ///
    /// What is neither file, folder nor link is left out, and so is a name that is not UTF-8.
    ///
    /// # Errors
    /// See [`WorkspaceError`].
    pub fn list(&self, folder: &WorkspacePath) -> Result<Vec<Entry>, WorkspaceError> {
        let fail = |error| WorkspaceError::from_io(folder, error);
        let mut entries = Vec::new();
        for found in fs::read_dir(self.path(folder)).map_err(fail)? {
            let found = found.map_err(fail)?;
            let Ok(name) = found.file_name().into_string() else { continue };
            let Ok(path) = folder.join(&name) else { continue };
            let kind = found.file_type().map_err(fail)?;
            let kind = match (kind.is_file(), kind.is_dir(), kind.is_symlink()) {
                (true, ..) => Kind::File,
                (_, true, _) => Kind::Folder,
                (_, _, true) => Kind::Link,
                (false, false, false) => continue,
            };
            entries.push(Entry { name, path, kind });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }
}

/// Why the workspace could not be read or changed.
#[derive(Debug)]
pub enum WorkspaceError {
    /// Nothing has this path.
    NotFound(WorkspacePath),
    /// Something already has this path.
    Exists(WorkspacePath),
    /// A file where a folder must be.
    NotFolder(WorkspacePath),
    /// A folder where a file must be.
    IsFolder(WorkspacePath),
    /// The policy allows no access, or the thing is neither file nor folder.
    Refused(WorkspacePath),
    /// The view is read-only.
    ReadOnly(WorkspacePath),
    /// Larger than a call may read or write.
    TooLarge(WorkspacePath),
    /// Something else.
    Io(WorkspacePath, io::Error),
}

impl WorkspaceError {
    pub(crate) fn from_io(path: &WorkspacePath, error: io::Error) -> Self {
        let path = path.clone();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the kinds are open-ended; the rest keep their error")]
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound(path),
            io::ErrorKind::AlreadyExists => Self::Exists(path),
            io::ErrorKind::NotADirectory => Self::NotFolder(path),
            io::ErrorKind::IsADirectory => Self::IsFolder(path),
            io::ErrorKind::PermissionDenied => Self::Refused(path),
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(path),
            io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded | io::ErrorKind::StorageFull => Self::TooLarge(path),
            _ => Self::Io(path, error),
        }
    }

    /// The code of the [`Failure`] that it becomes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "workspace.not-found",
            Self::Exists(_) => "workspace.exists",
            Self::NotFolder(_) => "workspace.not-folder",
            Self::IsFolder(_) => "workspace.is-folder",
            Self::Refused(_) => "workspace.refused",
            Self::ReadOnly(_) => "workspace.read-only",
            Self::TooLarge(_) => "workspace.too-large",
            Self::Io(..) => "workspace.io",
        }
    }
}

impl fmt::Display for WorkspaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(path) => write!(f, "`{path}` does not exist"),
            Self::Exists(path) => write!(f, "`{path}` already exists"),
            Self::NotFolder(path) => write!(f, "`{path}` is not a folder, or a part of it is a file"),
            Self::IsFolder(path) => write!(f, "`{path}` is a folder"),
            Self::Refused(path) => write!(f, "access to `{path}` is refused"),
            Self::ReadOnly(path) => write!(f, "`{path}` cannot be changed here"),
            Self::TooLarge(path) => write!(f, "`{path}` is larger than a call may handle"),
            Self::Io(path, _) => write!(f, "`{path}` could not be read or changed"),
        }
    }
}

impl std::error::Error for WorkspaceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::NotFound(_)
            | Self::Exists(_)
            | Self::NotFolder(_)
            | Self::IsFolder(_)
            | Self::Refused(_)
            | Self::ReadOnly(_)
            | Self::TooLarge(_) => None,
        }
    }
}

impl From<WorkspaceError> for Failure {
    fn from(error: WorkspaceError) -> Self {
        let cause = std::error::Error::source(&error).map(|cause| format!(" ({})", crate::text::inline(&cause.to_string(), 200)));
        Self::new(error.code(), format!("{error}{}", cause.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_its_code() {
        for (kind, code) in [
            (io::ErrorKind::NotFound, "workspace.not-found"),
            (io::ErrorKind::AlreadyExists, "workspace.exists"),
            (io::ErrorKind::NotADirectory, "workspace.not-folder"),
            (io::ErrorKind::IsADirectory, "workspace.is-folder"),
            (io::ErrorKind::PermissionDenied, "workspace.refused"),
            (io::ErrorKind::ReadOnlyFilesystem, "workspace.read-only"),
            (io::ErrorKind::QuotaExceeded, "workspace.too-large"),
            (io::ErrorKind::BrokenPipe, "workspace.io"),
        ] {
            let failure = Failure::from(WorkspaceError::from_io(&WorkspacePath::root(), kind.into()));
            assert_eq!(failure.code(), code);
            assert_eq!(failure.message().ends_with("(broken pipe)"), code == "workspace.io", "{failure}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_neither_file_nor_folder_is_refused() {
        let dev = View::open_ambient("/dev");
        assert!(matches!(dev.stat(&"null".parse().unwrap()), Err(WorkspaceError::Refused(_))));
        assert!(dev.list(&WorkspacePath::root()).unwrap().iter().all(|entry| entry.name != "null"));
    }
}
