//! What goes wrong with the product's own state on disk.

use std::{error::Error, fmt, io, path::PathBuf};

use cofferdam_base::{Class, Diagnostic, Digest, text};

/// Longest path or name shown in a sentence, in characters.
const SHOWN: usize = 200;

/// The state cannot be used, read or written.
#[derive(Debug)]
pub enum StateError {
    /// The folder cannot be made or opened.
    Open {
        /// As it was named.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Others than its owner may enter the folder, or its owner is somebody else.
    NotPrivate {
        /// As it was named.
        path: PathBuf,
    },
    /// The state folder lies in the workspace or the workspace lies in the state folder: a tool could reach the state.
    NotApart {
        /// The state folder as it was named.
        path: PathBuf,
    },
    /// A name that is no single component.
    Name(String),
    /// A file that does not belong where it is.
    Stranger(String),
    /// Something else than a regular file has a file's name.
    NotFile(String),
    /// A file is larger than its reader allows.
    TooLarge {
        /// The file.
        name: String,
        /// Allowed bytes.
        limit: u64,
    },
    /// A folder has more entries than are read.
    TooMany {
        /// The folder.
        name: String,
        /// Allowed entries.
        limit: usize,
    },
    /// The operating system refused an operation.
    Io {
        /// What was done, as a verb: `write`.
        doing: &'static str,
        /// To which file or folder.
        name: String,
        /// Why.
        cause: io::Error,
    },
    /// Another process holds the workspace's lock.
    Busy,
    /// Another process works with the file.
    Held(String),
    /// No blob has this digest.
    BlobMissing(Digest),
    /// A blob's bytes are not what its name says.
    BlobDamaged(Digest),
}

impl StateError {
    pub(super) fn io(doing: &'static str, name: &str, cause: io::Error) -> Self {
        Self::Io { doing, name: name.to_owned(), cause }
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |path: &PathBuf| text::inline(&path.to_string_lossy(), SHOWN);
        let name = |name: &str| text::inline(name, SHOWN);
        match self {
            Self::Open { path: at, .. } => write!(f, "folder `{}` cannot be used", path(at)),
            Self::NotPrivate { path: at } => write!(f, "folder `{}` is not private to the user who runs this", path(at)),
            Self::NotApart { path: at } => write!(f, "state folder `{}` and the workspace lie one inside the other", path(at)),
            Self::Name(text) => write!(f, "`{}` is not a file name", name(text)),
            Self::Stranger(file) => write!(f, "`{}` does not belong in the state folder", name(file)),
            Self::NotFile(file) => write!(f, "`{}` in the state folder is not a regular file", name(file)),
            Self::TooLarge { name: file, limit } => write!(f, "`{}` in the state folder is larger than {limit} bytes", name(file)),
            Self::TooMany { name: folder, limit } => write!(f, "folder `{}` has more than {limit} entries", name(folder)),
            Self::Io { doing, name: file, .. } => write!(f, "cannot {doing} `{}` in the state folder", name(file)),
            Self::Busy => f.write_str("another process is changing this workspace"),
            Self::Held(file) => write!(f, "another process works with `{}` in the state folder", name(file)),
            Self::BlobMissing(digest) => write!(f, "nothing is stored under `{digest}`"),
            Self::BlobDamaged(digest) => write!(f, "what is stored under `{digest}` has another digest"),
        }
    }
}

impl Error for StateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Open { cause, .. } | Self::Io { cause, .. } => Some(cause),
            Self::NotPrivate { .. }
            | Self::NotApart { .. }
            | Self::Name(_)
            | Self::Stranger(_)
            | Self::NotFile(_)
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::Busy
            | Self::Held(_)
            | Self::BlobMissing(_)
            | Self::BlobDamaged(_) => None,
        }
    }
}

impl Diagnostic for StateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "store.state-unusable",
            Self::NotPrivate { .. } => "store.state-not-private",
            Self::NotApart { .. } => "store.state-not-apart",
            Self::Name(_) => "store.state-name",
            Self::Stranger(_) => "store.state-stranger",
            Self::NotFile(_) => "store.state-not-file",
            Self::TooLarge { .. } => "store.state-too-large",
            Self::TooMany { .. } => "store.state-too-many",
            Self::Io { cause, .. } if cause.kind() == io::ErrorKind::StorageFull => "store.state-disk-full",
            Self::Io { .. } => "store.state-io",
            Self::Busy => "store.workspace-busy",
            Self::Held(_) => "store.state-held",
            Self::BlobMissing(_) => "store.blob-missing",
            Self::BlobDamaged(_) => "store.blob-damaged",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::TooLarge { .. } | Self::TooMany { .. } => Class::Limit,
            Self::NotPrivate { .. } | Self::NotApart { .. } | Self::BlobDamaged(_) => Class::NotVerified,
            Self::Name(_) => Class::Bug,
            Self::Open { .. }
            | Self::Stranger(_)
            | Self::NotFile(_)
            | Self::Io { .. }
            | Self::Busy
            | Self::Held(_)
            | Self::BlobMissing(_) => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotPrivate { path } => Some(format!("run `chmod 700 {}` as its owner", text::inline(&path.to_string_lossy(), SHOWN))),
            Self::NotApart { .. } => Some("keep the state folder outside the workspace".to_owned()),
            Self::Busy | Self::Held(_) => Some("wait until the other `cofferdam` command has ended".to_owned()),
            Self::Io { cause, .. } if cause.kind() == io::ErrorKind::StorageFull => Some("free some space, then run it again".to_owned()),
            Self::Open { .. }
            | Self::Name(_)
            | Self::Stranger(_)
            | Self::NotFile(_)
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::Io { .. }
            | Self::BlobMissing(_)
            | Self::BlobDamaged(_) => None,
        }
    }
}
