//! C2SP tlog-proofs: an audit path with the checkpoint that it leads to.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    fault::{LedgerFault, Witness},
    merkle::{Hash, leaf_hash, root_of_path},
    note::{Key, number, verify_checkpoint},
};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Longest path of a tree whose size is a 64-bit number. Prevents a proof that costs its reader much.
const MAX_PATH: usize = 64;

/// Writes a proof.
pub(crate) fn write_proof(index: u64, path: &[Hash], checkpoint: &str) -> String {
    let path: String = path.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
    format!("{HEADER}\nindex {index}\n{path}\n{checkpoint}")
}

/// What a proof shows: the number of the leaf, the leaves of the tree and the log's name.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) index: u64,
    pub(crate) size: u64,
    pub(crate) origin: String,
}

/// Checks that a line (without its line feed) is in the log.
pub(crate) fn verify_proof(proof: &[u8], line: &[u8], keys: &[Key]) -> Result<Shown, LedgerFault> {
    let proof = std::str::from_utf8(proof).map_err(|_not_utf8| LedgerFault::BadProof("it is not UTF-8"))?;
    let (head, note) = proof.split_once("\n\n").ok_or(LedgerFault::BadProof("it has no checkpoint"))?;
    let mut lines = head.split('\n');
    if lines.next() != Some(HEADER) {
        return Err(LedgerFault::BadProof("it is not of version 1"));
    }
    let index = lines.next().and_then(|line| number(line.strip_prefix("index ")?));
    let index = index.ok_or(LedgerFault::BadProof("it does not name a leaf"))?;
    let path = lines.map(|line| STANDARD.decode(line).ok()?.try_into().ok()).take(MAX_PATH + 1).collect::<Option<Vec<Hash>>>();
    let path = path.filter(|path| path.len() <= MAX_PATH).ok_or(LedgerFault::BadProof("its path is not at most 64 hashes"))?;
    let witness = || Witness::Kept("proof".to_owned());
    let checkpoint = verify_checkpoint(note.as_bytes(), keys).map_err(|fault| LedgerFault::Note { witness: witness(), fault })?;
    if root_of_path(index, checkpoint.size, leaf_hash(line), &path) == Some(checkpoint.root) {
        Ok(Shown { index, size: checkpoint.size, origin: checkpoint.origin })
    } else {
        Err(LedgerFault::NotIncluded)
    }
}
