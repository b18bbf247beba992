//! Files that are not finished: made, told from others, and swept away where a crash left them.
//!
//! Whoever writes one holds it (`flock`) until it took its place or is gone. So what nobody holds is what a crash left, in every
//! folder and whatever other processes write there meanwhile.

use std::{
    fs::File,
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use rustix::fs::OFlags;

use crate::state::{
    disk::Permissions,
    error::StateError,
    folder::{Folder, Removed},
    lock::try_hold,
};

/// First characters of the names of files that are not finished. No other file has such a name.
const TEMPORARY: &str = ".tmp-";
/// Names tried for one unfinished file: processes of two containers can have one process id.
const TEMPORARY_TRIES: usize = 64;
/// Deepest folder below the state's that is swept: the product makes none as deep.
const MAX_SWEPT_DEPTH: usize = 4;

/// Whether a name is one of an unfinished file.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

impl Folder {
    /// Removes what crashes left unfinished in this folder and in those below it, for good; gives how many files. What is being
    /// written now stays. A folder that lets others in is none of the product's, and is not looked into.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn sweep(&self) -> Result<usize, StateError> {
        self.sweep_down(MAX_SWEPT_DEPTH)
    }

    fn sweep_down(&self, depth: usize) -> Result<usize, StateError> {
        let (mut folders, mut unfinished) = (Vec::new(), Vec::new());
        for entry in self.dir().entries().map_err(|error| self.unlisted(error))? {
            let entry = entry.map_err(|error| self.unlisted(error))?;
            // A name of another kind was not made here.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if is_unfinished(&name) {
                unfinished.push(name);
            } else if self.is_folder(&name)? {
                folders.push(name);
            }
        }
        let mut gone = 0;
        for name in unfinished {
            gone += usize::from(self.sweep_away(&name)?);
        }
        if gone > 0 {
            self.sync()?;
        }
        for name in folders.iter().filter(|_| depth > 0) {
            match self.folder(name) {
                Ok(folder) => gone += folder.sweep_down(depth - 1)?,
                Err(StateError::NotPrivate { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(gone)
    }

    /// Removes an unfinished file that nobody writes; whether there was one.
    fn sweep_away(&self, name: &str) -> Result<bool, StateError> {
        let file = match self.open_regular(name, OFlags::RDWR) {
            Ok(Some(file)) => file,
            // It took its place meanwhile, or is no file that was ever made here.
            Ok(None) | Err(StateError::NotFile(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        // Whoever finishes it gives its name away, and another process may have made one of the same name since.
        if !try_hold(&file).map_err(|error| self.failed("lock", name, error))? || !self.is_file_named(&file, name)? {
            return Ok(false);
        }
        Ok(self.remove_unchecked(name)? == Removed::Gone)
    }

    pub(super) fn create_temporary(&self) -> Result<(String, File), StateError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..TEMPORARY_TRIES {
            let name = format!("{TEMPORARY}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            match self.disk().create_file(self.dir(), &name, Permissions::Private) {
                Ok(file) => {
                    // Before it is held, somebody who sweeps may take it for one that a crash left.
                    let is_held = try_hold(&file).map_err(|error| self.failed("lock", &name, error))?;
                    if is_held && self.is_file_named(&file, &name)? {
                        return Ok((name, file));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(self.failed("make", &name, error)),
            }
        }
        Err(self.failed("make", TEMPORARY, last))
    }
}
