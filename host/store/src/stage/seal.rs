//! The end of a call: what it would change, compared path by path with what the base has.

use std::sync::Arc;

use cofferdam_base::{Digest, Limits, WorkspacePath};

use crate::{
    change::{Change, ChangeSet},
    error::FsError,
    stage::{
        Mode, Refusal, Stage,
        base::Base,
        conflict::{Conflict, Drift},
        files::identity_of,
        guard::Decisions,
        object::{Bytes, ObjectId, Origin},
        overlay::{Node, Overlay},
        reads::ReadSet,
        snapshots::Snapshots,
    },
    workspace::{Looked, Workspace},
};

/// A sealed stage: what the call would change and what it relied on. Immutable, cheap to clone.
#[derive(Clone)]
pub struct Staged {
    workspace: Arc<Workspace>,
    decisions: Arc<Decisions>,
    limits: Limits,
    changes: Arc<ChangeSet>,
    reads: Arc<ReadSet>,
    snapshots: Arc<Snapshots>,
    refusals: Arc<[Refusal]>,
}

impl Stage {
    /// Ends the call: what it would change, and what it relied on. What ends as the base has it is no change; handles that
    /// are still open close.
    ///
    /// # Errors
    /// [`FsError::ReadOnly`] for a stage of [`Staged::view`] or [`Staged::before`], which is no call;
    /// [`FsError::Conflict`] when a moved file is no longer what it was or something in the way changed its kind;
    /// [`FsError::Quota`], [`FsError::Deadline`], [`FsError::Io`].
    pub fn seal(mut self) -> Result<Staged, FsError> {
        if self.mode == Mode::View {
            return Err(FsError::ReadOnly);
        }
        let nodes: Vec<(WorkspacePath, Node)> = self.overlay.nodes().map(|(path, node)| (path.clone(), node)).collect();
        let mut changes = Vec::with_capacity(nodes.len());
        for (path, node) in nodes {
            self.base.deadline.check()?;
            if let Some(change) = self.change(&path, node)? {
                changes.push((path, change));
            }
        }
        let changes = ChangeSet::from_iter(changes);
        let (workspace, reads, snapshots) = self.base.into_parts();
        // A second statement of what each change relies on: publishing must never find one that was not checked.
        let reads = reads.joined(ReadSet::of_changes(&changes))?;
        let (decisions, refusals) = self.checkpoint.into_parts();
        Ok(Staged {
            workspace,
            decisions,
            limits: self.limits,
            changes: Arc::new(changes),
            reads: Arc::new(reads),
            snapshots: Arc::new(snapshots),
            refusals: refusals.into(),
        })
    }

    /// What this stage relied on: for the stages of [`Staged::view`] and [`Staged::before`], to be given to
    /// [`Staged::with_reads`].
    #[must_use]
    pub fn into_reads(self) -> ReadSet {
        self.base.into_parts().1
    }

    /// The change at one path; none when the base has the same.
    fn change(&mut self, path: &WorkspacePath, node: Node) -> Result<Option<Change>, FsError> {
        Ok(match (self.base.look(path)?, node) {
            (Looked::Absent, Node::Gone) | (Looked::Folder, Node::Folder) => None,
            (Looked::Absent, Node::Folder) => Some(Change::MakeFolder),
            (Looked::Folder, Node::Gone) => Some(Change::RemoveFolder),
            (Looked::File(_), Node::Gone) => Some(Change::Delete { before: self.base.digest(path)? }),
            (Looked::File(_), Node::Folder) => Some(Change::FileToFolder { before: self.base.digest(path)? }),
            (Looked::Absent, Node::File(id)) => {
                let (bytes, after, executable) = self.result(id)?;
                Some(Change::Write { before: None, bytes, executable, after })
            }
            (Looked::Folder, Node::File(id)) => {
                let (bytes, after, executable) = self.result(id)?;
                Some(Change::FolderToFile { bytes, executable, after })
            }
            (Looked::File(stat), Node::File(id)) => {
                let before = self.base.digest(path)?;
                let (bytes, after, executable) = self.result(id)?;
                let same = before == after && stat.executable == executable;
                (!same).then_some(Change::Write { before: Some(before), bytes, executable, after })
            }
            (Looked::Link | Looked::Special | Looked::BehindLink, _) => {
                return Err(Conflict { path: path.clone(), drift: Drift::Kind }.into());
            }
        })
    }

    /// What a file ends as.
    fn result(&mut self, id: ObjectId) -> Result<(Arc<[u8]>, Digest, bool), FsError> {
        let executable = self.executable(id)?;
        let bytes = match &self.overlay.object(id)?.bytes {
            Bytes::Base(path, _) => Some(self.base.content(path)?),
            Bytes::Sealed(bytes) => Some(Arc::clone(bytes)),
            Bytes::Own(_) => None,
        };
        let bytes = match bytes {
            Some(shared) => shared,
            None => self.overlay.take_own(id).ok_or(FsError::BadHandle)?.into(),
        };
        let after = Digest::of(&bytes);
        Ok((bytes, after, executable))
    }
}

impl std::fmt::Debug for Staged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Staged({} changes)", self.changes().len())
    }
}

impl Staged {
    /// What would change.
    #[must_use]
    pub fn changes(&self) -> &ChangeSet {
        &self.changes
    }

    /// What the call relied on, what each change relies on included.
    #[must_use]
    pub fn reads(&self) -> &ReadSet {
        &self.reads
    }

    /// Every access that the guard refused.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// A read-only stage over the state that the call would leave, with the call's guard and limits and no deadline yet.
    #[must_use]
    pub fn view(&self) -> Stage {
        let mut overlay = Overlay::new(&self.limits);
        for (path, change) in self.changes.iter() {
            match change {
                Change::Write { bytes, executable, .. } | Change::FolderToFile { bytes, executable, .. } => {
                    let origin = Origin::Base { executable: *executable };
                    overlay.make(path, Bytes::Sealed(Arc::clone(bytes)), origin, identity_of(path));
                }
                Change::Delete { .. } | Change::RemoveFolder => overlay.put(path, Node::Gone),
                Change::MakeFolder | Change::FileToFolder { .. } => overlay.put(path, Node::Folder),
            }
        }
        self.read_only(overlay)
    }

    /// A read-only stage over the base as the call saw it, with the call's guard and limits and no deadline yet.
    #[must_use]
    pub fn before(&self) -> Stage {
        self.read_only(Overlay::new(&self.limits))
    }

    fn read_only(&self, overlay: Overlay) -> Stage {
        let snapshots = Snapshots::clone(&self.snapshots);
        let base = Base::after(Arc::clone(&self.workspace), &self.limits, Arc::clone(&self.reads), snapshots);
        Stage::over(base, overlay, Arc::clone(&self.decisions), &self.limits, Mode::View)
    }

    /// The same, relying also on what a verification read.
    ///
    /// # Errors
    /// The verification saw something else than the call.
    pub fn with_reads(self, reads: ReadSet) -> Result<Self, Conflict> {
        let all = Arc::unwrap_or_clone(self.reads).joined(reads)?;
        Ok(Self { reads: Arc::new(all), ..self })
    }
}
