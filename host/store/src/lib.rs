//! The only filesystem: workspace, stage, journal, atomic replacement, blobs.
//!
//! [`workspace`] opens the folder once and never leaves it. [`stage`] is what one call sees: the workspace with the
//! call's own writes on top, in memory. [`change`] is what the call would change. [`publish`] makes it real.

pub mod change;
mod deadline;
pub mod error;
pub mod publish;
pub mod stage;
pub mod state;
pub mod workspace;

pub use change::{Change, ChangeSet};
pub use error::{FsError, StoreError};
pub use stage::{
    Create, FileId, Follow, ListEntry, OpenOptions, Refusal, Stage, Staged,
    conflict::{Conflict, Drift},
    guard::{PathAccess, PathDecision, PathGuard},
    reads::{Fact, ReadSet},
    recheck::Unchanged,
};
pub use state::{
    AppendFile, Blobs, Durability, FileLine, FileLines, Folder, ReadFile, Removed, Replacement, StateDir, StateError, WorkspaceLock,
};
pub use workspace::{FileStat, Kind, Stat, Workspace};
