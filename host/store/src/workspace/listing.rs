//! The entries of one folder, all of them, as they are stored.

use cofferdam_base::{Digest, WorkspacePath, digest::Hasher};
use rustix::{
    fs::{AtFlags, Dir, FileType, OFlags},
    io::Errno,
};

use super::Workspace;
use crate::{deadline::Deadline, error::FsError};

/// Entries between two looks at the clock.
const BATCH: u64 = 1024;

/// What an entry is, unresolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RawKind {
    File,
    Folder,
    Link,
    /// A FIFO, device or socket.
    Special,
}

/// All entries of a folder.
#[derive(Debug)]
pub(crate) struct Listing {
    /// Names that are UTF-8, in the order of their bytes.
    pub(crate) entries: Vec<(String, RawKind)>,
    /// How many names are not UTF-8. No guest sees them; the folder is not empty for them.
    pub(crate) not_utf8: u64,
    /// Over all names and kinds, those that no guest sees included.
    pub(crate) digest: Digest,
}

impl Workspace {
    /// Lists a folder; none when something else, or nothing, is there. Follows no link.
    ///
    /// # Errors
    /// [`FsError::Quota`] above `limit` entries, [`FsError::Deadline`], [`FsError::Io`].
    pub(crate) fn list(&self, path: &WorkspacePath, limit: u64, deadline: Deadline) -> Result<Option<Listing>, FsError> {
        let fd = match self.open_read(path, OFlags::DIRECTORY) {
            Ok(fd) => fd,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut dir = Dir::new(fd)?;
        let mut raw: Vec<(Vec<u8>, RawKind)> = Vec::new();
        while let Some(entry) = dir.next() {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            if raw.len() as u64 >= limit {
                return Err(FsError::Quota { limit: "listed_entries" });
            }
            if (raw.len() as u64).is_multiple_of(BATCH) {
                deadline.check()?;
            }
            let mut kind = entry.file_type();
            if kind == FileType::Unknown {
                // Some file systems do not say it in the listing.
                kind = match rustix::fs::statat(dir.fd()?, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(Errno::NOENT) => continue,
                    Err(error) => return Err(error.into()),
                };
            }
            raw.push((name.to_bytes().to_vec(), RawKind::of(kind)));
        }
        raw.sort_unstable();
        Ok(Some(Listing::of(raw)))
    }
}

impl RawKind {
    fn of(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            FileType::Fifo | FileType::CharacterDevice | FileType::BlockDevice | FileType::Socket | FileType::Unknown => Self::Special,
        }
    }

    /// One byte for the digest.
    fn tag(self) -> u8 {
        match self {
            Self::File => b'f',
            Self::Folder => b'd',
            Self::Link => b'l',
            Self::Special => b's',
        }
    }
}

impl Listing {
    fn of(sorted: Vec<(Vec<u8>, RawKind)>) -> Self {
        let mut hasher = Hasher::default();
        let mut entries = Vec::with_capacity(sorted.len());
        let mut not_utf8 = 0;
        for (name, kind) in sorted {
            // A name holds no NUL byte: it separates one from the next.
            hasher.update(&[kind.tag()]);
            hasher.update(&name);
            hasher.update(&[0]);
            match String::from_utf8(name) {
                Ok(name) => entries.push((name, kind)),
                Err(_) => not_utf8 += 1,
            }
        }
        Self { entries, not_utf8, digest: hasher.finish() }
    }
}
