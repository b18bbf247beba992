//! A leaf's proof with the checkpoint that it leads to, in the C2SP tlog-proof format: it can be checked offline, by any
//! implementation, with the leaf's line and the log's public key.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cofferdam_base::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    checkpoint::{SignedCheckpoint, parse_checkpoint, parse_number},
    hash::leaf_hash,
    key::VerifierKey,
    note::MAX_NOTE_BYTES,
    proof::{Included, InclusionProof, ProofError},
};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^64 leaves has no longer path. Prevents a proof that costs its reader much.
const MAX_PATH: usize = 64;
/// Largest proof: a checkpoint and a path.
const MAX_PROOF_BYTES: usize = MAX_NOTE_BYTES + 64 * MAX_PATH;

/// That a line is in the log at a checkpoint; not yet checked. Memory keeps it as text beside what cites the leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafProof {
    inclusion: InclusionProof,
    checkpoint: String,
}

impl LeafProof {
    pub(crate) fn new(inclusion: InclusionProof, checkpoint: &SignedCheckpoint) -> Self {
        Self { inclusion, checkpoint: checkpoint.note().to_owned() }
    }

    /// Checks the checkpoint's signature and that the line (without its line feed) is in its tree.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(self, line: &[u8], known: &[VerifierKey]) -> Result<Included, ProofError> {
        let checkpoint =
            parse_checkpoint(self.checkpoint.as_bytes()).and_then(|note| note.verify(known)).map_err(ProofError::Checkpoint)?;
        self.inclusion.verify(leaf_hash(line), checkpoint.head())
    }
}

impl fmt::Display for LeafProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nindex {}", self.inclusion.index)?;
        for node in &self.inclusion.path {
            writeln!(f, "{}", STANDARD.encode(node.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl Serialize for LeafProof {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LeafProof {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        parse_leaf_proof(&text).map_err(D::Error::custom)
    }
}

/// Reads a proof. The format's `extra` line is refused: we never write one, and nothing would look at it.
///
/// # Errors
/// [`ProofError::Malformed`].
pub fn parse_leaf_proof(text: &str) -> Result<LeafProof, ProofError> {
    if text.len() > MAX_PROOF_BYTES {
        return Err(ProofError::Malformed("it is too large"));
    }
    let (proof, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Malformed("it has no checkpoint"))?;
    let mut lines = proof.split('\n');
    if lines.next() != Some(HEADER) {
        return Err(ProofError::Malformed("its first line is not `c2sp.org/tlog-proof@v1`"));
    }
    let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(parse_number);
    let index = index.ok_or(ProofError::Malformed("its second line is not `index` and a number"))?;
    let hash = |line: &str| STANDARD.decode(line).ok().and_then(|hash| <[u8; 32]>::try_from(hash).ok()).map(Digest::from_bytes);
    let path = lines.take(MAX_PATH + 1).map(hash).collect::<Option<Vec<_>>>();
    let path = path.filter(|path| path.len() <= MAX_PATH).ok_or(ProofError::Malformed("its path is not at most 64 hashes"))?;
    Ok(LeafProof { inclusion: InclusionProof { index, path }, checkpoint: checkpoint.to_owned() })
}
