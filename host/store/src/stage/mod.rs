//! What one call sees: the workspace as it was when first looked at, with the call's own writes on top, in memory.
//!
//! Nothing here changes the workspace. Dropping a [`Stage`] leaves no trace; [`Stage::seal`] gives what would change.

mod base;
pub mod conflict;
mod files;
mod folders;
pub mod guard;
mod object;
mod overlay;
pub mod reads;
pub mod recheck;
mod rename;
mod resolve;
mod seal;
mod snapshots;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc, time::Instant};

use cofferdam_base::Limits;

pub use guard::Refusal;
pub use seal::Staged;

use crate::{
    deadline::Deadline,
    error::FsError,
    stage::{
        base::Base,
        files::Handle,
        guard::{Checkpoint, Decisions, PathGuard},
        overlay::Overlay,
    },
    workspace::{Kind, Workspace},
};

/// Whether a link in the last component is followed. Links before it always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// It is followed.
    Yes,
    /// It is not.
    No,
}

/// Whether opening makes a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Create {
    /// The file has to exist.
    #[default]
    Never,
    /// It is made when it does not exist.
    IfMissing,
    /// It must not exist (`O_CREAT | O_EXCL`).
    New,
}

/// How a file is opened. Default: nothing at all is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// The handle reads.
    pub read: bool,
    /// The handle writes.
    pub write: bool,
    /// Whether the file is made.
    pub create: Create,
    /// The file is emptied; needs `write`.
    pub truncate: bool,
}

/// An open file of a stage. Valid until it is closed, and only in its own stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u64);

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListEntry {
    /// Its name in the folder.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// Whether a stage takes changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    ReadWrite,
    ReadOnly,
    /// It looks at another call, sealed before: only its reads are of use.
    View,
}

/// The mutable overlay of one call, in memory.
///
/// Every operation takes paths below the workspace's root, resolves the links in them itself, asks the guard about the
/// resolved path, and records what it relied on; an operation that fails has changed nothing. Folder handles are paths: a
/// folder that was renamed is found under its new path only.
///
/// Whether a file can be executed is not a guest's to say: a base file keeps its bit, written or moved; a file that the call
/// makes gets the bit of the base's file at the path where it ends, and none where the base has no file.
pub struct Stage {
    base: Base,
    overlay: Overlay,
    checkpoint: Checkpoint,
    mode: Mode,
    limits: Limits,
    handles: HashMap<FileId, Handle>,
    max_handles: usize,
    next_file: u64,
    /// What [`Stage::read_at`] lent last; keeps it while it is lent, whatever happens to the snapshot.
    lent: Arc<[u8]>,
    unlisted: u64,
}

impl Stage {
    /// A stage over the workspace.
    #[must_use]
    pub fn new(workspace: Arc<Workspace>, guard: Arc<dyn PathGuard>, limits: &Limits) -> Self {
        Self::over(Base::new(workspace, limits), Overlay::new(limits), Decisions::of(guard), limits, Mode::ReadWrite)
    }

    /// A stage that refuses every change with [`FsError::ReadOnly`], for functions that may change nothing.
    #[must_use]
    pub fn read_only(workspace: Arc<Workspace>, guard: Arc<dyn PathGuard>, limits: &Limits) -> Self {
        Self::over(Base::new(workspace, limits), Overlay::new(limits), Decisions::of(guard), limits, Mode::ReadOnly)
    }

    fn over(base: Base, overlay: Overlay, decisions: Arc<Decisions>, limits: &Limits, mode: Mode) -> Self {
        Self {
            base,
            overlay,
            checkpoint: Checkpoint::new(decisions),
            mode,
            limits: limits.clone(),
            handles: HashMap::new(),
            max_handles: usize::try_from(limits.resources).unwrap_or(usize::MAX),
            next_file: 0,
            lent: Arc::default(),
            unlisted: 0,
        }
    }

    /// Gives every later operation an end: at or after this instant it fails with [`FsError::Deadline`].
    pub fn set_deadline(&mut self, deadline: Instant) {
        self.base.deadline = Deadline::at(deadline);
    }

    /// Every access that the guard refused so far, in order, the same one once; at most [`guard::MAX_REFUSALS`].
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        self.checkpoint.refusals()
    }

    /// Goes on only in a stage that takes changes, and in time.
    fn writable(&self) -> Result<(), FsError> {
        match self.mode {
            Mode::ReadWrite => self.base.deadline.check(),
            Mode::ReadOnly | Mode::View => Err(FsError::ReadOnly),
        }
    }
}
