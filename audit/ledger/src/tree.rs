//! Keeps the tree's file as long as the ledger, and makes it again from the leaves when it does not show what it is asked.
//!
//! It is written when somebody reads, never when something is appended, and never synced: what a crash or a power loss left
//! of it is found out like any other damage, because it does not lead to the ledger's root.

use std::io;

use crate::{
    error::LedgerError,
    files::Files,
    frontier::Frontier,
    hash::leaf_hash,
    lines::{Line, Lines},
    storage::{File, MemoryStorage, Storage},
    stored::{StoredTree, bytes_of, leaves_in, push_record},
};

/// Leaves whose records are written at a time. Bounds what catching up holds in memory, at about 300 KB.
const LEAVES_PER_WRITE: usize = 4096;

/// How far a ledger goes, or what is stored of its tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Extent {
    pub(crate) frontier: Frontier,
    /// Where the last line ends.
    pub(crate) bytes: u64,
}

/// The derived tree of an open ledger.
#[derive(Default)]
pub(crate) struct Tree {
    /// What is stored, as this value left it; none before the first look.
    stored: Option<Extent>,
    /// Stands in for the file once that did not keep what was written: 72 bytes per leaf, until the ledger is dropped.
    memory: Option<MemoryStorage>,
}

/// Why what is stored is not the ledger's tree.
enum Unfit {
    /// The leaves cannot be read.
    Leaves(io::Error),
    /// What is stored and the leaves after it have another root.
    OtherTree,
    /// It cannot be written. The file's failure is not reported: on a full disk the ledger can still be read.
    Unwritable(io::Error),
}

impl Unfit {
    fn error(self, ledger: &Extent) -> LedgerError {
        match self {
            Self::Leaves(error) => LedgerError::Io { doing: "read", file: File::Leaves, error },
            Self::OtherTree => LedgerError::OtherRoot { size: ledger.frontier.size() },
            Self::Unwritable(error) => LedgerError::Io { doing: "written", file: File::Tree, error },
        }
    }
}

impl Tree {
    /// Gives what `show` makes of the stored tree of a ledger.
    ///
    /// `show` checks everything against a root that it knows. Where it fails, the tree is made again from all leaves, which
    /// have to give the ledger's root; so a damaged tree costs one pass over the leaves, and a damaged ledger is found out.
    ///
    /// # Errors
    /// [`LedgerError::OtherRoot`] if the leaves are not the ledger's; the storage's; `show`'s, over a tree just made.
    pub(crate) fn consult<T>(
        &mut self,
        files: &mut Files,
        ledger: &Extent,
        show: impl Fn(&StoredTree<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        match self.catch_up(files, ledger) {
            Ok(()) => {
                if let Ok(shown) = show(&self.tree(files)) {
                    return Ok(shown);
                }
            }
            Err(Unfit::OtherTree) => {}
            Err(Unfit::Unwritable(_)) => self.memory = Some(MemoryStorage::default()),
            Err(unfit @ Unfit::Leaves(_)) => return Err(unfit.error(ledger)),
        }
        match self.make_again(files, ledger) {
            Ok(()) => {
                if let Ok(shown) = show(&self.tree(files)) {
                    return Ok(shown);
                }
            }
            Err(Unfit::Unwritable(_)) => {}
            Err(unfit @ (Unfit::Leaves(_) | Unfit::OtherTree)) => return Err(unfit.error(ledger)),
        }
        self.memory = Some(MemoryStorage::default());
        self.make_again(files, ledger).map_err(|unfit| unfit.error(ledger))?;
        show(&self.tree(files))
    }

    fn tree<'s>(&'s self, files: &'s Files) -> StoredTree<'s> {
        let tree: &dyn Storage = match &self.memory {
            Some(memory) => memory,
            None => files.storage(),
        };
        StoredTree { tree, leaves: files.storage() }
    }

    /// Makes the stored tree that of the ledger, from what is stored already.
    fn catch_up(&mut self, files: &mut Files, ledger: &Extent) -> Result<(), Unfit> {
        let left = self.stored.take();
        let stored = self.tree(files);
        let bytes = stored.tree.len(File::Tree).map_err(|_damaged| Unfit::OtherTree)?;
        let left = left.filter(|left| bytes_of(left.frontier.size()) == bytes);
        let start = match left {
            Some(left) => left,
            // The first look; or another process that read wrote to it, or somebody deleted it.
            None => {
                let leaves = leaves_in(bytes, ledger.frontier.size());
                let frontier = stored.frontier(0..leaves).map_err(|_damaged| Unfit::OtherTree)?;
                let end = stored.line_start(leaves).map_err(|_damaged| Unfit::OtherTree)?;
                // A crash left a part of a record, or the ledger lost its last lines.
                if bytes_of(leaves) < bytes {
                    self.truncate(files, bytes_of(leaves))?;
                }
                Extent { frontier, bytes: end }
            }
        };
        self.extend(files, start, ledger)
    }

    /// Makes the stored tree from the leaves alone.
    fn make_again(&mut self, files: &mut Files, ledger: &Extent) -> Result<(), Unfit> {
        self.truncate(files, 0)?;
        self.extend(files, Extent::default(), ledger)
    }

    /// Stores the records of the leaves that follow `stored`.
    fn extend(&mut self, files: &mut Files, mut stored: Extent, ledger: &Extent) -> Result<(), Unfit> {
        loop {
            let mut lines = Lines::new(files.storage(), stored.bytes, ledger.bytes);
            let mut records = Vec::new();
            for _ in 0..LEAVES_PER_WRITE {
                let Some(line) = lines.next_line().map_err(Unfit::Leaves)? else { break };
                let Line::Whole(line) = line else { return Err(Unfit::OtherTree) };
                stored.bytes += line.len() as u64 + 1;
                push_record(&mut stored.frontier, leaf_hash(line), stored.bytes, &mut records);
            }
            if records.is_empty() {
                break;
            }
            match &mut self.memory {
                Some(memory) => memory.append(File::Tree, &records),
                None => files.append_tree(&records),
            }
            .map_err(Unfit::Unwritable)?;
        }
        if stored != *ledger {
            return Err(Unfit::OtherTree);
        }
        self.stored = Some(stored);
        Ok(())
    }

    fn truncate(&mut self, files: &mut Files, len: u64) -> Result<(), Unfit> {
        self.stored = None;
        match &mut self.memory {
            Some(memory) => memory.truncate(File::Tree, len),
            None => files.truncate_tree(len),
        }
        .map_err(Unfit::Unwritable)
    }
}
