//! What a call could not look at, by name: nothing is left out silently.

use cofferdam_tool_sdk::{JsonSchema, WorkspaceError, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::walk::in_walk_order;

/// Most paths that are named. Keeps a workspace full of refused files from flooding a result; the total is always given.
const MAX_NAMED: usize = 50;

/// A path that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// The path.
    pub path: WorkspacePath,
    /// Why.
    pub reason: Reason,
}

/// Why a path was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The policy refuses it.
    Refused,
    /// The file is larger than is searched.
    TooLarge,
    /// The folder lies too deep.
    TooDeep,
    /// It could not be read.
    Unreadable,
}

/// Everything that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Skips {
    /// How many paths.
    pub total: u32,
    /// The first of them.
    #[schemars(length(max = MAX_NAMED))]
    pub first: Vec<Skipped>,
}

impl Skipped {
    pub(crate) fn new(path: &WorkspacePath, error: &WorkspaceError) -> Self {
        let reason = match error {
            WorkspaceError::Refused(_) => Reason::Refused,
            WorkspaceError::TooLarge(_) => Reason::TooLarge,
            WorkspaceError::NotFound(_)
            | WorkspaceError::Exists(_)
            | WorkspaceError::NotFolder(_)
            | WorkspaceError::IsFolder(_)
            | WorkspaceError::ReadOnly(_)
            | WorkspaceError::Io(..) => Reason::Unreadable,
        };
        Self { path: path.clone(), reason }
    }
}

impl Skips {
    /// The skips of a call, in any order; `None` if there were none.
    pub(crate) fn of(mut skipped: Vec<Skipped>) -> Option<Self> {
        skipped.sort_by(|a, b| in_walk_order(&a.path, &b.path).then(a.reason.cmp(&b.reason)));
        let total = u32::try_from(skipped.len()).unwrap_or(u32::MAX);
        skipped.truncate(MAX_NAMED);
        (total > 0).then_some(Self { total, first: skipped })
    }
}
