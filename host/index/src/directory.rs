//! The index's files, in a private folder of the state: the library reaches no other path.

use std::{
    fmt,
    io::{self, BufWriter, Write},
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use cofferdam_store::{AppendFile, Folder, ReadFile, Removed, StateError};
use tantivy::{
    HasLen,
    directory::{
        AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
        error::{DeleteError, LockError, OpenReadError, OpenWriteError},
    },
};

/// Largest file that is read whole: lists of segments and of files.
const MAX_LIST_BYTES: u64 = 256 << 20;

/// A folder of the state as the library wants its directory.
///
/// Writers are serialised by the workspace's lock, so the library's own lock files, which a crash would leave behind, are not
/// made.
#[derive(Debug, Clone)]
pub(crate) struct IndexFolder(pub(crate) Folder);

fn name(path: &Path) -> io::Result<&str> {
    path.to_str().ok_or_else(|| io::ErrorKind::InvalidFilename.into())
}

fn io_error(error: StateError) -> io::Error {
    io::Error::other(error)
}

impl Directory for IndexFolder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let failed = |error: io::Error| OpenReadError::IoError { io_error: Arc::new(error), filepath: path.to_owned() };
        let file = name(path).and_then(|name| self.0.reading(name).map_err(io_error)).map_err(failed)?;
        let file = file.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        let len = file.len().and_then(|len| usize::try_from(len).map_err(|_| io::ErrorKind::FileTooLarge.into())).map_err(failed)?;
        let kept = KEPT.iter().any(|end| path.to_string_lossy().ends_with(end));
        Ok(Arc::new(IndexFile { file, len, kept, whole: OnceLock::new() }))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let failed = |error: io::Error| DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() };
        match name(path).and_then(|name| self.0.remove(name).map_err(io_error)).map_err(failed)? {
            Removed::Gone => Ok(()),
            Removed::WasMissing => Err(DeleteError::FileDoesNotExist(path.to_owned())),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        let failed = |error: io::Error| OpenReadError::IoError { io_error: Arc::new(error), filepath: path.to_owned() };
        Ok(name(path).and_then(|name| self.0.len_of(name).map_err(io_error)).map_err(failed)?.is_some())
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let failed = |error: io::Error| OpenWriteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() };
        if self.exists(path).map_err(|error| failed(io::Error::other(error)))? {
            return Err(OpenWriteError::FileAlreadyExists(PathBuf::from(path)));
        }
        let file = name(path).and_then(|name| self.0.append(name).map_err(io_error)).map_err(failed)?;
        Ok(BufWriter::new(Box::new(NewFile(file))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let failed = |error: io::Error| OpenReadError::IoError { io_error: Arc::new(error), filepath: path.to_owned() };
        let bytes = name(path).and_then(|name| self.0.read(name, MAX_LIST_BYTES).map_err(io_error)).map_err(failed)?;
        bytes.ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.0.replace(name(path)?, data).map_err(io_error)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.0.sync().map_err(io_error)
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        // Readers are opened anew for what was written.
        Ok(WatchHandle::empty())
    }
}

/// Ends of the names of files that every search reads from end to end: they are kept in memory. What a search reads a little of,
/// it reads where it is.
const KEPT: &[&str] = &[".fast", ".fieldnorm", ".term"];

/// A finished file. No file is ever written twice.
struct IndexFile {
    file: ReadFile,
    len: usize,
    kept: bool,
    whole: OnceLock<OwnedBytes>,
}

impl fmt::Debug for IndexFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IndexFile({})", self.len)
    }
}

impl HasLen for IndexFile {
    fn len(&self) -> usize {
        self.len
    }
}

impl IndexFile {
    fn read(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut bytes = vec![0; range.len()];
        let (mut rest, mut offset) = (bytes.as_mut_slice(), range.start as u64);
        while !rest.is_empty() {
            let read = self.file.read_at(offset, rest)?;
            rest = rest.get_mut(read..).filter(|_| read > 0).ok_or(io::ErrorKind::UnexpectedEof)?;
            offset += read as u64;
        }
        Ok(OwnedBytes::new(bytes))
    }
}

impl FileHandle for IndexFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !self.kept {
            return self.read(range);
        }
        if let Some(whole) = self.whole.get() {
            return Ok(whole.slice(range));
        }
        let whole = self.read(0..self.len)?;
        Ok(self.whole.get_or_init(|| whole).slice(range))
    }
}

/// A file that is being written.
struct NewFile(AppendFile);

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.append(bytes).map_err(io_error)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for NewFile {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.0.sync().map_err(io_error)
    }
}
