//! Looks at everything again: is the base still what the call saw?

use cofferdam_base::{Digest, WorkspacePath};

use crate::{
    deadline::Deadline,
    error::FsError,
    stage::{
        conflict::{Conflict, Drift},
        reads::{Fact, ReadSet},
    },
    workspace::{Looked, Workspace},
};

/// Most entries of a folder that is listed again. A folder that had fewer and has more has changed anyway.
const MAX_ENTRIES: u64 = 1 << 24;

/// Proof that at one moment the base was what the call saw. Publishing consumes it.
///
/// It is worth something only while the workspace's lock is held: take the lock, then recheck, then publish.
#[derive(Debug)]
#[must_use = "publish with it, or the check was for nothing"]
pub struct Unchanged(());

impl ReadSet {
    /// Looks at every fact again: contents by digest, listings by digest, absences, links, sizes and modes.
    ///
    /// # Errors
    /// The first path that is not as it was, or cannot be looked at.
    pub fn recheck(&self, workspace: &Workspace) -> Result<Unchanged, Conflict> {
        for (path, fact) in self.iter() {
            let same = observe(workspace, path, fact).and_then(|now| fact.clone().merged(now));
            same.map_err(|drift| Conflict { path: path.clone(), drift })?;
        }
        Ok(Unchanged(()))
    }
}

impl Fact {
    /// Whether it still is so: looked at like in [`ReadSet::recheck`].
    #[must_use]
    pub fn holds(&self, workspace: &Workspace, path: &WorkspacePath) -> bool {
        observe(workspace, path, self).and_then(|now| self.clone().merged(now)).is_ok()
    }
}

/// What is there now, in as much detail as the fact has.
fn observe(workspace: &Workspace, path: &WorkspacePath, fact: &Fact) -> Result<Fact, Drift> {
    match workspace.look(path).map_err(Drift::Unreadable)? {
        Looked::Absent => Ok(Fact::Absent),
        Looked::Special => Ok(Fact::Special),
        Looked::BehindLink => Err(Drift::Kind),
        Looked::Link => Ok(match workspace.read_link(path).map_err(Drift::Unreadable)? {
            Some(target) => Fact::Link { target },
            None => Fact::Special,
        }),
        Looked::Folder => {
            let listed = matches!(fact, Fact::Folder { listing: Some(_) });
            Ok(Fact::Folder { listing: listed.then(|| listing(workspace, path)).transpose()? })
        }
        Looked::File(stat) => {
            // A file of another size is not read to the end to learn that it changed.
            let read = matches!(fact, Fact::File { content: Some(_), stat: seen } if seen.is_none_or(|seen| seen == stat));
            if read { content(workspace, path) } else { Ok(Fact::File { stat: Some(stat), content: None }) }
        }
    }
}

fn listing(workspace: &Workspace, path: &WorkspacePath) -> Result<Digest, Drift> {
    match workspace.list(path, MAX_ENTRIES, Deadline::NONE) {
        Ok(Some(listing)) => Ok(listing.digest),
        Ok(None) => Err(Drift::Kind),
        Err(error) => Err(unreadable(error)),
    }
}

fn content(workspace: &Workspace, path: &WorkspacePath) -> Result<Fact, Drift> {
    let open = workspace.open_file(path).map_err(Drift::Unreadable)?.ok_or(Drift::Kind)?;
    let stat = open.stat();
    let digest = open.digest(Deadline::NONE).map_err(unreadable)?;
    Ok(Fact::File { stat: Some(stat), content: Some(digest) })
}

fn unreadable(error: FsError) -> Drift {
    if let FsError::Io(cause) = error { Drift::Unreadable(cause) } else { Drift::Unreadable(std::io::Error::other(error)) }
}
