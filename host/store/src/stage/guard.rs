//! Who may touch which path: decided outside (policy), asked here, on resolved paths only.

use std::{collections::HashMap, sync::Arc};

use cofferdam_base::WorkspacePath;

use crate::{
    error::FsError,
    stage::{
        reads::MAX_FACTS,
        resolve::{Entry, Located},
    },
};

/// Most refusals that are kept for the record. Prevents a guest that tries every path from filling it.
pub const MAX_REFUSALS: usize = 1000;

/// What is done to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathAccess {
    /// Its content, its listing or its metadata is told.
    Read,
    /// Something is made or changed there.
    Write,
    /// What the base has there goes.
    Delete,
}

/// What the guard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathDecision {
    /// The call may.
    Allowed,
    /// The call may not; the guest gets [`FsError::Refused`].
    Refused,
}

/// Decides on resolved paths. Asked once for each access and path of a stage.
pub trait PathGuard: Send + Sync {
    /// Decides one access to one resolved path.
    fn decide(&self, access: PathAccess, path: &WorkspacePath) -> PathDecision;
}

/// An access that the guard refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was wanted.
    pub access: PathAccess,
    /// The resolved path.
    pub path: WorkspacePath,
}

/// A place that the guard has allowed to touch: the only way from a resolved path to an operation on it.
#[derive(Debug)]
pub(super) struct Permitted {
    path: WorkspacePath,
    entry: Entry,
}

impl Permitted {
    /// The resolved path.
    pub(super) fn path(&self) -> &WorkspacePath {
        &self.path
    }

    /// What is there.
    pub(super) fn entry(&self) -> Entry {
        self.entry
    }
}

/// The guard, with its decisions so far.
pub(super) struct Checkpoint {
    guard: Arc<dyn PathGuard>,
    decided: HashMap<WorkspacePath, [Option<PathDecision>; 3]>,
    refusals: Vec<Refusal>,
}

impl Checkpoint {
    pub(super) fn new(guard: Arc<dyn PathGuard>) -> Self {
        Self { guard, decided: HashMap::new(), refusals: Vec::new() }
    }

    /// Lets a resolved path through for all of these accesses.
    ///
    /// # Errors
    /// [`FsError::Refused`] for the first that is refused, [`FsError::Quota`] `read_set` for too many paths.
    pub(super) fn permit(&mut self, located: Located, accesses: &[PathAccess]) -> Result<Permitted, FsError> {
        for access in accesses {
            match self.decide(*access, &located.path)? {
                PathDecision::Allowed => {}
                PathDecision::Refused => return Err(FsError::Refused),
            }
        }
        Ok(Permitted { path: located.path, entry: located.entry })
    }

    /// The decision for one access, asked for once.
    pub(super) fn decide(&mut self, access: PathAccess, path: &WorkspacePath) -> Result<PathDecision, FsError> {
        if let Some(decision) = self.decided.get(path).and_then(|known| known.get(access as usize)).copied().flatten() {
            return Ok(decision);
        }
        if self.decided.len() >= MAX_FACTS {
            return Err(FsError::Quota { limit: "read_set" });
        }
        let decision = self.guard.decide(access, path);
        if let Some(slot) = self.decided.entry(path.clone()).or_default().get_mut(access as usize) {
            *slot = Some(decision);
        }
        if decision == PathDecision::Refused && self.refusals.len() < MAX_REFUSALS {
            self.refusals.push(Refusal { access, path: path.clone() });
        }
        Ok(decision)
    }

    /// Every refusal, in order, the same one once.
    pub(super) fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    pub(super) fn into_parts(self) -> (Arc<dyn PathGuard>, Vec<Refusal>) {
        (self.guard, self.refusals)
    }
}
