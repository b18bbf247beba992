//! Open files: read, write, cut, close.

use std::sync::Arc;

use cofferdam_base::{Digest, WorkspacePath};

use crate::{
    error::FsError,
    stage::{
        Create, FileId, Follow, OpenOptions, Stage,
        guard::PathAccess,
        object::{Bytes, ObjectId, Origin},
        resolve::Entry,
    },
    workspace::{FileStat, Kind, Stat},
};

/// A file that was written and cut keeps at most this much memory beyond twice its length.
const SPARE_BYTES: usize = 4096;

/// What one handle is open for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handle {
    object: ObjectId,
    options: OpenOptions,
}

impl Stage {
    /// Opens a file (never a folder: [`FsError::IsFolder`]).
    ///
    /// Needs Read to read (and when neither reading nor writing is asked for), Write to write, create or truncate. The file is
    /// read whole now if it is opened for reading, so that the call reads the same bytes to its end. A base file whose mode
    /// lets nobody write is not opened for writing. [`Create::New`] follows no link.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::Exists`], [`FsError::IsFolder`], [`FsError::NotFolder`], [`FsError::Refused`],
    /// [`FsError::ReadOnly`], [`FsError::Link`], [`FsError::Unsupported`]; [`FsError::Invalid`] for truncating without
    /// writing; [`FsError::Quota`] `resources`, `file_bytes`, `read_bytes`, `staged_files`, `staged_bytes` or `read_set`;
    /// [`FsError::Conflict`], [`FsError::Deadline`], [`FsError::Io`].
    pub fn open(&mut self, path: &WorkspacePath, options: OpenOptions, follow: Follow) -> Result<FileId, FsError> {
        if options.truncate && !options.write {
            return Err(FsError::Invalid);
        }
        if self.handles.len() >= self.max_handles {
            return Err(FsError::Quota { limit: "resources" });
        }
        let follow = if options.create == Create::New { Follow::No } else { follow };
        let located = self.locate(path, follow)?;
        let writes = options.write || (located.entry == Entry::Absent && options.create != Create::Never);
        let accesses: &[PathAccess] = match (options.read, writes) {
            (true, true) => &[PathAccess::Read, PathAccess::Write],
            (false, true) => &[PathAccess::Write],
            (true | false, false) => &[PathAccess::Read],
        };
        let place = self.checkpoint.permit(located, accesses)?;
        let object = match (place.entry(), options.create) {
            (Entry::Absent, Create::Never) => return Err(FsError::NotFound),
            (Entry::Absent, Create::IfMissing | Create::New) => self.create(place.path())?,
            (Entry::Folder | Entry::Base(_) | Entry::Staged(_), Create::New) => return Err(FsError::Exists),
            (Entry::Link, Create::New) => return Err(self.link_error(place.path(), FsError::Exists)),
            (Entry::Folder, _) => return Err(FsError::IsFolder),
            (Entry::Link, _) => return Err(self.link_error(place.path(), FsError::Link)),
            (Entry::Special, _) => return Err(FsError::Unsupported),
            (Entry::Base(stat), _) => self.open_base(place.path(), stat, options)?,
            (Entry::Staged(object), _) => {
                if options.write {
                    self.writable()?;
                }
                object
            }
        };
        let file = FileId(self.next_file);
        self.next_file += 1;
        self.overlay.hold(object);
        self.handles.insert(file, Handle { object, options });
        if options.truncate
            && let Err(error) = self.reshape(object, 0)
        {
            self.close(file)?;
            return Err(error);
        }
        Ok(file)
    }

    /// Bytes at an offset, at most `len`, fewer (none) at the end. Borrowed, not copied.
    ///
    /// # Errors
    /// [`FsError::BadHandle`], [`FsError::WriteOnly`], [`FsError::Deadline`]; and, where a content is no longer kept and is
    /// read again, [`FsError::Conflict`], [`FsError::Quota`], [`FsError::Io`].
    pub fn read_at(&mut self, file: FileId, offset: u64, len: usize) -> Result<&[u8], FsError> {
        self.base.deadline.check()?;
        let handle = self.handle(file)?;
        if !handle.options.read {
            return Err(FsError::WriteOnly);
        }
        let bytes: &[u8] = match &self.overlay.object(handle.object)?.bytes {
            Bytes::Own(bytes) => bytes,
            Bytes::Sealed(bytes) => bytes,
            Bytes::Base(path, _) => {
                self.lent = self.base.content(path)?;
                &self.lent
            }
        };
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(len).min(bytes.len());
        Ok(bytes.get(start..end).unwrap_or_default())
    }

    /// Writes all bytes at an offset; a gap before it is filled with zeros.
    ///
    /// # Errors
    /// [`FsError::BadHandle`], [`FsError::ReadOnly`], [`FsError::Invalid`] for an offset beyond what a file can have,
    /// [`FsError::Quota`], [`FsError::Deadline`], [`FsError::Conflict`], [`FsError::Io`]; then nothing was written.
    pub fn write_at(&mut self, file: FileId, offset: u64, bytes: &[u8]) -> Result<(), FsError> {
        let object = self.written(file)?;
        if bytes.is_empty() {
            return Ok(());
        }
        let end = offset.checked_add(bytes.len() as u64).ok_or(FsError::Invalid)?;
        let len = self.overlay.object(object)?.bytes.len().max(end);
        let content = self.reshape(object, len)?;
        let start = usize::try_from(offset).map_err(|_| FsError::Invalid)?;
        let place = content.get_mut(start..).and_then(|rest| rest.get_mut(..bytes.len())).ok_or(FsError::Invalid)?;
        place.copy_from_slice(bytes);
        Ok(())
    }

    /// Writes all bytes at the end.
    ///
    /// # Errors
    /// As for [`Stage::write_at`].
    pub fn append(&mut self, file: FileId, bytes: &[u8]) -> Result<(), FsError> {
        let object = self.written(file)?;
        let end = self.overlay.object(object)?.bytes.len();
        self.write_at(file, end, bytes)
    }

    /// Cuts the file, or extends it with zeros.
    ///
    /// # Errors
    /// As for [`Stage::write_at`].
    pub fn set_len(&mut self, file: FileId, len: u64) -> Result<(), FsError> {
        let object = self.written(file)?;
        if self.overlay.object(object)?.bytes.len() != len {
            self.reshape(object, len)?;
        }
        Ok(())
    }

    /// What is known of an open file, whatever its path is by now.
    ///
    /// # Errors
    /// [`FsError::BadHandle`], [`FsError::Deadline`].
    pub fn file_stat(&mut self, file: FileId) -> Result<Stat, FsError> {
        self.base.deadline.check()?;
        let object = self.handle(file)?.object;
        self.object_stat(object)
    }

    /// Closes a handle.
    ///
    /// # Errors
    /// [`FsError::BadHandle`].
    pub fn close(&mut self, file: FileId) -> Result<(), FsError> {
        let handle = self.handles.remove(&file).ok_or(FsError::BadHandle)?;
        self.overlay.release(handle.object);
        Ok(())
    }

    /// A new, empty file at a path where nothing is.
    fn create(&mut self, path: &WorkspacePath) -> Result<ObjectId, FsError> {
        self.writable()?;
        self.overlay.reserve_node(path)?;
        let made = self.overlay.made().to_be_bytes();
        let identity = first_bytes(&Digest::of_parts(&[b"made", path.as_str().as_bytes(), &made]));
        Ok(self.overlay.make(path, Bytes::Own(Vec::new()), Origin::Call, identity))
    }

    /// A file of the base, shared by all its handles.
    fn open_base(&mut self, path: &WorkspacePath, stat: FileStat, options: OpenOptions) -> Result<ObjectId, FsError> {
        if options.write {
            self.writable()?;
            if stat.read_only {
                return Err(FsError::ReadOnly);
            }
        }
        if options.read {
            self.base.content(path)?;
        }
        Ok(self.overlay.adopt(path, stat, identity_of(path)))
    }

    fn handle(&self, file: FileId) -> Result<Handle, FsError> {
        self.handles.get(&file).copied().ok_or(FsError::BadHandle)
    }

    /// The file behind a handle that writes.
    fn written(&self, file: FileId) -> Result<ObjectId, FsError> {
        self.base.deadline.check()?;
        let handle = self.handle(file)?;
        if handle.options.write { Ok(handle.object) } else { Err(FsError::ReadOnly) }
    }

    /// Makes a file the call's own, with this length: cut, or filled with zeros. Changes nothing when it fails.
    fn reshape(&mut self, id: ObjectId, len: u64) -> Result<&mut Vec<u8>, FsError> {
        if len > self.base.file_bytes() {
            return Err(FsError::Quota { limit: "file_bytes" });
        }
        let len = usize::try_from(len).map_err(|_| FsError::Quota { limit: "file_bytes" })?;
        let object = self.overlay.object(id)?;
        if let Some(path) = &object.path {
            self.overlay.reserve_node(path)?;
        }
        self.overlay.reserve_bytes((len as u64).saturating_sub(object.charged))?;
        let shared = match &object.bytes {
            Bytes::Own(_) => None,
            Bytes::Sealed(bytes) => Some(Arc::clone(bytes)),
            // Read even when it is emptied: the change has to name what it replaces.
            Bytes::Base(path, _) => Some(self.base.content(path)?),
        };
        if let Some(shared) = shared {
            let mut own = Vec::with_capacity(len);
            own.extend_from_slice(shared.get(..len).unwrap_or(&shared));
            self.overlay.own(id, own);
        }
        self.overlay.resize(id, len, SPARE_BYTES)
    }

    /// What is known of a file.
    pub(super) fn object_stat(&mut self, id: ObjectId) -> Result<Stat, FsError> {
        let object = self.overlay.object(id)?;
        let (size, identity) = (object.bytes.len(), object.identity);
        Ok(Stat { kind: Kind::File, size, executable: self.executable(id)?, identity })
    }

    /// Whether a file can be executed: see [`Origin`].
    pub(super) fn executable(&mut self, id: ObjectId) -> Result<bool, FsError> {
        let object = self.overlay.object(id)?;
        match (object.origin, &object.path) {
            (Origin::Base { executable }, _) => Ok(executable),
            (Origin::Call, Some(path)) => Ok(self.base.file(path)?.is_some_and(|stat| stat.executable)),
            (Origin::Call, None) => Ok(false),
        }
    }

    /// The error for a link that an operation does not follow: a link that resolves to nothing does not exist. It is in the
    /// way all the same, so what would make something there gets [`FsError::Exists`].
    pub(super) fn link_error(&mut self, link: &WorkspacePath, error: FsError) -> FsError {
        match (self.resolves(link), error) {
            (Ok(true), error) | (Ok(false), error @ FsError::Exists) => error,
            (Ok(false), _) => FsError::NotFound,
            (Err(error), _) => error,
        }
    }
}

/// The identity of a file or folder of the base, and of a folder that the call made.
pub(super) fn identity_of(path: &WorkspacePath) -> u64 {
    first_bytes(&Digest::of(path.as_str().as_bytes()))
}

fn first_bytes(digest: &Digest) -> u64 {
    digest.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
