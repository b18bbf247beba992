//! The base as one call sees it: looked at once, the same ever after, and everything recorded.

use std::sync::Arc;

use cofferdam_base::{Digest, Limits, WorkspacePath};

use crate::{
    deadline::Deadline,
    error::FsError,
    stage::{
        conflict::{Conflict, Drift},
        reads::{Fact, ReadSet},
        snapshots::{SNAPSHOT_BYTES, Snapshots},
    },
    workspace::{FileStat, Listing, Looked, Workspace},
};

/// The workspace, what was seen of it, and what may still be read of it.
pub(super) struct Base {
    workspace: Arc<Workspace>,
    /// What the call saw, for the stages that look at a sealed call.
    known: Arc<ReadSet>,
    /// What this stage saw.
    reads: ReadSet,
    snapshots: Snapshots,
    pub(super) deadline: Deadline,
    file_bytes: u64,
    read_bytes_left: u64,
    listed_entries_left: u64,
}

impl Base {
    /// Nothing seen yet.
    pub(super) fn new(workspace: Arc<Workspace>, limits: &Limits) -> Self {
        Self::after(workspace, limits, Arc::default(), Snapshots::with_budget(SNAPSHOT_BYTES))
    }

    /// The base as another stage saw it.
    pub(super) fn after(workspace: Arc<Workspace>, limits: &Limits, known: Arc<ReadSet>, snapshots: Snapshots) -> Self {
        Self {
            workspace,
            known,
            reads: ReadSet::default(),
            snapshots,
            deadline: Deadline::default(),
            file_bytes: limits.file_bytes,
            read_bytes_left: limits.read_bytes,
            listed_entries_left: limits.listed_entries,
        }
    }

    /// What this stage saw, and the contents that it still has.
    pub(super) fn into_parts(self) -> (Arc<Workspace>, ReadSet, Snapshots) {
        (self.workspace, self.reads, self.snapshots)
    }

    /// Another budget for contents.
    #[cfg(test)]
    pub(super) fn keep_at_most(&mut self, bytes: usize) {
        self.snapshots = Snapshots::with_budget(bytes);
    }

    /// Most bytes of one file.
    pub(super) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// What the base has at a path that may still have links in it.
    pub(super) fn look(&mut self, path: &WorkspacePath) -> Result<Looked, FsError> {
        match self.fact(path) {
            Some(Fact::Absent) => return Ok(Looked::Absent),
            Some(Fact::Folder { .. }) => return Ok(Looked::Folder),
            Some(Fact::File { stat: Some(stat), .. }) => return Ok(Looked::File(*stat)),
            Some(Fact::Link { .. }) => return Ok(Looked::Link),
            Some(Fact::Special) => return Ok(Looked::Special),
            Some(Fact::File { stat: None, .. }) | None => {}
        }
        let looked = self.workspace.look(path)?;
        let fact = match looked {
            Looked::Absent => Fact::Absent,
            Looked::Folder => Fact::Folder { listing: None },
            Looked::File(stat) => Fact::File { stat: Some(stat), content: None },
            Looked::Special => Fact::Special,
            Looked::Link => match self.workspace.read_link(path)? {
                Some(target) => Fact::Link { target },
                None => Fact::Special,
            },
            Looked::BehindLink => return Ok(looked),
        };
        let looked = if fact == Fact::Special { Looked::Special } else { looked };
        self.record(path, fact)?;
        Ok(looked)
    }

    /// The file of the base at a resolved path, if a file is there.
    pub(super) fn file(&mut self, path: &WorkspacePath) -> Result<Option<FileStat>, FsError> {
        match self.look(path)? {
            Looked::File(stat) => Ok(Some(stat)),
            Looked::Absent | Looked::Folder | Looked::Link | Looked::Special | Looked::BehindLink => Ok(None),
        }
    }

    /// The target of a link that was looked at.
    pub(super) fn link_target(&self, path: &WorkspacePath) -> Option<&str> {
        match self.fact(path) {
            Some(Fact::Link { target }) => Some(target),
            Some(Fact::Absent | Fact::Folder { .. } | Fact::File { .. } | Fact::Special) | None => None,
        }
    }

    /// The bytes of a file of the base: read whole the first time, the same ever after.
    pub(super) fn content(&mut self, path: &WorkspacePath) -> Result<Arc<[u8]>, FsError> {
        if let Some(bytes) = self.snapshots.get(path) {
            return Ok(Arc::clone(bytes));
        }
        let Some(file) = self.workspace.open_file(path)? else {
            return Err(Conflict { path: path.clone(), drift: Drift::Kind }.into());
        };
        let stat = file.stat();
        // The size first: a file that grew since it was looked at must not be read beyond the limit.
        self.record(path, Fact::File { stat: Some(stat), content: None })?;
        if stat.size > self.file_bytes {
            return Err(FsError::Quota { limit: "file_bytes" });
        }
        self.read_bytes_left = self.read_bytes_left.checked_sub(stat.size).ok_or(FsError::Quota { limit: "read_bytes" })?;
        let bytes = file.read(path, self.deadline)?;
        self.record(path, Fact::File { stat: Some(stat), content: Some(Digest::of(&bytes)) })?;
        self.snapshots.keep(path, &bytes);
        Ok(bytes)
    }

    /// The digest of a file of the base, which is read if it was not yet.
    pub(super) fn digest(&mut self, path: &WorkspacePath) -> Result<Digest, FsError> {
        if let Some(Fact::File { content: Some(digest), .. }) = self.fact(path) {
            return Ok(*digest);
        }
        self.content(path).map(|bytes| Digest::of(&bytes))
    }

    /// All entries of a folder of the base: listed anew each time, and the same each time.
    pub(super) fn list(&mut self, path: &WorkspacePath) -> Result<Listing, FsError> {
        let Some(listing) = self.workspace.list(path, self.listed_entries_left, self.deadline)? else {
            return Err(Conflict { path: path.clone(), drift: Drift::Kind }.into());
        };
        let count = (listing.entries.len() as u64).saturating_add(listing.not_utf8);
        self.listed_entries_left = self.listed_entries_left.saturating_sub(count);
        self.record(path, Fact::Folder { listing: Some(listing.digest) })?;
        Ok(listing)
    }

    fn fact(&self, path: &WorkspacePath) -> Option<&Fact> {
        // Two layers may know different sides of one file; the more recent is asked first.
        self.reads.get(path).or_else(|| self.known.get(path))
    }

    fn record(&mut self, path: &WorkspacePath, fact: Fact) -> Result<(), FsError> {
        let fact = match self.known.get(path) {
            Some(known) => known.clone().merged(fact).map_err(|drift| Conflict { path: path.clone(), drift })?,
            None => fact,
        };
        self.reads.record(path, fact)
    }
}
