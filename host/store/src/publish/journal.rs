//! Where records are while a call is being published, and afterwards.
//!
//! ```text
//! journal/<call>.prepared    being written, or written and not committed: means nothing
//! journal/<call>.committed   the call is being published, or was when the process died
//! calls/<call>.record        the call is published; its undo record
//! aside/<call>.record        the call was taken back because somebody else had changed its files; both versions are kept
//! ```
//!
//! A record is renamed from one to the next, which is one step on every journalling file system. If a power loss leaves it
//! in two places, the later place is right.

use cofferdam_base::CallId;

use crate::{
    publish::{
        error::PublishError,
        record::{Record, RecordWriter},
    },
    state::{Folder, Removed, StateDir, StateError},
};

const PREPARED: &str = ".prepared";
const COMMITTED: &str = ".committed";
const RECORD: &str = ".record";

/// The folders of the state that hold records.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    root: Folder,
    journal: Folder,
    calls: Folder,
}

/// What is in the journal for one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pending {
    /// A record that was never committed.
    Prepared(CallId),
    /// A record that was committed.
    Committed(CallId),
}

impl Journal {
    pub(super) fn open(state: &StateDir) -> Result<Self, PublishError> {
        let root = state.folder().clone();
        Ok(Self { journal: root.folder("journal")?, calls: root.folder("calls")?, root })
    }

    /// What is not finished, in the order of the calls, and for one call the committed record first.
    pub(super) fn pending(&self) -> Result<Vec<Pending>, PublishError> {
        let parse = |name: String| {
            let committed = name.strip_suffix(COMMITTED).and_then(|call| call.parse().ok()).map(Pending::Committed);
            let prepared = || name.strip_suffix(PREPARED).and_then(|call| call.parse().ok()).map(Pending::Prepared);
            let unknown = || StateError::Stranger(format!("journal/{name}"));
            Ok(committed.or_else(prepared).ok_or_else(unknown)?)
        };
        // Sorted by name: `.committed` comes before `.prepared`.
        self.journal.list()?.into_iter().map(parse).collect()
    }

    /// Begins a record. Fails when another call has to be recovered first, or when this one was published before.
    pub(super) fn begin(&self, call: &CallId) -> Result<RecordWriter<'_>, PublishError> {
        if let Some(Pending::Prepared(other) | Pending::Committed(other)) = self.pending()?.into_iter().next() {
            return Err(PublishError::Unrecovered(other));
        }
        if self.is_published(call)? {
            return Err(PublishError::PublishedBefore(call.clone()));
        }
        if self.calls.is_empty()? {
            // A process that was killed between making the folders and syncing them left that to us.
            self.root.sync()?;
        }
        let name = format!("{call}{PREPARED}");
        let file = self.journal.create(&name)?;
        Ok(RecordWriter::new(self.journal.disk().as_ref(), file, format!("journal/{name}")))
    }

    /// Removes a record that was not committed. Not synced: should it come back, it means as little as before.
    pub(super) fn discard(&self, call: &CallId) -> Result<Removed, PublishError> {
        Ok(self.journal.remove(&format!("{call}{PREPARED}"))?)
    }

    /// The commit point: from here on recovery completes the call.
    pub(super) fn commit(&self, call: &CallId) -> Result<(), PublishError> {
        self.journal.rename(&format!("{call}{PREPARED}"), &self.journal, &format!("{call}{COMMITTED}"))?;
        Ok(self.journal.sync()?)
    }

    /// Takes a commit back; the workspace is as it was before.
    pub(super) fn withdraw(&self, call: &CallId) -> Result<(), PublishError> {
        self.journal.remove(&format!("{call}{COMMITTED}"))?;
        Ok(self.journal.sync()?)
    }

    /// The call is in the workspace: its record becomes the undo record.
    pub(super) fn finish(&self, call: &CallId) -> Result<(), PublishError> {
        self.journal.rename(&format!("{call}{COMMITTED}"), &self.calls, &format!("{call}{RECORD}"))?;
        // Syncing where the name came to makes the rename survive. Should the old name come back, recovery removes it.
        Ok(self.calls.sync()?)
    }

    /// The call was taken back because of somebody else's changes: its record, and so its contents, are kept aside.
    pub(super) fn set_aside(&self, call: &CallId) -> Result<(), PublishError> {
        let aside = self.root.folder("aside")?;
        self.journal.rename(&format!("{call}{COMMITTED}"), &aside, &format!("{call}{RECORD}"))?;
        aside.sync()?;
        Ok(self.journal.sync()?)
    }

    /// The committed record of a call that has to be recovered.
    pub(super) fn committed(&self, call: &CallId) -> Result<Option<Record>, PublishError> {
        self.open_record(&self.journal, call, COMMITTED)
    }

    /// The record of a published call.
    pub(super) fn published(&self, call: &CallId) -> Result<Option<Record>, PublishError> {
        self.open_record(&self.calls, call, RECORD)
    }

    pub(super) fn is_published(&self, call: &CallId) -> Result<bool, PublishError> {
        Ok(self.calls.open_file(&format!("{call}{RECORD}"), rustix::fs::OFlags::RDONLY)?.is_some())
    }

    /// Every published call, oldest first.
    pub(super) fn calls(&self) -> Result<Vec<CallId>, PublishError> {
        let parse = |name: String| {
            let unknown = || StateError::Stranger(format!("calls/{name}"));
            Ok(name.strip_suffix(RECORD).and_then(|call| call.parse().ok()).ok_or_else(unknown)?)
        };
        self.calls.list()?.into_iter().map(parse).collect()
    }

    /// Opens a record and checks that it is that of the call whose name it has.
    fn open_record(&self, folder: &Folder, call: &CallId, suffix: &str) -> Result<Option<Record>, PublishError> {
        let name = format!("{call}{suffix}");
        let record = Record::open(folder, &name)?;
        match record {
            Some(record) if record.plan().call() != call => Err(PublishError::Damaged { name, why: "is the record of another call" }),
            record => Ok(record),
        }
    }
}
