//! A private folder: the file operations that every other crate uses for the product's own files.

use std::{fs::File, io, path::Path, sync::Arc};

use cap_std::{ambient_authority, fs::Dir};
use cofferdam_base::{bounded, path::MAX_COMPONENT_BYTES};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawMode};

use crate::state::{
    append::AppendFile,
    disk::{Disk, Durability, Permissions, SystemDisk},
    error::StateError,
    read::ReadFile,
    replacement::Replacement,
    temporary::is_unfinished,
};

/// Most entries that a folder of the state may have: a folder that something else fills does not fill the memory.
pub const MAX_ENTRIES: usize = 1_000_000;

/// A folder with mode 0700 that belongs to the user. Files in it have mode 0600; no operation follows a symbolic link.
///
/// Cheap to clone: a clone is the same open folder.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: Arc<Dir>,
    disk: Arc<dyn Disk>,
    label: String,
}

impl Folder {
    /// Opens a private folder by its ambient path, for what belongs to the user and not to a project (keys, settings).
    /// Missing folders are made, with mode 0700.
    ///
    /// # Errors
    /// [`StateError::Open`], or [`StateError::NotPrivate`] when it has another owner or lets others in.
    pub fn open_ambient(path: &Path) -> Result<Self, StateError> {
        Self::open_ambient_on(path, Arc::new(SystemDisk(Durability::Synced)))
    }

    pub(super) fn open_ambient_on(path: &Path, disk: Arc<dyn Disk>) -> Result<Self, StateError> {
        let failed = |cause| StateError::Open { path: path.to_owned(), cause };
        let dir = open_or_make(path, disk.as_ref()).map_err(failed)?;
        if !is_private(&dir).map_err(failed)? {
            return Err(StateError::NotPrivate { path: path.to_owned() });
        }
        Ok(Self { dir: Arc::new(dir), disk, label: path.to_string_lossy().into_owned() })
    }

    /// Opens a folder in this one, and makes it when it is missing.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::Io`], [`StateError::NotPrivate`].
    pub fn folder(&self, name: &str) -> Result<Self, StateError> {
        check_name(name)?;
        let label = format!("{}/{name}", self.label);
        let dir = match open_child(&self.dir, name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match self.disk.make_folder(&self.dir, name, Permissions::Private) {
                    // Another process was faster.
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(StateError::io("make", &label, error))?,
                    Ok(()) | Err(_) => self.sync()?,
                }
                open_child(&self.dir, name)
            }
            opened => opened,
        }
        .map_err(|error| StateError::io("open", &label, error))?;
        if !is_private(&dir).map_err(|error| StateError::io("look at", &label, error))? {
            return Err(StateError::NotPrivate { path: label.into() });
        }
        Ok(Self { dir: Arc::new(dir), disk: Arc::clone(&self.disk), label })
    }

    /// Reads a whole file of at most `limit` bytes; none when there is no such file.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::NotFile`], [`StateError::TooLarge`], [`StateError::Io`].
    pub fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, StateError> {
        let Some(file) = self.open_file(name, OFlags::RDONLY)? else { return Ok(None) };
        match bounded::read_to_end(file, limit) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(StateError::TooLarge { name: self.label(name), limit }),
            Err(error) => Err(self.failed("read", name, error)),
        }
    }

    /// Opens a file to read it piece by piece; none when there is no such file.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::NotFile`], [`StateError::Io`].
    pub fn reading(&self, name: &str) -> Result<Option<ReadFile>, StateError> {
        Ok(self.open_file(name, OFlags::RDONLY)?.map(ReadFile::new))
    }

    /// The length of a file in bytes; none when there is no such file.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::NotFile`], [`StateError::Io`].
    pub fn len_of(&self, name: &str) -> Result<Option<u64>, StateError> {
        check_name(name)?;
        match rustix::fs::statat(&*self.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => Ok(Some(stat.st_size.unsigned_abs())),
            Ok(_) => Err(StateError::NotFile(self.label(name))),
            Err(rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => Err(self.failed("look at", name, error.into())),
        }
    }

    /// Makes or replaces a file: after a crash or a power loss it has its old content or all of the new one.
    /// A crash can leave an unfinished file behind, which nothing reads, [`Folder::list`] does not show and [`Folder::sweep`] removes.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::Io`]; then the file is as it was, unless the last sync failed.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let mut replacement = self.replacing(name)?;
        replacement.write(bytes)?;
        replacement.publish()
    }

    /// Begins the new content of a file, to be written piece by piece: see [`Folder::replace`].
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::Io`].
    pub fn replacing(&self, name: &str) -> Result<Replacement, StateError> {
        check_name(name)?;
        let (temporary, file) = self.create_temporary()?;
        Ok(Replacement::new(self.clone(), name.to_owned(), temporary, file))
    }

    /// Opens a file to append to, and makes it when it is missing.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::NotFile`], [`StateError::Io`].
    pub fn append(&self, name: &str) -> Result<AppendFile, StateError> {
        if let Some(file) = self.appending(name)? {
            return Ok(file);
        }
        // Made first and opened again: the handle that appends is opened in one way only.
        match self.create(name) {
            Err(StateError::Io { cause, .. }) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            made => drop(made?),
        }
        self.sync()?;
        self.appending(name)?.ok_or_else(|| self.failed("open", name, io::ErrorKind::NotFound.into()))
    }

    /// Opens a file to append to; none when there is no such file.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::NotFile`], [`StateError::Io`].
    pub fn appending(&self, name: &str) -> Result<Option<AppendFile>, StateError> {
        let file = self.open_file(name, OFlags::RDWR | OFlags::APPEND)?;
        file.map(|file| AppendFile::new(file, Arc::clone(&self.disk), self.label(name))).transpose()
    }

    /// Whether an open file still is the one of this name: another process may have put a new one in its place.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::Io`].
    pub fn is_named(&self, file: &AppendFile, name: &str) -> Result<bool, StateError> {
        check_name(name)?;
        self.is_file_named(file.file(), name)
    }

    /// Whether the name is that of this file still.
    pub(super) fn is_file_named(&self, file: &File, name: &str) -> Result<bool, StateError> {
        let held = rustix::fs::fstat(file).map_err(|error| self.failed("look at", name, error.into()))?;
        match rustix::fs::statat(&*self.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok((named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(error) => Err(self.failed("look at", name, error.into())),
        }
    }

    /// Removes a file, for good only after a later sync of the folder; whether there was one.
    ///
    /// # Errors
    /// [`StateError::Name`], [`StateError::Io`].
    pub fn remove(&self, name: &str) -> Result<Removed, StateError> {
        check_name(name)?;
        self.remove_unchecked(name)
    }

    /// Removes a file of whatever name.
    pub(super) fn remove_unchecked(&self, name: &str) -> Result<Removed, StateError> {
        match self.disk.remove_file(&self.dir, name) {
            Ok(()) => Ok(Removed::Gone),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Removed::WasMissing),
            Err(error) => Err(self.failed("remove", name, error)),
        }
    }

    /// Makes the names in this folder survive a power loss.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn sync(&self) -> Result<(), StateError> {
        self.disk.sync_folder(&self.dir).map_err(|error| StateError::io("sync", &self.label, error))
    }

    /// The names in the folder, sorted; unfinished files are left out.
    ///
    /// # Errors
    /// [`StateError::TooMany`] beyond [`MAX_ENTRIES`], [`StateError::Stranger`] for a name that is not UTF-8, [`StateError::Io`].
    pub fn list(&self) -> Result<Vec<String>, StateError> {
        self.list_at_most(MAX_ENTRIES)
    }

    pub(super) fn list_at_most(&self, limit: usize) -> Result<Vec<String>, StateError> {
        let mut names = Vec::new();
        for entry in self.dir.entries().map_err(|error| self.unlisted(error))? {
            let name = entry.map_err(|error| self.unlisted(error))?.file_name();
            let name = name.into_string().map_err(|name| StateError::Stranger(self.label(&name.to_string_lossy())))?;
            if is_unfinished(&name) {
                continue;
            }
            if names.len() >= limit {
                return Err(StateError::TooMany { name: self.label.clone(), limit });
            }
            names.push(name);
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Makes an empty file with mode 0600 that must not exist.
    pub(crate) fn create(&self, name: &str) -> Result<File, StateError> {
        check_name(name)?;
        self.disk.create_file(&self.dir, name, Permissions::Private).map_err(|error| self.failed("make", name, error))
    }

    /// Opens a regular file; none when nothing has this name.
    pub(crate) fn open_file(&self, name: &str, access: OFlags) -> Result<Option<File>, StateError> {
        check_name(name)?;
        self.open_regular(name, access)
    }

    /// Opens a regular file of whatever name.
    pub(super) fn open_regular(&self, name: &str, access: OFlags) -> Result<Option<File>, StateError> {
        // Non-blocking: a FIFO is found out before it can hold us up.
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&*self.dir, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::ISDIR | rustix::io::Errno::NXIO) => {
                return Err(StateError::NotFile(self.label(name)));
            }
            Err(error) => return Err(self.failed("open", name, error.into())),
        };
        let stat = rustix::fs::fstat(&file).map_err(|error| self.failed("look at", name, error.into()))?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
            Ok(Some(file))
        } else {
            Err(StateError::NotFile(self.label(name)))
        }
    }

    /// Moves a file to another folder, replacing nothing that the caller has not looked for.
    pub(crate) fn rename(&self, name: &str, to: &Self, new_name: &str) -> Result<(), StateError> {
        check_name(name)?;
        check_name(new_name)?;
        self.disk.rename(&self.dir, name, &to.dir, new_name).map_err(|error| self.failed("rename", name, error))
    }

    /// Whether it has no entry at all.
    pub(crate) fn is_empty(&self) -> Result<bool, StateError> {
        Ok(self.dir.entries().map_err(|error| self.unlisted(error))?.next().is_none())
    }

    /// Whether a name is that of a folder, and not of a link to one.
    pub(super) fn is_folder(&self, name: &str) -> Result<bool, StateError> {
        match rustix::fs::statat(&*self.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(FileType::from_raw_mode(stat.st_mode) == FileType::Directory),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(error) => Err(self.failed("look at", name, error.into())),
        }
    }

    pub(crate) fn dir(&self) -> &Dir {
        &self.dir
    }

    pub(crate) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    pub(super) fn label(&self, name: &str) -> String {
        format!("{}/{name}", self.label)
    }

    pub(super) fn unlisted(&self, cause: io::Error) -> StateError {
        StateError::io("list", &self.label, cause)
    }

    pub(super) fn failed(&self, doing: &'static str, name: &str, cause: io::Error) -> StateError {
        StateError::io(doing, &self.label(name), cause)
    }
}

/// What [`Folder::remove`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// The file was there.
    Gone,
    /// There was none.
    WasMissing,
}

/// One component, no name of an unfinished file.
fn check_name(name: &str) -> Result<(), StateError> {
    let one = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']) && name.len() <= MAX_COMPONENT_BYTES;
    if one && !is_unfinished(name) { Ok(()) } else { Err(StateError::Name(name.to_owned())) }
}

fn open_child(dir: &Dir, name: &str) -> io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(Dir::from_std_file(File::from(rustix::fs::openat(dir, name, flags, Mode::empty())?)))
}

/// Opens the ambient folder; makes what is missing of it, from the nearest folder that exists downwards.
fn open_or_make(path: &Path, disk: &dyn Disk) -> io::Result<Dir> {
    match Dir::open_ambient_dir(path, ambient_authority()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let invalid = || io::Error::from(io::ErrorKind::InvalidInput);
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(invalid)?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => open_or_make(parent, disk)?,
        Some(_) => Dir::open_ambient_dir(".", ambient_authority())?,
        None => return Err(invalid()),
    };
    match disk.make_folder(&parent, name, Permissions::Private) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => disk.sync_folder(&parent)?,
    }
    open_child(&parent, name)
}

/// Whether the folder belongs to the user of this process and lets nobody else in.
fn is_private(dir: &Dir) -> io::Result<bool> {
    const OTHERS: RawMode = 0o077;
    let stat = rustix::fs::fstat(dir)?;
    Ok(stat.st_uid == rustix::process::geteuid().as_raw() && stat.st_mode & OTHERS == 0)
}
