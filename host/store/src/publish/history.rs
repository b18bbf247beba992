//! The published calls: what each of them changed, for people and for `undo`.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, Digest};

use crate::{
    change::{ChangeKind, ChangeSummary},
    publish::{
        error::PublishError,
        journal::Journal,
        plan::{Entry, Transition},
        record::Record,
    },
    state::StateDir,
};

/// A published call, as its record tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCall {
    /// The call.
    pub call: CallId,
    /// The call that it took back, if it did.
    pub undoes: Option<CallId>,
    /// The digest of its plan, as its ledger entries have it.
    pub plan: Digest,
    /// What it changed.
    pub changes: Vec<ChangeSummary>,
}

/// One published call; none when there is no such call.
///
/// # Errors
/// [`PublishError::Damaged`], [`PublishError::State`].
pub fn find(state: &StateDir, call: &CallId) -> Result<Option<PublishedCall>, PublishError> {
    Ok(Journal::open(state)?.published(call)?.map(|record| tell(&record)))
}

/// The newest published calls, at most `count`, newest first (by the time at which they began).
///
/// # Errors
/// [`PublishError::Damaged`], [`PublishError::State`].
pub fn newest(state: &StateDir, count: usize) -> Result<Vec<PublishedCall>, PublishError> {
    Newest::open(state)?.take(count).collect()
}

/// The newest call that took nothing back itself and was not taken back since; none when there is none.
///
/// # Errors
/// [`PublishError::Damaged`], [`PublishError::State`].
pub fn newest_to_undo(state: &StateDir) -> Result<Option<PublishedCall>, PublishError> {
    // Who takes a call back begins after it, and so comes first.
    let mut undone = BTreeSet::new();
    for call in Newest::open(state)? {
        let call = call?;
        match call.undoes {
            // Taken back itself: it neither stands nor takes anything back.
            _ if undone.contains(&call.call) => {}
            Some(other) => {
                undone.insert(other);
            }
            None => return Ok(Some(call)),
        }
    }
    Ok(None)
}

/// Reads the records one after the other, newest first.
struct Newest {
    journal: Journal,
    calls: std::vec::IntoIter<CallId>,
}

impl Newest {
    fn open(state: &StateDir) -> Result<Self, PublishError> {
        let journal = Journal::open(state)?;
        let calls = journal.calls()?.into_iter();
        Ok(Self { journal, calls })
    }
}

impl Iterator for Newest {
    type Item = Result<PublishedCall, PublishError>;

    fn next(&mut self) -> Option<Self::Item> {
        let call = self.calls.next_back()?;
        // Removed since it was listed: it is no longer part of the history.
        match self.journal.published(&call) {
            Ok(Some(record)) => Some(Ok(tell(&record))),
            Ok(None) => self.next(),
            Err(error) => Some(Err(error)),
        }
    }
}

fn tell(record: &Record) -> PublishedCall {
    let plan = record.plan();
    let changes = plan.transitions().iter().map(summary).collect();
    PublishedCall { call: plan.call().clone(), undoes: plan.undoes().cloned(), plan: record.digest(), changes }
}

fn summary(transition: &Transition) -> ChangeSummary {
    let file = |entry: &Option<Entry>| match entry {
        Some(Entry::File { digest, size, .. }) => Some((*digest, *size)),
        Some(Entry::Folder { .. }) | None => None,
    };
    let (before, after) = (file(&transition.before), file(&transition.after));
    let kind = match (&transition.before, &transition.after) {
        (None, Some(Entry::File { .. })) => ChangeKind::Create,
        (Some(Entry::File { .. }), Some(Entry::File { .. })) => ChangeKind::Replace,
        (Some(Entry::File { .. }), None) => ChangeKind::Delete,
        (Some(Entry::File { .. }), Some(Entry::Folder { .. })) => ChangeKind::FileToFolder,
        (Some(Entry::Folder { .. }), Some(Entry::File { .. })) => ChangeKind::FolderToFile,
        (Some(Entry::Folder { .. }), None) => ChangeKind::RemoveFolder,
        (None | Some(Entry::Folder { .. }), _) => ChangeKind::MakeFolder,
    };
    ChangeSummary {
        path: transition.path.clone(),
        kind,
        bytes: after.map_or(0, |(_, size)| size),
        before: before.map(|(digest, _)| digest),
        after: after.map(|(digest, _)| digest),
    }
}
