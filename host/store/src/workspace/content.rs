//! The bytes of one file, read whole or digested in pieces.

use std::{fs::File, io, io::Read as _, iter, sync::Arc};

use cofferdam_base::{Digest, WorkspacePath, digest::Hasher};
use rustix::{fs::OFlags, io::Errno};

use super::{FileStat, Looked, Workspace};
use crate::{
    deadline::Deadline,
    error::FsError,
    stage::conflict::{Conflict, Drift},
};

/// Bytes between two looks at the clock.
const PIECE: usize = 1 << 20;

/// A regular file, open for reading, found at its path without following a link.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: File,
    stat: FileStat,
}

impl Workspace {
    /// Opens a regular file; none when anything else, or nothing, is there.
    ///
    /// What was opened is looked at again, so that a file swapped after it was looked at is not read as something else.
    ///
    /// # Errors
    /// What the operating system says, absence and other kinds excepted.
    pub(crate) fn open_file(&self, path: &WorkspacePath) -> io::Result<Option<OpenFile>> {
        let fd = match self.open_read(path, OFlags::empty()) {
            Ok(fd) => fd,
            // ENXIO: a socket, or a device that is not there.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NXIO) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match Looked::of(&rustix::fs::fstat(&fd)?) {
            Looked::File(stat) => Ok(Some(OpenFile { file: fd.into(), stat })),
            Looked::Absent | Looked::Folder | Looked::Link | Looked::Special | Looked::BehindLink => Ok(None),
        }
    }

    /// The digest of a file's contents as they are now; none when no regular file is there.
    ///
    /// # Errors
    /// [`FsError::Io`].
    pub fn digest(&self, path: &WorkspacePath) -> Result<Option<Digest>, FsError> {
        self.open_file(path)?.map(|file| file.digest(Deadline::NONE)).transpose()
    }
}

impl OpenFile {
    /// What the open file is.
    pub(crate) fn stat(&self) -> FileStat {
        self.stat
    }

    /// As many bytes as the file had when it was opened, in one allocation. The caller has checked the size against a limit.
    ///
    /// # Errors
    /// [`FsError::Conflict`] when the file became shorter meanwhile, [`FsError::Deadline`], [`FsError::Io`].
    pub(crate) fn read(mut self, path: &WorkspacePath, deadline: Deadline) -> Result<Arc<[u8]>, FsError> {
        let size = usize::try_from(self.stat.size).map_err(|_| FsError::Quota { limit: "file_bytes" })?;
        let mut bytes: Arc<[u8]> = iter::repeat_n(0, size).collect();
        // Nobody else holds it yet, so nothing is copied.
        for piece in Arc::make_mut(&mut bytes).chunks_mut(PIECE) {
            deadline.check()?;
            self.file.read_exact(piece).map_err(|error| {
                let shrank = error.kind() == io::ErrorKind::UnexpectedEof;
                if shrank { Conflict { path: path.clone(), drift: Drift::Content }.into() } else { FsError::Io(error) }
            })?;
        }
        Ok(bytes)
    }

    /// The digest of the file's bytes, in constant memory. A file that grows is read to one byte beyond its size at opening,
    /// which is enough for another digest.
    ///
    /// # Errors
    /// [`FsError::Deadline`], [`FsError::Io`].
    pub(crate) fn digest(self, deadline: Deadline) -> Result<Digest, FsError> {
        let mut hasher = Hasher::default();
        let mut reader = self.file.take(self.stat.size.saturating_add(1));
        let mut piece = vec![0; PIECE.min(usize::try_from(self.stat.size).unwrap_or(PIECE).saturating_add(1))];
        loop {
            deadline.check()?;
            match reader.read(&mut piece) {
                Ok(0) => return Ok(hasher.finish()),
                Ok(count) => hasher.update(piece.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
