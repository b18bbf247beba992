//! What a call would change: one entry for each path, from what the base has to what it would have.

use std::{collections::BTreeMap, sync::Arc};

use cofferdam_base::{Digest, WorkspacePath};
use serde::Serialize;

/// What happens to one path. Every variant names what the base must still have there when it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A file with these bytes.
    Write {
        /// The file's content in the base; none when the base has nothing there.
        before: Option<Digest>,
        /// The new content.
        bytes: Arc<[u8]>,
        /// Whether its owner may execute it.
        executable: bool,
        /// The digest of `bytes`.
        after: Digest,
    },
    /// The file goes.
    Delete {
        /// The file's content in the base.
        before: Digest,
    },
    /// A folder where the base has nothing.
    MakeFolder,
    /// The folder goes; all that is in it goes by changes of its own.
    RemoveFolder,
    /// A file makes way for a folder of the same name.
    FileToFolder {
        /// The file's content in the base.
        before: Digest,
    },
    /// A folder makes way for a file of the same name; all that is in it goes by changes of its own.
    FolderToFile {
        /// The new content.
        bytes: Arc<[u8]>,
        /// Whether its owner may execute it.
        executable: bool,
        /// The digest of `bytes`.
        after: Digest,
    },
}

/// What kind of change it is, in one word for people and records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A file that the base does not have.
    Create,
    /// Other bytes (or another executable bit) for a file of the base.
    Replace,
    /// A file goes.
    Delete,
    /// A new folder.
    MakeFolder,
    /// A folder goes.
    RemoveFolder,
    /// A file becomes a folder.
    FileToFolder,
    /// A folder becomes a file.
    FolderToFile,
}

impl Change {
    /// What kind of change it is.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Write { before: None, .. } => ChangeKind::Create,
            Self::Write { before: Some(_), .. } => ChangeKind::Replace,
            Self::Delete { .. } => ChangeKind::Delete,
            Self::MakeFolder => ChangeKind::MakeFolder,
            Self::RemoveFolder => ChangeKind::RemoveFolder,
            Self::FileToFolder { .. } => ChangeKind::FileToFolder,
            Self::FolderToFile { .. } => ChangeKind::FolderToFile,
        }
    }

    /// The digest of the file that the base has there, if it has a file there.
    #[must_use]
    pub fn before(&self) -> Option<&Digest> {
        match self {
            Self::Write { before, .. } => before.as_ref(),
            Self::Delete { before } | Self::FileToFolder { before } => Some(before),
            Self::MakeFolder | Self::RemoveFolder | Self::FolderToFile { .. } => None,
        }
    }

    /// The digest of the file that would be there, if a file would be there.
    #[must_use]
    pub fn after(&self) -> Option<&Digest> {
        match self {
            Self::Write { after, .. } | Self::FolderToFile { after, .. } => Some(after),
            Self::Delete { .. } | Self::MakeFolder | Self::RemoveFolder | Self::FileToFolder { .. } => None,
        }
    }

    /// The bytes that would be written; none where no file would be.
    #[must_use]
    pub fn bytes(&self) -> Option<&Arc<[u8]>> {
        match self {
            Self::Write { bytes, .. } | Self::FolderToFile { bytes, .. } => Some(bytes),
            Self::Delete { .. } | Self::MakeFolder | Self::RemoveFolder | Self::FileToFolder { .. } => None,
        }
    }
}

/// One line about one change, for people and records. It holds no content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeSummary {
    /// Which path.
    pub path: WorkspacePath,
    /// What happens to it.
    pub kind: ChangeKind,
    /// Bytes that would be written.
    pub bytes: u64,
    /// The digest of the file that the base has there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Digest>,
    /// The digest of the file that would be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Digest>,
}

/// All changes of one call, in the order of their paths: a folder comes before what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSet(BTreeMap<WorkspacePath, Change>);

impl ChangeSet {
    /// The change at a path.
    #[must_use]
    pub fn get(&self, path: &WorkspacePath) -> Option<&Change> {
        self.0.get(path)
    }

    /// Every change, a folder before what is in it. Removals want the reverse.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&WorkspacePath, &Change)> + ExactSizeIterator {
        self.0.iter()
    }

    /// How many paths change.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line for each change.
    #[must_use]
    pub fn summary(&self) -> Vec<ChangeSummary> {
        let line = |(path, change): (&WorkspacePath, &Change)| ChangeSummary {
            path: path.clone(),
            kind: change.kind(),
            bytes: change.bytes().map_or(0, |bytes| bytes.len() as u64),
            before: change.before().copied(),
            after: change.after().copied(),
        };
        self.iter().map(line).collect()
    }
}

impl FromIterator<(WorkspacePath, Change)> for ChangeSet {
    fn from_iter<I: IntoIterator<Item = (WorkspacePath, Change)>>(changes: I) -> Self {
        Self(changes.into_iter().collect())
    }
}
