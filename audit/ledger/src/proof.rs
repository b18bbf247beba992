//! Inclusion and consistency proofs: checked as in RFC 9162, section 2.1.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, Digest};

use crate::{
    checkpoint::CheckpointError,
    frontier::{Frontier, TreeHead},
    hash::node_hash,
};

/// That one leaf is in a tree; not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// The leaf's number, from zero.
    pub index: u64,
    /// The siblings from the leaf up to the root's child.
    pub path: Vec<Digest>,
}

/// Proof that a leaf is in the tree of this head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Included {
    index: u64,
    head: TreeHead,
}

impl Included {
    /// The leaf's number, from zero.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The tree.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.head
    }
}

/// That one tree is the beginning of another; not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The roots that lead to both trees' roots.
    pub path: Vec<Digest>,
}

/// Proof that the earlier tree is the beginning of the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consistent {
    earlier: TreeHead,
    later: TreeHead,
}

impl Consistent {
    /// The earlier tree.
    #[must_use]
    pub fn earlier(&self) -> TreeHead {
        self.earlier
    }

    /// The later tree.
    #[must_use]
    pub fn later(&self) -> TreeHead {
        self.later
    }
}

impl InclusionProof {
    /// Checks the proof (RFC 9162, section 2.1.3.2).
    ///
    /// # Errors
    /// [`ProofError::NotIncluded`] if it does not lead from the leaf to the root.
    pub fn verify(self, leaf: Digest, head: TreeHead) -> Result<Included, ProofError> {
        let not_included = ProofError::NotIncluded { index: self.index, size: head.size };
        if self.index >= head.size {
            return Err(not_included);
        }
        let (mut place, mut last) = (self.index, head.size - 1);
        let mut root = leaf;
        for sibling in &self.path {
            if last == 0 {
                return Err(not_included);
            }
            if place & 1 == 1 || place == last {
                root = node_hash(sibling, &root);
                while place & 1 == 0 && place != 0 {
                    (place, last) = (place >> 1, last >> 1);
                }
            } else {
                root = node_hash(&root, sibling);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        if last == 0 && root == head.root { Ok(Included { index: self.index, head }) } else { Err(not_included) }
    }
}

impl ConsistencyProof {
    /// Checks the proof (RFC 9162, section 2.1.4.2). The empty tree is the beginning of every tree.
    ///
    /// # Errors
    /// [`ProofError::NotConsistent`] if it does not lead to both roots.
    pub fn verify(self, old: TreeHead, new: TreeHead) -> Result<Consistent, ProofError> {
        if self.leads(old, new) == Some(()) {
            Ok(Consistent { earlier: old, later: new })
        } else {
            Err(ProofError::NotConsistent { old: old.size, new: new.size })
        }
    }

    fn leads(&self, old: TreeHead, new: TreeHead) -> Option<()> {
        let holds = |condition: bool| condition.then_some(());
        if old.size == 0 {
            return holds(self.path.is_empty() && old.root == Frontier::default().root());
        }
        if old.size >= new.size {
            return holds(self.path.is_empty() && old == new);
        }
        let (mut place, mut last) = (old.size - 1, new.size - 1);
        while place & 1 == 1 {
            (place, last) = (place >> 1, last >> 1);
        }
        let mut path = self.path.iter();
        let start = if old.size.is_power_of_two() { old.root } else { *path.next()? };
        let (mut old_root, mut new_root) = (start, start);
        for node in path {
            holds(last != 0)?;
            if place & 1 == 1 || place == last {
                old_root = node_hash(node, &old_root);
                new_root = node_hash(node, &new_root);
                while place & 1 == 0 && place != 0 {
                    (place, last) = (place >> 1, last >> 1);
                }
            } else {
                new_root = node_hash(&new_root, node);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        holds(last == 0 && old_root == old.root && new_root == new.root)
    }
}

/// A proof that proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofError {
    /// It cannot be read, and why.
    Malformed(&'static str),
    /// Its checkpoint does not verify.
    Checkpoint(CheckpointError),
    /// The leaf is not in the tree.
    NotIncluded {
        /// The leaf's number.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// One tree is not the beginning of the other.
    NotConsistent {
        /// Leaves of the earlier tree.
        old: u64,
        /// Leaves of the later tree.
        new: u64,
    },
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "the proof cannot be read: {why}"),
            Self::Checkpoint(_) => f.write_str("the checkpoint of the proof does not verify"),
            Self::NotIncluded { index, size } => write!(f, "the proof does not show that leaf {index} is in the tree of {size} leaves"),
            Self::NotConsistent { old, new } => write!(f, "the tree of {old} leaves is not shown to be the beginning of the tree of {new}"),
        }
    }
}

impl Error for ProofError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Checkpoint(error) => Some(error),
            Self::Malformed(_) | Self::NotIncluded { .. } | Self::NotConsistent { .. } => None,
        }
    }
}

impl Diagnostic for ProofError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "ledger.bad-proof",
            Self::Checkpoint(error) => error.code(),
            Self::NotIncluded { .. } => "ledger.not-included",
            Self::NotConsistent { .. } => "ledger.not-consistent",
        }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }
}

#[cfg(test)]
mod tests;
