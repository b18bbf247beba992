//! Leaves by their numbers: each is read alone and shown to be in the tree.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    entry::{Entry, parse_entry},
    error::LedgerError,
    frontier::{Frontier, TreeHead},
    hash::leaf_hash,
    lines::Line,
    log::Ledger,
    proof::InclusionProof,
    ranges::inclusion_ranges,
    storage::File,
    stored::StoredTree,
};

/// A subtree of the leaves: number `index` of those of 2^`level` leaves each, of which the tree's last can have fewer.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    pub(crate) level: u32,
    pub(crate) index: u64,
}

impl Block {
    /// One leaf.
    pub(crate) fn leaf(index: u64) -> Self {
        Self { level: 0, index }
    }

    /// Reads the block's lines and shows that they are its leaves in the tree of `head`; gives the proof too.
    ///
    /// RFC 6962 splits a tree at a power of two, so a tree of leaves is a tree of blocks with the same root: what proves a
    /// leaf proves a block.
    ///
    /// # Errors
    /// [`LedgerError::OtherRoot`] if they are not; the storage's.
    pub(crate) fn read(self, stored: &StoredTree<'_>, head: TreeHead) -> Result<(Vec<Vec<u8>>, InclusionProof), LedgerError> {
        let other = || LedgerError::OtherRoot { size: head.size };
        let place = |block: u64| (block << self.level).min(head.size);
        let blocks = TreeHead { size: head.size.div_ceil(1 << self.level), root: head.root };
        if self.index >= blocks.size {
            return Err(other());
        }
        let leaves = place(self.index)..place(self.index + 1);
        let mut lines = stored.lines(leaves.clone()).map_err(tree_error)?;
        let (mut found, mut frontier) = (Vec::new(), Frontier::default());
        for _ in leaves {
            let line = lines.next_line().map_err(|error| LedgerError::Io { doing: "read", file: File::Leaves, error })?;
            let Some(Line::Whole(line)) = line else { return Err(other()) };
            frontier.push(leaf_hash(line));
            found.push(line.to_vec());
        }
        let siblings = inclusion_ranges(self.index, blocks.size).into_iter();
        let path = siblings.map(|range| Ok(stored.frontier(place(range.start)..place(range.end))?.root()));
        let proof = InclusionProof { index: self.index, path: path.collect::<Result<_, _>>().map_err(tree_error)? };
        proof.clone().verify(frontier.root(), blocks).map_err(|_not_included| other())?;
        Ok((found, proof))
    }
}

pub(crate) fn tree_error(error: std::io::Error) -> LedgerError {
    LedgerError::Io { doing: "read", file: File::Tree, error }
}

/// Reads a line that was shown to be leaf `leaf`.
pub(crate) fn read_entry(leaf: u64, line: &[u8]) -> Result<Entry, LedgerError> {
    parse_entry(line).map_err(|fault| LedgerError::CorruptEntry { leaf, fault })
}

impl Ledger {
    /// Reads entries by their numbers; those beyond the end are not in the answer. Each is shown to be in the tree of
    /// [`Ledger::head`]; the other leaves are not read, unless the tree's file has to catch up or to be made again.
    ///
    /// # Errors
    /// [`LedgerError::OtherRoot`] if the file's leaves are not this ledger's; the storage's.
    pub fn read(&mut self, wanted: &BTreeSet<u64>) -> Result<BTreeMap<u64, Entry>, LedgerError> {
        let head = self.head();
        let wanted: Vec<u64> = wanted.range(..head.size).copied().collect();
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let lines = self.consult(|stored| {
            let lines = wanted.iter().map(|leaf| Ok((*leaf, Block::leaf(*leaf).read(stored, head)?.0)));
            lines.collect::<Result<Vec<_>, LedgerError>>()
        })?;
        lines.iter().flat_map(|(leaf, lines)| lines.iter().map(|line| Ok((*leaf, read_entry(*leaf, line)?)))).collect()
    }
}
