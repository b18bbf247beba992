//! Recomputes the ledger from its lines and compares it with everything that was ever signed about it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use super::{
    fault::{LedgerFault, Witness},
    intent::OpenIntent,
    leaves::{Leaves, MAX_LEAVES, read_leaves},
    merkle::{Growing, Hash},
    note::{Checkpoint, Key, NoteFault, verify_checkpoint},
};

/// A checkpoint that was kept elsewhere.
pub struct Kept {
    /// Its file, for messages.
    pub name: String,
    /// The signed note.
    pub note: Vec<u8>,
}

/// What there is to check.
pub struct Evidence<'e, L> {
    /// The lines of `ledger.jsonl`.
    pub leaves: L,
    /// The file `checkpoints`, if there is one.
    pub history: Option<&'e [u8]>,
    /// Checkpoints that were kept elsewhere.
    pub kept: &'e [Kept],
    /// Keys that sign checkpoints. With none, no signature is checked.
    pub keys: &'e [Key],
}

/// What holds of a ledger whose check found nothing wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// The hash of each leaf.
    pub leaves: Vec<Hash>,
    /// Their root.
    pub root: Hash,
    /// How many of the leaves the largest checkpoint covers; the others are not signed yet.
    pub covered: u64,
    /// Number of checkpoints in the folder.
    pub checkpoints: usize,
    /// The log's name on its checkpoints.
    pub origin: String,
    /// Announced effects without an end, by call.
    pub open_intents: BTreeMap<String, OpenIntent>,
    /// How often each event occurs.
    pub events: BTreeMap<&'static str, u64>,
}

/// Checks everything.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify<L: BufRead>(evidence: Evidence<'_, L>) -> Result<Verified, LedgerFault> {
    let mut witnesses = read_history(evidence.history.unwrap_or_default(), evidence.keys)?;
    let checkpoints = witnesses.len();
    for Kept { name, note } in evidence.kept {
        let witness = Witness::Kept(name.clone());
        match verify_checkpoint(note, evidence.keys) {
            Ok(checkpoint) => witnesses.push((witness, checkpoint)),
            Err(fault) => return Err(LedgerFault::Note { witness, fault }),
        }
    }
    let Some(origin) = witnesses.first().map(|(_, checkpoint)| checkpoint.origin.clone()) else {
        return Err(LedgerFault::NoCheckpoint);
    };
    let leaves = read_leaves(evidence.leaves, MAX_LEAVES)?;
    let covered = witnesses.iter().map(|(_, checkpoint)| checkpoint.size).max().unwrap_or_default();
    let signed = witnesses.iter().map(|(_, checkpoint)| checkpoint.size);
    let (roots, root) = roots_at(&signed.chain(leaves.claims.iter().map(|claim| claim.size)).collect(), &leaves.hashes);
    for (witness, checkpoint) in witnesses {
        if checkpoint.origin != origin {
            return Err(LedgerFault::Note { witness, fault: NoteFault::Malformed("it belongs to another log") });
        }
        compare(&leaves, &roots, witness, &checkpoint)?;
    }
    for claim in &leaves.claims {
        let spelt = roots.get(&claim.size).map(spell);
        if claim.size > claim.leaf as u64 || spelt.as_ref() != Some(&claim.root) {
            return Err(LedgerFault::OtherRoot { witness: Witness::Leaf(claim.leaf), size: claim.size });
        }
    }
    Ok(Verified { leaves: leaves.hashes, root, covered, checkpoints, origin, open_intents: leaves.intents, events: leaves.counts })
}

/// The roots of the first so many leaves for each of the sizes that the ledger has, and the root of all leaves.
fn roots_at(sizes: &BTreeSet<u64>, leaves: &[Hash]) -> (BTreeMap<u64, Hash>, Hash) {
    let mut growing = Growing::default();
    let mut roots = BTreeMap::new();
    for (size, leaf) in (0..).zip(leaves) {
        if sizes.contains(&size) {
            roots.insert(size, growing.root());
        }
        growing.push(*leaf);
    }
    let root = growing.root();
    roots.insert(leaves.len() as u64, root);
    (roots, root)
}

/// Compares what a checkpoint states with what was recomputed.
fn compare(leaves: &Leaves, roots: &BTreeMap<u64, Hash>, witness: Witness, checkpoint: &Checkpoint) -> Result<(), LedgerFault> {
    let size = checkpoint.size;
    let Some(root) = roots.get(&size) else {
        return Err(LedgerFault::Truncated { witness, size, leaves: leaves.hashes.len() });
    };
    if *root != checkpoint.root {
        return Err(LedgerFault::OtherRoot { witness, size });
    }
    let end = match usize::try_from(size) {
        Ok(0) => Some(0),
        size => size.ok().and_then(|size| leaves.ends.get(size - 1).copied()),
    };
    if end == Some(checkpoint.bytes) { Ok(()) } else { Err(LedgerFault::OtherLength { witness }) }
}

/// Splits the file of checkpoints: each note is followed by an empty line. They begin with the empty tree and grow.
fn read_history(mut rest: &[u8], keys: &[Key]) -> Result<Vec<(Witness, Checkpoint)>, LedgerFault> {
    let mut checkpoints: Vec<(Witness, Checkpoint)> = Vec::new();
    while !rest.is_empty() {
        let number = checkpoints.len();
        let note = |fault| LedgerFault::Note { witness: Witness::Checkpoint(number), fault };
        let (record, after) = split_record(rest).ok_or_else(|| note(NoteFault::Malformed("it has no end")))?;
        let checkpoint = verify_checkpoint(record, keys).map_err(note)?;
        if checkpoints.last().map_or(checkpoint.size != 0, |(_, last)| checkpoint.size <= last.size) {
            return Err(LedgerFault::Order { checkpoint: number });
        }
        checkpoints.push((Witness::Checkpoint(number), checkpoint));
        rest = after;
    }
    Ok(checkpoints)
}

/// The first note, and what comes after the empty line that follows it. Its text ends with an empty line too.
fn split_record(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let empty_line = |from: usize| Some(from + bytes.get(from..)?.windows(2).position(|pair| pair == b"\n\n")?);
    let signatures = empty_line(0)? + 2;
    let end = empty_line(signatures)? + 1;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

/// A hash as the ledger's entries spell it.
pub(crate) fn spell(hash: &Hash) -> String {
    hash.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}
