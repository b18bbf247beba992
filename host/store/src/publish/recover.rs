//! After a crash: completes what was committed, discards what was not.

use cofferdam_base::{CallId, WorkspacePath};

use crate::{
    publish::{
        error::PublishError,
        journal::{Journal, Pending},
        plan::Side,
        settle::{Conflicts, Settling},
    },
    state::WorkspaceLock,
    workspace::Workspace,
};

/// What became of an interrupted call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it is in the workspace; it can be taken back like any published call.
    Completed,
    /// Nothing of it is in the workspace.
    RolledBack,
}

/// An interrupted call, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The call.
    pub call: CallId,
    /// What became of it.
    pub outcome: Outcome,
    /// Paths that were left as somebody else had changed them. Not empty only under [`Conflicts::KeepTheirs`]; then the
    /// call's own contents are kept in the state folder.
    pub kept: Vec<WorkspacePath>,
}

/// Brings the workspace to the state before or after each interrupted call. Calling it again does nothing.
///
/// A call that was committed is completed; if the file system refuses that, it is taken back. A call that was not committed
/// never touched the workspace. An open ledger intent whose call is neither given here nor in the history was taken back
/// before the process died.
///
/// # Errors
/// [`PublishError::Conflict`] when somebody else changed a path of a call after the crash, under [`Conflicts::Refuse`]:
/// nothing is overwritten, and both versions stay where they are. [`PublishError::Interrupted`] when the call can be neither
/// completed nor taken back now. [`PublishError::Damaged`] for a record that is not what was written: nothing is guessed.
pub fn recover(workspace: &Workspace, lock: &WorkspaceLock<'_>, conflicts: Conflicts) -> Result<Vec<Recovered>, PublishError> {
    let journal = Journal::open(lock.state())?;
    let mut recovered: Vec<Recovered> = Vec::new();
    for pending in journal.pending()? {
        match pending {
            Pending::Committed(call) => recovered.push(recover_committed(&journal, workspace, lock, call, conflicts)?),
            Pending::Prepared(call) => {
                journal.discard(&call)?;
                // The old name of a record that went on, brought back by a power loss, says nothing.
                let went_on = recovered.iter().any(|other| other.call == call) || journal.is_published(&call)?;
                if !went_on {
                    recovered.push(Recovered { call, outcome: Outcome::RolledBack, kept: Vec::new() });
                }
            }
        }
    }
    Ok(recovered)
}

fn recover_committed(
    journal: &Journal,
    workspace: &Workspace,
    lock: &WorkspaceLock<'_>,
    call: CallId,
    conflicts: Conflicts,
) -> Result<Recovered, PublishError> {
    let done = |call, outcome| Ok(Recovered { call, outcome, kept: Vec::new() });
    if journal.is_published(&call)? {
        journal.withdraw(&call)?;
        return done(call, Outcome::Completed);
    }
    let gone = || PublishError::Damaged { name: format!("journal/{call}"), why: "is gone" };
    let record = journal.committed(&call)?.ok_or_else(gone)?;
    let settling = Settling { workspace, disk: lock.state().folder().disk().as_ref(), record: &record };
    settling.sweep()?;
    match (settling.settle(Side::After, Conflicts::Refuse), conflicts) {
        (Ok(_), _) => {
            journal.finish(&call)?;
            done(call, Outcome::Completed)
        }
        (Err(PublishError::Changed(paths)), Conflicts::Refuse) => Err(PublishError::Conflict { call, paths }),
        (Err(PublishError::Changed(_)), Conflicts::KeepTheirs) => {
            let kept = settling.settle(Side::Before, Conflicts::KeepTheirs)?;
            journal.set_aside(&call)?;
            Ok(Recovered { call, outcome: Outcome::RolledBack, kept })
        }
        (Err(cause), _) => match settling.take_back() {
            Ok(()) => {
                journal.withdraw(&call)?;
                done(call, Outcome::RolledBack)
            }
            Err(stuck) => Err(PublishError::interrupted(&call, cause, stuck)),
        },
    }
}
