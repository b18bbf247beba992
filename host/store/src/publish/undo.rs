//! Taking back a published call, as a new call.

use std::collections::BTreeMap;

use cofferdam_base::{CallId, WorkspacePath};

use crate::{
    change::{Change, ChangeSet},
    publish::{
        error::PublishError,
        journal::Journal,
        plan::{Entry, Plan, Side},
        record::Record,
        survey::{Found, Survey},
    },
    state::WorkspaceLock,
    workspace::Workspace,
};

/// What takes back a published call: made only when every path of the call is as the call left it.
///
/// The changes go the same way as a tool's: they are decided on by policy, recorded, and published with
/// [`Prepared::prepare_undo`](crate::publish::Prepared::prepare_undo) under a call of their own, which can itself be taken back.
#[derive(Debug)]
#[must_use = "nothing is taken back until it is published"]
pub struct Undo {
    call: CallId,
    changes: ChangeSet,
    modes: BTreeMap<WorkspacePath, u32>,
}

impl Undo {
    /// Checks that a published call can be taken back, and reads what was there before it.
    ///
    /// # Errors
    /// [`PublishError::UnknownCall`]; [`PublishError::ChangedSince`] when a path of the call is no longer as the call left it;
    /// [`PublishError::Damaged`], [`PublishError::Io`].
    pub fn verify(workspace: &Workspace, lock: &WorkspaceLock<'_>, call: &CallId) -> Result<Self, PublishError> {
        let record = Journal::open(lock.state())?.published(call)?.ok_or_else(|| PublishError::UnknownCall(call.clone()))?;
        verify_on_after(workspace, record.plan())?;
        let mut changes = Vec::new();
        let mut modes = BTreeMap::new();
        for (index, transition) in record.plan().transitions().iter().enumerate() {
            if let Some(change) = inverse(&record, index)? {
                changes.push((transition.path.clone(), change));
            }
            if let Some(Entry::File { mode: Some(mode), .. } | Entry::Folder { mode: Some(mode) }) = transition.before {
                modes.insert(transition.path.clone(), mode);
            }
        }
        Ok(Self { call: call.clone(), changes: changes.into_iter().collect(), modes })
    }

    /// The call that is taken back.
    #[must_use]
    pub fn call(&self) -> &CallId {
        &self.call
    }

    /// What taking it back changes.
    #[must_use]
    pub fn changes(&self) -> &ChangeSet {
        &self.changes
    }

    /// The permission bits that a path had before the call.
    pub(super) fn mode(&self, path: &WorkspacePath) -> Option<u32> {
        self.modes.get(path).copied()
    }
}

/// Every path has to be on the side after the call, and nothing else in a folder that the call made.
fn verify_on_after(workspace: &Workspace, plan: &Plan) -> Result<(), PublishError> {
    let Survey { moves, mut astray, there } = Survey::towards(Side::Before, plan, workspace)?;
    astray.extend(there.into_iter().cloned());
    let vanished = moves.iter().filter(|step| step.found == Found::Nothing && step.transition.after.is_some());
    astray.extend(vanished.map(|step| step.path().clone()));
    let paths: Vec<WorkspacePath> = astray.into_iter().collect();
    if paths.is_empty() { Ok(()) } else { Err(PublishError::ChangedSince { call: plan.call().clone(), paths }) }
}

/// The change that leads one transition back. None only where nothing was and is.
fn inverse(record: &Record, index: usize) -> Result<Option<Change>, PublishError> {
    let Some(transition) = record.plan().transitions().get(index) else { return Ok(None) };
    let old = record.content(index, Side::Before)?.unwrap_or_default();
    Ok(match (&transition.after, &transition.before) {
        (None, Some(Entry::File { digest, executable, .. })) => {
            Some(Change::Write { before: None, bytes: old.into(), executable: *executable, after: *digest })
        }
        (Some(Entry::File { digest: now, .. }), Some(Entry::File { digest, executable, .. })) => {
            Some(Change::Write { before: Some(*now), bytes: old.into(), executable: *executable, after: *digest })
        }
        (Some(Entry::Folder { .. }), Some(Entry::File { digest, executable, .. })) => {
            Some(Change::FolderToFile { bytes: old.into(), executable: *executable, after: *digest })
        }
        (Some(Entry::File { digest: now, .. }), Some(Entry::Folder { .. })) => Some(Change::FileToFolder { before: *now }),
        (Some(Entry::File { digest: now, .. }), None) => Some(Change::Delete { before: *now }),
        (Some(Entry::Folder { .. }), None) => Some(Change::RemoveFolder),
        (None, Some(Entry::Folder { .. })) => Some(Change::MakeFolder),
        (None, None) | (Some(Entry::Folder { .. }), Some(Entry::Folder { .. })) => None,
    })
}
