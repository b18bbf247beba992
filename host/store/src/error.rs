//! What goes wrong in the store: for people ([`StoreError`]) and for a guest's file operations ([`FsError`]).

use std::{fmt, io, path::PathBuf};

use cofferdam_base::{Class, Diagnostic, text};
use rustix::io::Errno;

use crate::stage::conflict::Conflict;

/// The workspace cannot be used.
#[derive(Debug)]
pub enum StoreError {
    /// The workspace's folder cannot be opened.
    Open {
        /// The folder as it was named.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// What was named is no folder.
    NotFolder {
        /// As it was named.
        path: PathBuf,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { path, .. } => write!(f, "workspace `{}` cannot be opened", text::inline(&path.to_string_lossy(), 200)),
            Self::NotFolder { path } => write!(f, "workspace `{}` is not a folder", text::inline(&path.to_string_lossy(), 200)),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { cause, .. } => Some(cause),
            Self::NotFolder { .. } => None,
        }
    }
}

impl Diagnostic for StoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "store.workspace-unusable",
            Self::NotFolder { .. } => "store.workspace-not-folder",
        }
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        Some("name an existing folder with `--workspace <folder>`".to_owned())
    }
}

/// Why a file operation of a guest did not happen. Nothing was changed by it.
#[derive(Debug)]
pub enum FsError {
    /// Nothing is there, or a link that leads out of the workspace, to nothing, or round in a circle.
    NotFound,
    /// Something is there already.
    Exists,
    /// A folder was needed.
    NotFolder,
    /// A folder is there, and a file was needed.
    IsFolder,
    /// The folder is not empty (entries that are not shown to guests count).
    NotEmpty,
    /// The guard refused the resolved path, or the path leads above the workspace.
    Refused,
    /// The stage, the file or the handle is only for reading.
    ReadOnly,
    /// The handle is only for writing.
    WriteOnly,
    /// A link, where links were not to be followed.
    Link,
    /// A FIFO, a device or a socket; or a link that was to be replaced, moved or removed.
    Unsupported,
    /// No path: a NUL byte, or too long.
    InvalidPath,
    /// A folder moved into itself, or an offset beyond what a file can have.
    Invalid,
    /// No such handle, or it was closed.
    BadHandle,
    /// A limit was reached.
    Quota {
        /// The limit's name: one of `base::limits::ROWS`, or a constant of this crate.
        limit: &'static str,
    },
    /// The call's time is over.
    Deadline,
    /// The workspace changed under the call: what it saw before is no longer so.
    Conflict(Box<Conflict>),
    /// The operating system said no.
    Io(io::Error),
}

impl fmt::Display for FsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such file or folder"),
            Self::Exists => f.write_str("a file or folder of that name exists"),
            Self::NotFolder => f.write_str("a folder is needed, and something else is there"),
            Self::IsFolder => f.write_str("a file is needed, and a folder is there"),
            Self::NotEmpty => f.write_str("the folder is not empty"),
            Self::Refused => f.write_str("the path is refused to this call"),
            Self::ReadOnly => f.write_str("it can only be read"),
            Self::WriteOnly => f.write_str("it was opened for writing only"),
            Self::Link => f.write_str("a link is there, and links were not to be followed"),
            Self::Unsupported => f.write_str("a link, FIFO, device or socket cannot be used in this way"),
            Self::InvalidPath => f.write_str("the text is not a path"),
            Self::Invalid => f.write_str("the operation makes no sense for these files"),
            Self::BadHandle => f.write_str("no file is open under this handle"),
            Self::Quota { limit } => write!(f, "the limit `{limit}` is reached"),
            Self::Deadline => f.write_str("the time of the call is over"),
            Self::Conflict(_) => f.write_str("the workspace changed during the call"),
            Self::Io(_) => f.write_str("the operating system refused a file operation"),
        }
    }
}

impl std::error::Error for FsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Conflict(conflict) => Some(conflict.as_ref()),
            Self::Io(error) => Some(error),
            Self::NotFound | Self::Exists | Self::NotFolder | Self::IsFolder | Self::NotEmpty | Self::Refused | Self::ReadOnly => None,
            Self::WriteOnly | Self::Link | Self::Unsupported | Self::InvalidPath | Self::Invalid | Self::BadHandle => None,
            Self::Quota { .. } | Self::Deadline => None,
        }
    }
}

impl From<Conflict> for FsError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(Box::new(conflict))
    }
}

impl From<io::Error> for FsError {
    fn from(error: io::Error) -> Self {
        // The file system's own bound for a name or path may be lower than ours.
        if error.kind() == io::ErrorKind::InvalidFilename { Self::InvalidPath } else { Self::Io(error) }
    }
}

impl From<Errno> for FsError {
    fn from(error: Errno) -> Self {
        io::Error::from(error).into()
    }
}

impl Diagnostic for FsError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "store.not-found",
            Self::Exists => "store.exists",
            Self::NotFolder => "store.not-folder",
            Self::IsFolder => "store.is-folder",
            Self::NotEmpty => "store.not-empty",
            Self::Refused => "store.refused",
            Self::ReadOnly => "store.read-only",
            Self::WriteOnly => "store.write-only",
            Self::Link => "store.link",
            Self::Unsupported => "store.unsupported",
            Self::InvalidPath => "store.invalid-path",
            Self::Invalid => "store.invalid-operation",
            Self::BadHandle => "store.bad-handle",
            Self::Quota { .. } => "store.quota",
            Self::Deadline => "store.deadline",
            Self::Conflict(conflict) => conflict.code(),
            Self::Io(_) => "store.io",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Refused => Class::Denied,
            Self::Quota { .. } | Self::Deadline => Class::Limit,
            Self::NotFound | Self::Exists | Self::NotFolder | Self::IsFolder | Self::NotEmpty | Self::ReadOnly | Self::WriteOnly => {
                Class::Failed
            }
            Self::Link | Self::Unsupported | Self::InvalidPath | Self::Invalid | Self::BadHandle | Self::Io(_) => Class::Failed,
            Self::Conflict(conflict) => conflict.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        if let Self::Conflict(conflict) = self { conflict.hint() } else { None }
    }
}
