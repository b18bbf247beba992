//! Writes the record of a call: compares every path with what the change set says was there, and keeps both contents.

use std::sync::Arc;

use cofferdam_base::{CallId, Digest, WorkspacePath};

use crate::{
    change::{Change, ChangeKind, ChangeSet},
    deadline::Deadline,
    error::FsError,
    publish::{
        error::PublishError,
        journal::Journal,
        plan::{Entry, Plan, Transition, replaced_mode},
        position::{into_io, mode, strangers},
        record::{Record, RecordWriter},
        undo::Undo,
    },
    workspace::{Looked, Workspace},
};

/// Most bytes of old contents that one call may make us keep for its undo: a call that removes large files cannot fill the
/// disk with what it removed, and taking it back fits into memory.
pub const MAX_KEPT_BYTES: u64 = 256 << 20;

/// An uncommitted record in the journal. Removed when this is dropped.
#[derive(Debug)]
pub(super) struct Draft {
    journal: Journal,
    call: CallId,
    fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Discarded,
    Kept,
}

impl Draft {
    pub(super) fn begin<'journal>(journal: &'journal Journal, call: &CallId) -> Result<(Self, RecordWriter<'journal>), PublishError> {
        let writer = journal.begin(call)?;
        Ok((Self { journal: journal.clone(), call: call.clone(), fate: Fate::Discarded }, writer))
    }

    /// The record was committed.
    pub(super) fn keep(mut self) {
        self.fate = Fate::Kept;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.fate == Fate::Discarded {
            // A record that stays means nothing, and recovery removes it.
            let _ = self.journal.discard(&self.call);
        }
    }
}

/// Writes the record. Every path is looked at, so that an error names all that changed.
pub(super) fn write_record(
    mut writer: RecordWriter<'_>,
    workspace: &Workspace,
    call: &CallId,
    undo: Option<&Undo>,
    changes: &ChangeSet,
) -> Result<Record, PublishError> {
    let mut transitions = Vec::with_capacity(changes.len());
    let mut changed = Vec::new();
    let mut kept = 0u64;
    for (path, change) in changes.iter() {
        let old = match look(workspace, path, change, changes, &mut kept)? {
            Look::AsExpected(old) => old,
            Look::Changed(paths) => {
                changed.extend(paths);
                continue;
            }
        };
        let after = entry_after(path, change, old.entry.as_ref(), undo.and_then(|undo| undo.mode(path)))?;
        let transition = Transition { path: path.clone(), before: old.entry, after };
        if !transition.changes() {
            continue;
        }
        writer.add(&old.bytes)?;
        writer.add(change.bytes().map_or(&[], |bytes| bytes))?;
        transitions.push(transition);
    }
    if !changed.is_empty() {
        return Err(PublishError::Changed(changed));
    }
    if transitions.is_empty() {
        return Err(PublishError::Nothing);
    }
    let plan = Plan::new(call.clone(), undo.map(|undo| undo.call().clone()), transitions);
    writer.finish(plan.map_err(|fault| PublishError::Inconsistent(fault.0))?)
}

/// What was found at a path of a change set.
enum Look {
    AsExpected(Old),
    /// Something else than the change set says; or, for a folder that goes, what else is in it.
    Changed(Vec<WorkspacePath>),
}

/// What a path has before the call.
struct Old {
    entry: Option<Entry>,
    bytes: Arc<[u8]>,
}

impl Old {
    fn without_bytes(entry: Option<Entry>) -> Look {
        Look::AsExpected(Self { entry, bytes: Arc::default() })
    }
}

fn look(workspace: &Workspace, path: &WorkspacePath, change: &Change, changes: &ChangeSet, kept: &mut u64) -> Result<Look, PublishError> {
    let failed = |error| PublishError::io("look at", path, error);
    let changed = || Ok(Look::Changed(vec![path.clone()]));
    match (change.kind(), workspace.look(path).map_err(failed)?) {
        (ChangeKind::Create | ChangeKind::MakeFolder, Looked::Absent) => Ok(Old::without_bytes(None)),
        (ChangeKind::RemoveFolder | ChangeKind::FolderToFile, Looked::Folder) => {
            let goes_too = |path: &WorkspacePath| {
                changes.get(path).is_some_and(|change| matches!(change.kind(), ChangeKind::Delete | ChangeKind::RemoveFolder))
            };
            let more = strangers(workspace, path, goes_too).map_err(failed)?;
            let mode = mode(workspace, path).map_err(failed)?;
            if more.is_empty() { Ok(Old::without_bytes(Some(Entry::Folder { mode: Some(mode) }))) } else { Ok(Look::Changed(more)) }
        }
        (ChangeKind::Replace | ChangeKind::Delete | ChangeKind::FileToFolder, Looked::File(stat)) => {
            *kept = kept.saturating_add(stat.size);
            if *kept > MAX_KEPT_BYTES {
                return Err(PublishError::TooMuch { what: "the old contents of the changed files", limit: MAX_KEPT_BYTES });
            }
            let Some(file) = workspace.open_file(path).map_err(failed)? else { return changed() };
            let (size, executable) = (file.stat().size, file.stat().executable);
            // It grew after it was looked at: not read, whatever its size is by now.
            if size > stat.size {
                return changed();
            }
            let bytes = match file.read(path, Deadline::NONE) {
                Ok(bytes) => bytes,
                Err(FsError::Conflict(_)) => return changed(),
                Err(error) => return Err(failed(into_io(error))),
            };
            let digest = Digest::of(&bytes);
            if change.before() != Some(&digest) {
                return changed();
            }
            let mode = mode(workspace, path).map_err(failed)?;
            Ok(Look::AsExpected(Old { entry: Some(Entry::File { digest, size, executable, mode: Some(mode) }), bytes }))
        }
        (_, Looked::Absent | Looked::Folder | Looked::File(_) | Looked::Link | Looked::Special | Looked::BehindLink) => changed(),
    }
}

/// What a path has after the call.
fn entry_after(path: &WorkspacePath, change: &Change, before: Option<&Entry>, mode: Option<u32>) -> Result<Option<Entry>, PublishError> {
    match change {
        Change::Delete { .. } | Change::RemoveFolder => Ok(None),
        Change::MakeFolder | Change::FileToFolder { .. } => Ok(Some(Entry::Folder { mode })),
        Change::Write { bytes, executable, after, .. } | Change::FolderToFile { bytes, executable, after } => {
            if Digest::of(bytes) != *after {
                return Err(PublishError::Inconsistent(path.clone()));
            }
            let kept = match before {
                Some(Entry::File { mode: Some(before), .. }) => Some(replaced_mode(*before, *executable)),
                Some(Entry::File { mode: None, .. } | Entry::Folder { .. }) | None => None,
            };
            Ok(Some(Entry::File { digest: *after, size: bytes.len() as u64, executable: *executable, mode: mode.or(kept) }))
        }
    }
}
