//! What a descriptor stands for: a folder by its path, or an open file of the stage.

use std::sync::{Arc, Mutex, MutexGuard};

use cofferdam_base::WorkspacePath;
use cofferdam_store::{FileId, FsError, Stage, Stat};

use super::error::FileError;
use crate::bindings::filesystem::wasi::filesystem::types::{DescriptorFlags, ErrorCode};

/// What a guest may do in a mount. The stage enforces it; this is what the guest is told, and a second lock on the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    ReadOnly,
    ReadWrite,
}

/// A stage that the guest sees under a name.
#[derive(Clone)]
pub(crate) struct Mount {
    /// The name of the preopen, an absolute path.
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    stage: Arc<Mutex<Stage>>,
}

/// A panic inside the stage left it in an unknown state, or somebody still holds it.
#[derive(Debug)]
pub(crate) struct StageLost;

impl std::fmt::Display for StageLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the stage of the call cannot be used any more")
    }
}

impl std::error::Error for StageLost {}

impl Mount {
    pub(crate) fn new(name: &'static str, access: Access, stage: Stage) -> Self {
        Self { name, access, stage: Arc::new(Mutex::new(stage)) }
    }

    /// The stage, for one operation.
    pub(super) fn stage(&self) -> Result<MutexGuard<'_, Stage>, FileError> {
        self.stage.lock().map_err(|_| FileError::Trap(wasmtime::Error::new(StageLost)))
    }

    /// The stage, for a change.
    pub(super) fn stage_to_write(&self) -> Result<MutexGuard<'_, Stage>, FileError> {
        match self.access {
            Access::ReadOnly => Err(ErrorCode::ReadOnly.into()),
            Access::ReadWrite => self.stage(),
        }
    }

    /// Whether both are the same stage.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.stage, &other.stage)
    }

    /// The stage back, when the guest and all that it held open are gone.
    pub(crate) fn into_stage(self) -> Result<Stage, StageLost> {
        Arc::into_inner(self.stage).ok_or(StageLost)?.into_inner().map_err(|_| StageLost)
    }
}

/// A folder: it is known by its path.
#[derive(Clone)]
pub(super) struct Folder {
    pub(super) mount: Mount,
    pub(super) path: WorkspacePath,
}

/// An open file. Streams hold it too, so it is closed when the last of them and the descriptor are gone.
pub(super) struct OpenFile {
    pub(super) mount: Mount,
    pub(super) id: FileId,
    /// READ, WRITE or both.
    pub(super) flags: DescriptorFlags,
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        // The only errors are that it is closed already, or that the stage is lost: then there is nothing to close.
        if let Ok(mut stage) = self.mount.stage() {
            let _ = stage.close(self.id);
        }
    }
}

/// A descriptor of the guest.
#[expect(unreachable_pub, reason = "the generated bindings export it from their own module")]
pub struct Descriptor(pub(super) Object);

pub(super) enum Object {
    Folder(Folder),
    File(Arc<OpenFile>),
}

impl Descriptor {
    /// The folder that it stands for.
    pub(super) fn folder(&self) -> Result<&Folder, FileError> {
        match &self.0 {
            Object::Folder(folder) => Ok(folder),
            Object::File(_) => Err(ErrorCode::NotDirectory.into()),
        }
    }

    /// The file that it stands for, for an operation that only files have.
    pub(super) fn file(&self) -> Result<&Arc<OpenFile>, FileError> {
        match &self.0 {
            Object::File(file) => Ok(file),
            Object::Folder(_) => Err(ErrorCode::BadDescriptor.into()),
        }
    }

    /// The file that it stands for, for reading bytes (a folder is `EISDIR`, as POSIX has it).
    pub(super) fn readable(&self) -> Result<&Arc<OpenFile>, FileError> {
        match &self.0 {
            Object::File(file) if file.flags.contains(DescriptorFlags::READ) => Ok(file),
            Object::File(_) => Err(ErrorCode::BadDescriptor.into()),
            Object::Folder(_) => Err(ErrorCode::IsDirectory.into()),
        }
    }

    /// The file that it stands for, for writing bytes.
    pub(super) fn writable(&self) -> Result<&Arc<OpenFile>, FileError> {
        match &self.0 {
            Object::File(file) if file.flags.contains(DescriptorFlags::WRITE) => Ok(file),
            Object::File(_) | Object::Folder(_) => Err(ErrorCode::BadDescriptor.into()),
        }
    }

    pub(super) fn mount(&self) -> &Mount {
        match &self.0 {
            Object::Folder(folder) => &folder.mount,
            Object::File(file) => &file.mount,
        }
    }

    /// What the stage knows of it.
    pub(super) fn stat(&self) -> Result<Stat, FileError> {
        let mut stage = self.mount().stage()?;
        match &self.0 {
            Object::Folder(folder) => {
                let stat = stage.stat(&folder.path, cofferdam_store::Follow::Yes)?;
                // The folder was renamed or removed, and a file has its name now.
                if stat.kind == cofferdam_store::Kind::Folder { Ok(stat) } else { Err(FsError::NotFound.into()) }
            }
            Object::File(file) => Ok(stage.file_stat(file.id)?),
        }
    }

    /// What it was opened for.
    pub(super) fn flags(&self) -> DescriptorFlags {
        match &self.0 {
            Object::File(file) => file.flags,
            Object::Folder(folder) => match folder.mount.access {
                Access::ReadOnly => DescriptorFlags::READ,
                Access::ReadWrite => DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
            },
        }
    }
}
