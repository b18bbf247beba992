//! What a call relied on in the base, path by path.

use std::collections::{BTreeMap, btree_map::Entry};

use cofferdam_base::{Digest, WorkspacePath};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    change::{Change, ChangeSet},
    error::FsError,
    stage::conflict::{Conflict, Drift},
    workspace::FileStat,
};

/// Most paths that one call may look at. Prevents a guest that asks for names without end from filling the memory.
pub const MAX_FACTS: usize = 250_000;
/// Most bytes of the names (and link targets) of all these paths together. Prevents the same with long names.
pub const MAX_FACT_BYTES: usize = 32 << 20;

/// What the call saw at one path of the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Fact {
    /// Nothing there.
    Absent,
    /// A folder.
    Folder {
        /// The digest of its sorted names and kinds, when it was listed.
        listing: Option<Digest>,
    },
    /// A regular file.
    File {
        /// Its size and mode, when they were looked at.
        stat: Option<FileStat>,
        /// The digest of its bytes, when they were read.
        content: Option<Digest>,
    },
    /// A symbolic link.
    Link {
        /// As it is stored.
        target: String,
    },
    /// A FIFO, device or socket, or a link whose target is not UTF-8.
    Special,
}

impl Fact {
    /// Both observations as one.
    pub(super) fn merged(self, later: Self) -> Result<Self, Drift> {
        match (self, later) {
            (Self::Absent, Self::Absent) => Ok(Self::Absent),
            (Self::Special, Self::Special) => Ok(Self::Special),
            (Self::Folder { listing: a }, Self::Folder { listing: b }) => Ok(Self::Folder { listing: agreed(a, b, Drift::Listing)? }),
            (Self::File { stat: a, content: c }, Self::File { stat: b, content: d }) => {
                let drift = if a.map(|stat| stat.size) == b.map(|stat| stat.size) { Drift::Mode } else { Drift::Content };
                Ok(Self::File { stat: agreed(a, b, drift)?, content: agreed(c, d, Drift::Content)? })
            }
            (Self::Link { target: a }, Self::Link { target: b }) if a == b => Ok(Self::Link { target: a }),
            (Self::Link { .. }, Self::Link { .. }) => Err(Drift::Link),
            (Self::Absent, _) => Err(Drift::Appeared),
            (_, Self::Absent) => Err(Drift::Vanished),
            (Self::Folder { .. } | Self::File { .. } | Self::Link { .. } | Self::Special, _) => Err(Drift::Kind),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Link { target } => target.len(),
            Self::Absent | Self::Folder { .. } | Self::File { .. } | Self::Special => 0,
        }
    }
}

/// What one of the two observed, or both alike.
fn agreed<T: PartialEq>(first: Option<T>, second: Option<T>, drift: Drift) -> Result<Option<T>, Drift> {
    match (first, second) {
        (Some(a), Some(b)) if a != b => Err(drift),
        (a, b) => Ok(a.or(b)),
    }
}

/// Everything that a call relied on in the base. Written as a list of paths with their facts, in the order of the paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadSet {
    facts: BTreeMap<WorkspacePath, Fact>,
    bytes: usize,
}

impl ReadSet {
    /// What a change set itself relies on: each `before`, each folder, each absence. For changes that come from no stage (undo).
    #[must_use]
    pub fn of_changes(changes: &ChangeSet) -> Self {
        let fact = |change: &Change| match change {
            Change::Write { before: None, .. } | Change::MakeFolder => Fact::Absent,
            Change::Write { before: Some(before), .. } | Change::Delete { before } | Change::FileToFolder { before } => {
                Fact::File { stat: None, content: Some(*before) }
            }
            Change::RemoveFolder | Change::FolderToFile { .. } => Fact::Folder { listing: None },
        };
        let facts: BTreeMap<_, _> = changes.iter().map(|(path, change)| (path.clone(), fact(change))).collect();
        let bytes = facts.keys().map(|path| path.as_str().len()).sum();
        Self { facts, bytes }
    }

    /// What was seen at a path.
    #[must_use]
    pub fn get(&self, path: &WorkspacePath) -> Option<&Fact> {
        self.facts.get(path)
    }

    /// Every fact, in the order of the paths.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&WorkspacePath, &Fact)> {
        self.facts.iter()
    }

    /// Both sets as one.
    ///
    /// # Errors
    /// The first path at which the two saw different things.
    pub fn joined(mut self, other: Self) -> Result<Self, Conflict> {
        for (path, fact) in other.facts {
            self.merge(path, fact)?;
        }
        Ok(self)
    }

    /// Adds what was seen at a path.
    ///
    /// # Errors
    /// [`FsError::Conflict`] when something else was seen there before; [`FsError::Quota`] `read_set`.
    pub(super) fn record(&mut self, path: &WorkspacePath, fact: Fact) -> Result<(), FsError> {
        let more = path.as_str().len().saturating_add(fact.bytes());
        if !self.facts.contains_key(path) && (self.facts.len() >= MAX_FACTS || self.bytes.saturating_add(more) > MAX_FACT_BYTES) {
            return Err(FsError::Quota { limit: "read_set" });
        }
        Ok(self.merge(path.clone(), fact)?)
    }

    fn merge(&mut self, path: WorkspacePath, fact: Fact) -> Result<(), Conflict> {
        match self.facts.entry(path) {
            Entry::Vacant(slot) => {
                self.bytes = self.bytes.saturating_add(slot.key().as_str().len()).saturating_add(fact.bytes());
                slot.insert(fact);
            }
            Entry::Occupied(mut slot) => {
                let merged = slot.get().clone().merged(fact).map_err(|drift| Conflict { path: slot.key().clone(), drift })?;
                slot.insert(merged);
            }
        }
        Ok(())
    }
}

impl Serialize for ReadSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Line<'a> {
            path: &'a WorkspacePath,
            #[serde(flatten)]
            fact: &'a Fact,
        }
        serializer.collect_seq(self.facts.iter().map(|(path, fact)| Line { path, fact }))
    }
}
