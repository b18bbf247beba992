//! Makes a change set real, all of it or nothing: journal, atomic replacement, recovery, undo.
//!
//! 1. **Prepare**: the record of the call (every path with its old and new content) is written into the journal and synced.
//!    The workspace is only read.
//! 2. **Commit**: the record is renamed and its folder synced. From here on the call is completed, whatever happens.
//! 3. **Apply**: new contents are written to temporary files beside their places and synced; then names are changed, and each
//!    folder in which a name changed is synced once.
//! 4. **Publish**: the record is renamed into the history and that folder synced. It is the undo record.
//!
//! A one-file edit takes five syncs: record, journal folder, temporary file, the file's folder, history folder. Another process
//! that reads the workspace while several files are applied can see some of them first.
//!
//! The record has both sides of every path, so that recovery needs nothing from the workspace, and can go back where it
//! cannot go forward. What somebody else changed is not overwritten: see [`Conflicts`]. All paths are looked at right before
//! the first of them is changed; an editor that saves within that moment, without the lock, cannot be held off.

mod draft;
mod error;
pub mod history;
mod journal;
mod plan;
mod position;
mod record;
mod recover;
mod settle;
mod survey;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make and read files beside the code under test, and start it again as a process")]
mod tests;
mod transaction;
mod undo;
mod unfinished;

use cofferdam_base::CallId;

pub use draft::MAX_KEPT_BYTES;
pub use error::PublishError;
pub use recover::{Outcome, Recovered, recover};
pub use settle::Conflicts;
pub use transaction::{Committed, Prepared, Published};
pub use undo::Undo;
pub use unfinished::{Standing, Unfinished, unfinished};

use crate::{change::ChangeSet, stage::recheck::Unchanged, state::WorkspaceLock, workspace::Workspace};

/// Publishes in one go, for callers that record no intent of their own between the steps.
///
/// # Errors
/// As for [`Prepared::prepare`], [`Prepared::commit`] and [`Committed::apply`].
pub fn publish(
    workspace: &Workspace,
    lock: &WorkspaceLock<'_>,
    call: &CallId,
    changes: &ChangeSet,
    unchanged: Unchanged,
) -> Result<Published, PublishError> {
    Prepared::prepare(workspace, lock, call, changes, unchanged)?.commit()?.apply()
}
