//! What one publish does: for every path what is there before and what is there after.
//!
//! A plan says nothing about how far it got. Each path is found in its old or in its new state, so the same plan leads
//! forward or back from wherever a crash left the workspace.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, Digest, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::state::disk::PERMISSION_BITS;

/// Execute permission of the owner: the one bit of a mode that tools see and change.
const OWNER_EXECUTE: u32 = 0o100;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Entry {
    /// A folder.
    Folder {
        /// Its permission bits, when they are known; otherwise what the umask leaves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<u32>,
    },
    /// A regular file.
    File {
        /// The digest of its bytes.
        digest: Digest,
        /// How many bytes.
        size: u64,
        /// Whether its owner may execute it.
        executable: bool,
        /// Its permission bits, when they are known; otherwise what the umask leaves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<u32>,
    },
}

impl Entry {
    /// The size of a file; none for a folder.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::File { size, .. } => Some(*size),
            Self::Folder { .. } => None,
        }
    }

    /// Whether a tool, and recovery, could tell the two apart. Of the permissions only the owner's right to execute counts.
    pub(super) fn looks_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Folder { .. }, Self::Folder { .. }) => true,
            (Self::File { digest: one, executable, .. }, Self::File { digest: two, executable: also, .. }) => {
                one == two && executable == also
            }
            (Self::Folder { .. }, Self::File { .. }) | (Self::File { .. }, Self::Folder { .. }) => false,
        }
    }

    fn is_folder(&self) -> bool {
        matches!(self, Self::Folder { .. })
    }
}

/// One of the two states of the workspace that a plan leads between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// As it was.
    Before,
    /// As the call wants it.
    After,
}

/// What happens to one path. None: nothing is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transition {
    pub(super) path: WorkspacePath,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<Entry>,
}

impl Transition {
    pub(super) fn on(&self, side: Side) -> Option<&Entry> {
        match side {
            Side::Before => self.before.as_ref(),
            Side::After => self.after.as_ref(),
        }
    }

    /// Whether a temporary file may be made for it, on the way to either side.
    pub(super) fn has_file(&self) -> bool {
        [&self.before, &self.after].into_iter().flatten().any(|entry| !entry.is_folder())
    }

    /// Whether the two sides differ.
    pub(super) fn changes(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => !before.looks_like(after),
            (before, after) => before.is_some() != after.is_some(),
        }
    }

    /// Whether a file becomes a folder or a folder a file: then for a moment nothing is there.
    pub(super) fn turns(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.is_folder() != after.is_folder())
    }
}

/// Why transitions are no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlanFault(pub(super) WorkspacePath);

/// A consistent set of transitions, in the order of their paths: a folder comes before what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Plan {
    call: CallId,
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<CallId>,
    transitions: Vec<Transition>,
}

impl Plan {
    /// Checks that both sides can exist: no path twice, not the root, something changes at each path, and nothing lies
    /// in what is no folder.
    pub(super) fn new(call: CallId, undoes: Option<CallId>, transitions: Vec<Transition>) -> Result<Self, PlanFault> {
        let plan = Self { call, undoes, transitions };
        let mut last: Option<&WorkspacePath> = None;
        for transition in &plan.transitions {
            let path = &transition.path;
            let in_order = last.is_none_or(|last| last < path);
            let placed = [Side::Before, Side::After].iter().all(|side| transition.on(*side).is_none() || plan.can_hold(path, *side));
            if path.is_root() || !in_order || !transition.changes() || !placed {
                return Err(PlanFault(path.clone()));
            }
            last = Some(path);
        }
        Ok(plan)
    }

    pub(super) fn call(&self) -> &CallId {
        &self.call
    }

    /// The call that this one takes back.
    pub(super) fn undoes(&self) -> Option<&CallId> {
        self.undoes.as_ref()
    }

    pub(super) fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    pub(super) fn get(&self, path: &WorkspacePath) -> Option<&Transition> {
        self.transitions.binary_search_by(|transition| transition.path.cmp(path)).ok().and_then(|index| self.transitions.get(index))
    }

    /// The folder for a path's temporary file: the nearest one above it that the plan neither makes nor removes. It is
    /// there on both sides, and on the same file system as the path: a new folder is never a mount point.
    pub(super) fn home(&self, path: &WorkspacePath) -> WorkspacePath {
        let mut home = path.parent();
        for folder in ancestors(path) {
            if self.get(&folder).is_some() {
                home = folder.parent();
            }
        }
        home.unwrap_or_default()
    }

    /// The name of the temporary file for the transition with this index.
    pub(super) fn temporary(&self, index: usize) -> String {
        format!(".cofferdam-{}-{index}.tmp", self.call)
    }

    /// Whether a path has to go before something of another kind can take its place, or that of a folder above it.
    pub(super) fn makes_way(&self, transition: &Transition) -> bool {
        transition.turns() || ancestors(&transition.path).any(|folder| self.get(&folder).is_some_and(Transition::turns))
    }

    /// Every folder in which the plan makes, replaces or removes a name, temporary ones included.
    pub(super) fn folders(&self) -> BTreeSet<WorkspacePath> {
        let parents = self.transitions.iter().filter_map(|transition| transition.path.parent());
        let homes = self.transitions.iter().filter(|transition| transition.has_file()).map(|transition| self.home(&transition.path));
        parents.chain(homes).collect()
    }

    /// Whether every folder above the path that the plan speaks of is a folder on this side.
    fn can_hold(&self, path: &WorkspacePath, side: Side) -> bool {
        ancestors(path).all(|folder| self.get(&folder).is_none_or(|above| above.on(side).is_some_and(Entry::is_folder)))
    }
}

/// The plan as it is read from a record, not yet checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UncheckedPlan {
    call: CallId,
    #[serde(default)]
    undoes: Option<CallId>,
    transitions: Vec<Transition>,
}

impl UncheckedPlan {
    pub(super) fn verify(self) -> Result<Plan, PlanFault> {
        Plan::new(self.call, self.undoes, self.transitions)
    }
}

/// The folders above a path, nearest first, the root left out.
pub(super) fn ancestors(path: &WorkspacePath) -> impl Iterator<Item = WorkspacePath> {
    std::iter::successors(path.parent(), WorkspacePath::parent).take_while(|folder| !folder.is_root())
}

/// The permission bits of a file that replaces one with `before` bits: the same, except for the right to execute, which goes
/// to those who may read (as `chmod +x` does under a usual umask) or to nobody.
pub(super) fn replaced_mode(before: u32, executable: bool) -> u32 {
    let before = before & PERMISSION_BITS;
    match (before & OWNER_EXECUTE != 0, executable) {
        (true, true) | (false, false) => before,
        (false, true) => before | ((before & 0o444) >> 2) | OWNER_EXECUTE,
        (true, false) => before & !0o111,
    }
}
