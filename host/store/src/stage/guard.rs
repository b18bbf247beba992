//! Who may touch which path: decided outside (policy), asked here, on resolved paths only.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

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

/// Decides on resolved paths. Asked once for each access and path of a call: its verification hears what `invoke` heard.
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

/// The guard of one call, with its decisions so far: one for the stage and for every view of it.
pub(super) struct Decisions {
    guard: Arc<dyn PathGuard>,
    made: Mutex<HashMap<WorkspacePath, [Option<PathDecision>; 3]>>,
}

impl Decisions {
    pub(super) fn of(guard: Arc<dyn PathGuard>) -> Arc<Self> {
        Arc::new(Self { guard, made: Mutex::default() })
    }

    /// The decision for one access, asked for once.
    fn decide(&self, access: PathAccess, path: &WorkspacePath) -> Result<PathDecision, FsError> {
        // A decision is whole or not there: no panic leaves one half made.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(decision) = made.get(path).and_then(|known| known.get(access as usize)).copied().flatten() {
            return Ok(decision);
        }
        if made.len() >= MAX_FACTS {
            return Err(FsError::Quota { limit: "read_set" });
        }
        let decision = self.guard.decide(access, path);
        if let Some(slot) = made.entry(path.clone()).or_default().get_mut(access as usize) {
            *slot = Some(decision);
        }
        Ok(decision)
    }
}

/// Where a stage asks, and what it was refused.
pub(super) struct Checkpoint {
    decisions: Arc<Decisions>,
    refusals: Vec<Refusal>,
}

impl Checkpoint {
    pub(super) fn new(decisions: Arc<Decisions>) -> Self {
        Self { decisions, refusals: Vec::new() }
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

    /// The decision for one access; a refusal is taken down.
    pub(super) fn decide(&mut self, access: PathAccess, path: &WorkspacePath) -> Result<PathDecision, FsError> {
        let decision = self.decisions.decide(access, path)?;
        if decision == PathDecision::Refused && self.refusals.len() < MAX_REFUSALS {
            let refusal = Refusal { access, path: path.clone() };
            if !self.refusals.contains(&refusal) {
                self.refusals.push(refusal);
            }
        }
        Ok(decision)
    }

    /// Every refusal, in order, the same one once.
    pub(super) fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    pub(super) fn into_parts(self) -> (Arc<Decisions>, Vec<Refusal>) {
        (self.decisions, self.refusals)
    }
}
