//! What an ecosystem's rules say about one project, before anything is scanned.

use std::collections::BTreeMap;

use cofferdam_base::WorkspacePath;

use crate::{error::AuditError, tree::TreeError};

/// The package as it would be published.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub name: Option<String>,
    pub version: Option<String>,
    /// By path inside the package.
    pub files: BTreeMap<String, Origin>,
    /// What the manifest promises to be in the package.
    pub entry_points: Vec<EntryPoint>,
    /// Scripts that the packager runs first and that may change the files.
    pub scripts: Vec<String>,
}

/// Where a file of the package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A file of the tree.
    Tree { path: WorkspacePath, size: u64 },
    /// The packager writes it.
    Generated,
}

/// A file that the manifest names and that users of the package will load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntryPoint {
    /// The manifest's field: `main`.
    pub field: String,
    /// As written.
    pub target: String,
    /// Any of these paths in the package is the file.
    pub candidates: Vec<String>,
}

/// Why there is no plan.
#[derive(Debug)]
pub(crate) enum NoPlan {
    /// Not modelled, or refused by the packager: a sentence.
    Unsupported(String),
    /// The inspection failed.
    Failed(AuditError),
}

impl From<TreeError> for NoPlan {
    fn from(error: TreeError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<AuditError> for NoPlan {
    fn from(error: AuditError) -> Self {
        Self::Failed(error)
    }
}

impl NoPlan {
    /// A sentence that says what is not modelled.
    pub(crate) fn unsupported(sentence: impl Into<String>) -> Self {
        Self::Unsupported(sentence.into())
    }
}
