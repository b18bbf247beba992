//! What a crash left half-done, for people: looked at, and nothing changed.

use std::collections::BTreeMap;

use cofferdam_base::{CallId, WorkspacePath};

use crate::{
    publish::{
        error::PublishError,
        journal::{Journal, Pending},
        plan::Side,
        survey::Survey,
    },
    state::WorkspaceLock,
    workspace::Workspace,
};

/// Where a path of an interrupted call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// As the call wants it.
    Done,
    /// Not yet there.
    Open,
    /// As somebody else left it since, or in the way of the call.
    Theirs,
}

/// A call that was committed, and whose process died before all of it was in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The call.
    pub call: CallId,
    /// Its paths, and those of somebody else that are in its way.
    pub paths: BTreeMap<WorkspacePath, Standing>,
}

impl Unfinished {
    /// The paths that keep recovery from completing the call.
    pub fn theirs(&self) -> impl Iterator<Item = &WorkspacePath> {
        self.paths.iter().filter(|(_, standing)| **standing == Standing::Theirs).map(|(path, _)| path)
    }
}

/// The interrupted calls, as [`recover`](crate::publish::recover()) would find them. A call that was not committed never
/// touched the workspace, and is none of them.
///
/// # Errors
/// [`PublishError::Damaged`], [`PublishError::Io`], [`PublishError::State`].
pub fn unfinished(workspace: &Workspace, lock: &WorkspaceLock<'_>) -> Result<Vec<Unfinished>, PublishError> {
    let journal = Journal::open(lock.state())?;
    let mut found = Vec::new();
    for pending in journal.pending()? {
        let Pending::Committed(call) = pending else { continue };
        if journal.is_published(&call)? {
            continue;
        }
        let gone = || PublishError::Damaged { name: format!("journal/{call}"), why: "is gone" };
        let record = journal.committed(&call)?.ok_or_else(gone)?;
        let Survey { moves, astray, there } = Survey::towards(Side::After, record.plan(), workspace)?;
        let there = there.into_iter().map(|path| (path.clone(), Standing::Done));
        let open = moves.iter().map(|step| (step.path().clone(), Standing::Open));
        let theirs = astray.into_iter().map(|path| (path, Standing::Theirs));
        found.push(Unfinished { paths: there.chain(open).chain(theirs).collect(), call });
    }
    Ok(found)
}
