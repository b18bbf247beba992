//! Two processes in one workspace take turns.

use std::{fs::File, io, ops::ControlFlow};

use rustix::{
    fs::{AtFlags, FlockOperation, OFlags},
    io::Errno,
};

use crate::state::{StateDir, error::StateError};

/// The file that is locked. It is never removed, and nothing is written to it.
const NAME: &str = "lock";

/// The exclusive right to change the workspace and the state that belongs to it. Only with it can anything be published,
/// recovered or undone.
///
/// It is an advisory lock (`flock`) on a file of the state folder: the operating system releases it when the process ends,
/// however it ends. It holds off other processes of this product, not editors.
#[derive(Debug)]
#[must_use = "the lock is released as soon as this is dropped"]
pub struct WorkspaceLock<'state> {
    state: &'state StateDir,
    /// Holds the lock until it is closed.
    _file: File,
}

/// Takes an open file for this process until it is closed or released; not where another one has it.
pub(super) fn try_hold(file: &File) -> io::Result<bool> {
    loop {
        match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(true),
            Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Gives up what [`try_hold`] took.
pub(super) fn release(file: &File) -> io::Result<()> {
    Ok(rustix::fs::flock(file, FlockOperation::Unlock)?)
}

impl WorkspaceLock<'_> {
    /// The state that belongs to the workspace.
    #[must_use]
    pub fn state(&self) -> &StateDir {
        self.state
    }
}

impl StateDir {
    /// Takes the workspace's lock if nobody has it.
    ///
    /// # Errors
    /// [`StateError::Busy`], [`StateError::Io`].
    pub fn try_lock(&self) -> Result<WorkspaceLock<'_>, StateError> {
        self.lock(|| ControlFlow::Break(()))
    }

    /// Takes the workspace's lock. While another process has it, `wait` is asked before each new try: it waits as long as
    /// it thinks fit and says [`ControlFlow::Continue`], or gives up with [`ControlFlow::Break`].
    ///
    /// # Errors
    /// [`StateError::Busy`] when `wait` gave up, [`StateError::Io`].
    pub fn lock(&self, mut wait: impl FnMut() -> ControlFlow<()>) -> Result<WorkspaceLock<'_>, StateError> {
        loop {
            let file = self.lock_file()?;
            match try_hold(&file).map_err(|error| self.folder().failed("lock", NAME, error))? {
                true if self.is_lock_file(&file)? => return Ok(WorkspaceLock { state: self, _file: file }),
                // Somebody removed the file: a lock on it would hold nobody off. Try the new one.
                true => {}
                false => {
                    if wait().is_break() {
                        return Err(StateError::Busy);
                    }
                }
            }
        }
    }

    fn lock_file(&self) -> Result<File, StateError> {
        loop {
            if let Some(file) = self.folder().open_file(NAME, OFlags::RDWR)? {
                return Ok(file);
            }
            match self.folder().create(NAME) {
                Err(StateError::Io { cause, .. }) if cause.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made,
            }
        }
    }

    fn is_lock_file(&self, file: &File) -> Result<bool, StateError> {
        let failed = |error: Errno| self.folder().failed("look at", NAME, error.into());
        let held = rustix::fs::fstat(file).map_err(failed)?;
        match rustix::fs::statat(self.folder().dir(), NAME, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok((named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }
}
