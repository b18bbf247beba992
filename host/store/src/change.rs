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

    /// The digest of all that would change: paths, kinds, contents before and after, and who may execute them.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let each = self.iter().map(|(path, change)| {
            let digest = |digest: Option<&Digest>| digest.map(Digest::hex).unwrap_or_default();
            let is_executable = match change {
                Change::Write { executable, .. } | Change::FolderToFile { executable, .. } => *executable,
                Change::Delete { .. } | Change::MakeFolder | Change::RemoveFolder | Change::FileToFolder { .. } => false,
            };
            let (before, after) = (digest(change.before()), digest(change.after()));
            let (kind, mode) = ([change.kind() as u8], [u8::from(is_executable)]);
            *Digest::of_parts(&[path.as_str().as_bytes(), &kind, before.as_bytes(), after.as_bytes(), &mode]).as_bytes()
        });
        let each: Vec<[u8; 32]> = each.collect();
        Digest::of_parts(&each.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_would_change_is_in_the_digest() {
        let write = |before: Option<&[u8]>, after: &[u8], executable| Change::Write {
            before: before.map(Digest::of),
            bytes: after.into(),
            executable,
            after: Digest::of(after),
        };
        let set = |changes: &[(&str, Change)]| -> ChangeSet {
            changes.iter().map(|(path, change)| (WorkspacePath::parse(path).unwrap(), change.clone())).collect()
        };
        let all = [
            set(&[]),
            set(&[("a", write(None, b"x", false))]),
            set(&[("b", write(None, b"x", false))]),
            set(&[("a", write(None, b"y", false))]),
            set(&[("a", write(Some(b"w"), b"x", false))]),
            set(&[("a", write(None, b"x", true))]),
            set(&[("a", Change::Delete { before: Digest::of(b"x") })]),
            set(&[("a", Change::FileToFolder { before: Digest::of(b"x") })]),
            set(&[("a", Change::MakeFolder)]),
            set(&[("a", write(None, b"x", false)), ("b", write(None, b"x", false))]),
        ];
        let digests: std::collections::BTreeSet<Digest> = all.iter().map(ChangeSet::digest).collect();
        assert_eq!(digests.len(), all.len());
        assert_eq!(set(&[("a", Change::MakeFolder)]).digest(), set(&[("a", Change::MakeFolder)]).digest());
    }
}
