//! One publish in typed steps: prepared, committed, published.
//!
//! | what exists | if the process dies now |
//! |---|---|
//! | [`Prepared`] | recovery discards the record: the workspace was not touched |
//! | [`Committed`] | recovery completes the call, or takes it back if it cannot |
//! | [`Published`] | nothing is left to do |
//!
//! The caller writes its ledger intent while it holds [`Prepared`]: nobody sees anything of the call before
//! [`Prepared::commit`], and everything that is needed to complete it is on disk after it.

use cofferdam_base::{CallId, Digest};

use crate::{
    change::ChangeSet,
    publish::{
        draft::{Draft, write_record},
        error::PublishError,
        journal::Journal,
        plan::Side,
        record::Record,
        settle::{Conflicts, Settling},
        undo::Undo,
    },
    stage::recheck::Unchanged,
    state::WorkspaceLock,
    workspace::Workspace,
};

/// A publish that is written down and not committed. Dropping it leaves everything as it was.
#[derive(Debug)]
#[must_use = "nothing is published until it is committed and applied"]
pub struct Prepared<'a> {
    publishing: Publishing<'a>,
    draft: Draft,
}

/// A publish that recovery would complete. Dropping it leaves that to recovery.
#[derive(Debug)]
#[must_use = "the workspace is as it was until this is applied"]
pub struct Committed<'a> {
    publishing: Publishing<'a>,
}

/// A call whose changes are in the workspace, and stay there after a power loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The call.
    pub call: CallId,
    /// The digest of its plan: of every path with what was and what is there.
    pub plan: Digest,
}

#[derive(Debug)]
struct Publishing<'a> {
    workspace: &'a Workspace,
    lock: &'a WorkspaceLock<'a>,
    journal: Journal,
    record: Record,
}

impl<'a> Prepared<'a> {
    /// Writes down what the call would change, with the old and the new contents, and syncs it. The workspace is only read:
    /// every path is compared with what the change set says was there.
    ///
    /// A change that changes nothing is left out. The permissions of a file that is replaced stay as they are, but for the
    /// right to execute; its owner, access lists, extended attributes and other names (hard links) do not: it is a new file.
    ///
    /// # Errors
    /// [`PublishError`]; then nothing is left behind. [`PublishError::Unrecovered`] when [`recover`](crate::publish::recover())
    /// has to be called first.
    pub fn prepare(
        workspace: &'a Workspace,
        lock: &'a WorkspaceLock<'a>,
        call: &CallId,
        changes: &ChangeSet,
        _: Unchanged,
    ) -> Result<Self, PublishError> {
        Self::write(workspace, lock, call, None, changes)
    }

    /// The same for taking back a published call. The new record names the call that it takes back.
    ///
    /// # Errors
    /// As for [`Prepared::prepare`].
    pub fn prepare_undo(workspace: &'a Workspace, lock: &'a WorkspaceLock<'a>, call: &CallId, undo: &Undo) -> Result<Self, PublishError> {
        Self::write(workspace, lock, call, Some(undo), undo.changes())
    }

    fn write(
        workspace: &'a Workspace,
        lock: &'a WorkspaceLock<'a>,
        call: &CallId,
        undo: Option<&Undo>,
        changes: &ChangeSet,
    ) -> Result<Self, PublishError> {
        let journal = Journal::open(lock.state())?;
        let (draft, writer) = Draft::begin(&journal, call)?;
        let record = write_record(writer, workspace, call, undo, changes)?;
        Ok(Self { publishing: Publishing { workspace, lock, journal, record }, draft })
    }

    /// The digest of the plan, for the ledger's intent: of every path with what was and what will be there.
    #[must_use]
    pub fn plan(&self) -> Digest {
        self.publishing.record.digest()
    }

    /// The commit point: when this returns, the call is completed even if the process dies or the power fails.
    ///
    /// # Errors
    /// [`PublishError::State`]: nothing is committed and everything is as it was. [`PublishError::Interrupted`]: it is not
    /// known whether it is committed, and recovery decides.
    pub fn commit(self) -> Result<Committed<'a>, PublishError> {
        let Self { publishing, draft } = self;
        match publishing.journal.commit(publishing.call()) {
            Ok(()) => {
                draft.keep();
                Ok(Committed { publishing })
            }
            Err(cause) => Err(publishing.withdraw(cause)),
        }
    }
}

impl Committed<'_> {
    /// Changes the workspace and syncs it.
    ///
    /// # Errors
    /// [`PublishError::Interrupted`]: it stopped half-way, and recovery decides. Any other: it was taken back, and everything
    /// is as it was.
    pub fn apply(self) -> Result<Published, PublishError> {
        let publishing = self.publishing;
        match publishing.settling().settle(Side::After, Conflicts::Refuse) {
            Ok(_) => publishing.finish(),
            // Found out before anything was changed.
            Err(cause @ PublishError::Changed(_)) => Err(publishing.withdraw(cause)),
            Err(cause) => Err(publishing.take_back(cause)),
        }
    }
}

impl Publishing<'_> {
    fn call(&self) -> &CallId {
        self.record.plan().call()
    }

    fn settling(&self) -> Settling<'_> {
        Settling { workspace: self.workspace, disk: self.lock.state().folder().disk().as_ref(), record: &self.record }
    }

    fn finish(self) -> Result<Published, PublishError> {
        match self.journal.finish(self.call()) {
            Ok(()) => Ok(Published { call: self.call().clone(), plan: self.record.digest() }),
            Err(cause) => Err(PublishError::Interrupted { call: self.call().clone(), cause: Box::new(cause), stuck: None }),
        }
    }

    /// Takes back what was done so far. Gives the error to report.
    fn take_back(self, cause: PublishError) -> PublishError {
        match self.settling().take_back() {
            Ok(()) => self.withdraw(cause),
            Err(stuck) => PublishError::interrupted(self.call(), cause, stuck),
        }
    }

    /// Takes the commit back; the workspace is as it was. Gives the error to report.
    fn withdraw(self, cause: PublishError) -> PublishError {
        match self.journal.withdraw(self.call()) {
            Ok(()) => cause,
            Err(stuck) => PublishError::interrupted(self.call(), cause, stuck),
        }
    }
}
