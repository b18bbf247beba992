//! Proofs for others, against the newest checkpoint. Every proof is checked before it is handed out, so that a changed file
//! gives an error and not a wrong proof.

use crate::{
    error::LedgerError,
    frontier::TreeHead,
    leaf_proof::LeafProof,
    log::{LeafIndex, Ledger},
    lookup::{Block, tree_error},
    proof::ConsistencyProof,
    ranges::consistency_ranges,
};

impl Ledger {
    /// Proves that a leaf is in the tree of the newest checkpoint.
    ///
    /// # Errors
    /// [`LedgerError::NotCovered`] if the leaf came after it; those of [`Ledger::read`].
    pub fn prove(&mut self, LeafIndex(leaf): LeafIndex) -> Result<LeafProof, LedgerError> {
        let head = self.newest_checkpoint().head();
        if leaf >= head.size {
            return Err(LedgerError::NotCovered { leaf, size: head.size });
        }
        let (_line, inclusion) = self.consult(|stored| Block::leaf(leaf).read(stored, head))?;
        Ok(LeafProof::new(inclusion, self.newest_checkpoint()))
    }

    /// Proves that an earlier tree is the beginning of the newest checkpoint's.
    ///
    /// # Errors
    /// [`LedgerError::Proof`] if it is not; those of [`Ledger::read`].
    pub fn prove_consistency(&mut self, old: TreeHead) -> Result<ConsistencyProof, LedgerError> {
        let head = self.newest_checkpoint().head();
        let proof = if old.size == 0 || old.size >= head.size {
            ConsistencyProof { path: Vec::new() }
        } else {
            self.consult(|stored| {
                let roots = consistency_ranges(old.size, head.size).into_iter().map(|range| Ok(stored.frontier(range)?.root()));
                let proof = ConsistencyProof { path: roots.collect::<Result<_, _>>().map_err(tree_error)? };
                // First for the tree that is stored, so that a wrong `old` does not cost making it again.
                let stored = stored.frontier(0..old.size).map_err(tree_error)?.head();
                proof.clone().verify(stored, head).map_err(LedgerError::Proof)?;
                Ok(proof)
            })?
        };
        proof.clone().verify(old, head).map_err(LedgerError::Proof)?;
        Ok(proof)
    }
}
