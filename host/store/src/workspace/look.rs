//! What is at a path, seen without opening it.

use std::io;

use cofferdam_base::WorkspacePath;
use rustix::{
    fs::{FileType, Mode, Stat},
    io::Errno,
};
use serde::{Deserialize, Serialize};

use super::Workspace;

/// Write permission of owner, group and others.
const ANY_WRITE: Mode = Mode::WUSR.union(Mode::WGRP).union(Mode::WOTH);

/// What is known of a regular file without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStat {
    /// Bytes.
    pub size: u64,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Whether its mode lets nobody write it.
    pub read_only: bool,
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looked {
    /// Nothing, or something that is no folder comes before the end of the path.
    Absent,
    /// A folder.
    Folder,
    /// A regular file.
    File(FileStat),
    /// A symbolic link.
    Link,
    /// A FIFO, device or socket.
    Special,
    /// A component before the last is a symbolic link: the path is not resolved.
    BehindLink,
}

impl Looked {
    pub(super) fn of(stat: &Stat) -> Self {
        let mode = Mode::from_raw_mode(stat.st_mode);
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Self::File(FileStat {
                // A file system that reports a negative size is broken: the file counts as too large for everything.
                size: u64::try_from(stat.st_size).unwrap_or(u64::MAX),
                executable: mode.contains(Mode::XUSR),
                read_only: !mode.intersects(ANY_WRITE),
            }),
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            FileType::Fifo | FileType::CharacterDevice | FileType::BlockDevice | FileType::Socket | FileType::Unknown => Self::Special,
        }
    }
}

impl Workspace {
    /// Looks at a path. Follows nothing, opens nothing.
    ///
    /// # Errors
    /// What the operating system says, absence excepted.
    pub(crate) fn look(&self, path: &WorkspacePath) -> io::Result<Looked> {
        match self.stat_path(path) {
            Ok(stat) => Ok(Looked::of(&stat)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(Looked::Absent),
            Err(Errno::LOOP) => Ok(Looked::BehindLink),
            Err(error) => Err(error.into()),
        }
    }
}
