//! Verified changes become real: policy on each path, the read set again under the lock, intent, journal, workspace.

use cofferdam_ledger::event::{Effect, Event, Subject};
use cofferdam_policy::{Grant, ToolAct};
use cofferdam_store::{
    ChangeSet, PathAccess, ReadSet, Workspace, WorkspaceLock,
    change::ChangeKind,
    publish::{Prepared, PublishError, Published, Undo},
};

use crate::{
    ask::{Asking, Shown},
    attendant::Attendant,
    book::OpenBook,
    gate::Gate,
    guard::policy_access,
    permit::Permitted,
    record::Record,
    refusal::Fault,
    transcript::Said,
    verify::Verified,
};

/// A verified call, each of whose changes policy allows. Only its publication is left.
#[must_use]
pub(crate) struct Publishable<'a> {
    verified: Verified<'a>,
    /// One for each path that changes, and each thing that is done to it.
    grants: Vec<Grant>,
}

impl<'a> Publishable<'a> {
    /// What would become real.
    pub(crate) fn changes(&self) -> &ChangeSet {
        self.verified.staged.changes()
    }

    /// What the call found.
    pub(crate) fn reads(&self) -> &ReadSet {
        self.verified.staged.reads()
    }

    /// As what it was permitted.
    pub(crate) fn permitted(&self) -> &Permitted<'a> {
        &self.verified.executed.permitted
    }

    /// What was verified, and the grants for what it changes.
    pub(crate) fn into_parts(self) -> (Verified<'a>, Vec<Grant>) {
        (self.verified, self.grants)
    }

    /// Decides on every path that really changed; a person who is asked sees the finished change.
    pub(crate) fn decide(
        verified: Verified<'a>,
        gate: &Gate,
        record: &mut Record<'_>,
        attendant: &mut dyn Attendant,
    ) -> Result<Self, Fault> {
        let permitted = &verified.executed.permitted;
        let full_name = permitted.request.full_name();
        let signers = permitted.request.signers();
        let shown = Shown::of_call(&permitted.request, &full_name, &signers, Some(&verified.staged));
        let mut asking = Asking { gate, record, attendant, subject: Subject::Changes, shown };
        let mut grants = Vec::new();
        for (path, change) in verified.staged.changes().iter() {
            for access in accesses(change.kind()) {
                let act = ToolAct::Path { access: policy_access(*access), path };
                grants.push(asking.settle(permitted.caller.decide(&gate.policies, act))?);
            }
        }
        Ok(Self { verified, grants })
    }

    /// Publishes, under the workspace's lock. With the read set unchanged, everything that was verified is still so.
    pub(crate) fn publish(
        &self,
        workspace: &Workspace,
        lock: &WorkspaceLock<'_>,
        book: &mut OpenBook<'_>,
        record: &mut Record<'_>,
    ) -> Result<Published, Fault> {
        let unchanged = self.verified.staged.reads().recheck(workspace)?;
        let changes = self.verified.staged.changes();
        let prepared = Prepared::prepare(workspace, lock, &record.call, changes, unchanged)?;
        announce(changes, book, record)?;
        settle(prepared.commit().and_then(|committed| committed.apply()), book, record)
    }
}

/// What a change does to its path.
pub(crate) fn accesses(kind: ChangeKind) -> &'static [PathAccess] {
    match kind {
        ChangeKind::Create | ChangeKind::Replace | ChangeKind::MakeFolder => &[PathAccess::Write],
        ChangeKind::Delete | ChangeKind::RemoveFolder => &[PathAccess::Delete],
        ChangeKind::FileToFolder | ChangeKind::FolderToFile => &[PathAccess::Delete, PathAccess::Write],
    }
}

/// Publishes what takes back a published call.
pub(crate) fn publish_undo(
    undo: &Undo,
    workspace: &Workspace,
    lock: &WorkspaceLock<'_>,
    book: &mut OpenBook<'_>,
    record: &mut Record<'_>,
) -> Result<Published, Fault> {
    let prepared = Prepared::prepare_undo(workspace, lock, &record.call, undo)?;
    announce(undo.changes(), book, record)?;
    settle(prepared.commit().and_then(|committed| committed.apply()), book, record)
}

/// Everything so far and the intent, durably: what cannot be recorded does not happen.
fn announce(changes: &ChangeSet, book: &mut OpenBook<'_>, record: &mut Record<'_>) -> Result<(), Fault> {
    let count = changes.len() as u64;
    let text = serde_json::to_string(&changes.summary())?;
    record.note_with(Said::Changes, text, |call, changes| Event::Intent { call, effect: Effect::Staged, changes, count })?;
    book.write_durably(record.take())
}

/// Closes the intent, unless only recovery can tell what became of it.
fn settle(result: Result<Published, PublishError>, book: &mut OpenBook<'_>, record: &mut Record<'_>) -> Result<Published, Fault> {
    let call = record.call.clone();
    match result {
        Ok(published) => Ok(published),
        Err(error @ PublishError::Interrupted { .. }) => Err(error.into()),
        Err(error) => {
            record.note(Event::Aborted { call, code: cofferdam_base::Diagnostic::code(&error).to_owned() });
            book.write(record.take())?;
            Err(error.into())
        }
    }
}
