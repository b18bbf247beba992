//! The files that are audited, seen through one small trait: a real folder, a sandbox's view, or a tree made by a test.

mod disk;
mod memory;
mod view;

use std::{
    error::Error,
    fmt, io,
    io::{Read, Seek},
};

use cofferdam_base::{WorkspacePath, text};

pub use disk::DiskTree;
pub use memory::MemoryTree;
pub(crate) use view::{Project, View};

/// What a name in a folder is. A link is never followed by [`Tree::list`] or [`Tree::stat`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, pipe or socket.
    Other,
}

/// Kind and size of one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Bytes of a file; without meaning for the rest.
    pub size: u64,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without any `/`.
    pub name: String,
    /// What it is.
    pub stat: Stat,
}

/// Bytes that can be read from any place.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// A tree of files. Paths are relative to its root; nothing above the root can be named.
pub trait Tree {
    /// The names in a folder, sorted, links not followed.
    ///
    /// # Errors
    /// No such folder, a name that is not UTF-8, or what the file system says.
    fn list(&self, folder: &WorkspacePath) -> Result<Vec<Entry>, TreeError>;

    /// Kind and size of a path, none where nothing is there; the last component is not followed when it is a link.
    ///
    /// # Errors
    /// What the file system says, except that nothing is there.
    fn stat(&self, path: &WorkspacePath) -> Result<Option<Stat>, TreeError>;

    /// Opens a file for reading. The caller bounds what it reads.
    ///
    /// # Errors
    /// What the file system says.
    fn open(&self, path: &WorkspacePath) -> Result<Box<dyn Source + '_>, TreeError>;

    /// The text of a symbolic link, unresolved.
    ///
    /// # Errors
    /// It is no link, its text is not UTF-8, or what the file system says.
    fn link(&self, path: &WorkspacePath) -> Result<String, TreeError>;
}

/// Why a tree could not be read.
#[derive(Debug)]
pub enum TreeError {
    /// The file system refused.
    Io {
        /// Where.
        path: WorkspacePath,
        /// What it said.
        source: io::Error,
    },
    /// A name or a link's text is not UTF-8: it could be neither reported nor compared.
    NotUnicode {
        /// The folder or link.
        path: WorkspacePath,
    },
    /// More than the limit, in bytes.
    TooLarge {
        /// The file.
        path: WorkspacePath,
        /// Allowed bytes.
        limit: u64,
    },
    /// More names were listed than [`MAX_ENTRIES`], or a folder is deeper than [`MAX_DEPTH`].
    TooMany {
        /// The folder.
        path: WorkspacePath,
    },
}

/// Names listed in one inspection: keeps a hostile tree from taking the whole call.
pub const MAX_ENTRIES: u64 = 500_000;
/// Folders below the root of the tree: keeps the recursion of a walk bounded.
pub const MAX_DEPTH: usize = 100;

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &WorkspacePath| text::inline(path.as_str(), 200);
        match self {
            Self::Io { path, .. } => write!(f, "`{}` cannot be read", shown(path)),
            Self::NotUnicode { path } => write!(f, "`{}` holds a name that is not UTF-8", shown(path)),
            Self::TooLarge { path, limit } => write!(f, "`{}` is larger than {limit} bytes", shown(path)),
            Self::TooMany { path } => {
                write!(f, "`{}` takes the tree above {MAX_ENTRIES} names or {MAX_DEPTH} nested folders", shown(path))
            }
        }
    }
}

impl Error for TreeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::NotUnicode { .. } | Self::TooLarge { .. } | Self::TooMany { .. } => None,
        }
    }
}
