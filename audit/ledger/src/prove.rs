//! Proofs out of the file: one pass over the leaves that the newest checkpoint covers. Every proof is checked before it is
//! handed out, so that a changed file gives an error and not a wrong proof.

use std::ops::Range;

use cofferdam_base::Digest;

use crate::{
    checkpoint::SignedCheckpoint,
    error::LedgerError,
    frontier::TreeHead,
    hash::leaf_hash,
    leaf_proof::LeafProof,
    lines::{Line, Lines},
    log::LeafIndex,
    proof::{ConsistencyProof, InclusionProof},
    ranges::{RangeRoots, consistency_ranges, inclusion_ranges},
    storage::{File, Storage},
};

/// Proves that a leaf is in the tree of the checkpoint.
///
/// # Errors
/// [`LedgerError::NotCovered`] if the leaf came after it; a file that does not have the checkpoint's root; the storage's.
pub(crate) fn prove_leaf(
    storage: &dyn Storage,
    checkpoint: &SignedCheckpoint,
    LeafIndex(index): LeafIndex,
) -> Result<LeafProof, LedgerError> {
    let head = checkpoint.head();
    if index >= head.size {
        return Err(LedgerError::NotCovered { leaf: index, size: head.size });
    }
    let (path, leaf) = range_roots(storage, checkpoint, inclusion_ranges(index, head.size), index)?;
    let inclusion = InclusionProof { index, path };
    inclusion.clone().verify(leaf, head).map_err(LedgerError::Proof)?;
    Ok(LeafProof::new(inclusion, checkpoint))
}

/// Proves that an earlier tree is the beginning of the checkpoint's.
///
/// # Errors
/// [`LedgerError::Proof`] if it is not; the storage's.
pub(crate) fn prove_consistency(
    storage: &dyn Storage,
    checkpoint: &SignedCheckpoint,
    old: TreeHead,
) -> Result<ConsistencyProof, LedgerError> {
    let head = checkpoint.head();
    let path = if old.size == 0 || old.size >= head.size {
        Vec::new()
    } else {
        range_roots(storage, checkpoint, consistency_ranges(old.size, head.size), 0)?.0
    };
    let proof = ConsistencyProof { path };
    proof.clone().verify(old, head).map_err(LedgerError::Proof)?;
    Ok(proof)
}

/// The roots of the ranges, and the hash of leaf `wanted`.
fn range_roots(
    storage: &dyn Storage,
    checkpoint: &SignedCheckpoint,
    ranges: Vec<Range<u64>>,
    wanted: u64,
) -> Result<(Vec<Digest>, Digest), LedgerError> {
    let mut roots = RangeRoots::new(ranges);
    let mut found = None;
    let mut lines = Lines::new(storage, 0, checkpoint.bytes());
    for index in 0.. {
        let line = lines.next_line().map_err(|error| LedgerError::Io { doing: "read", file: File::Leaves, error })?;
        let Some(Line::Whole(line)) = line else { break };
        let leaf = leaf_hash(line);
        roots.push(index, leaf);
        if index == wanted {
            found = Some(leaf);
        }
    }
    let found = found.ok_or(LedgerError::OtherRoot { size: checkpoint.head().size })?;
    Ok((roots.finish(), found))
}
