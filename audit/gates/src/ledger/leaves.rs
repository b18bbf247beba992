//! Reads every line of `ledger.jsonl`: its hash, where it ends, and what it says about the ledger itself.

use std::{
    collections::BTreeMap,
    io::{BufRead, Read as _},
};

use super::{
    entry::{MAX_LINE_BYTES, parse_event},
    fault::LedgerFault,
    intent::{Intents, follow},
    merkle::{Hash, leaf_hash},
};

/// Most leaves; 40 bytes of memory each. Prevents a file that fills the memory of the machine that checks it.
pub(crate) const MAX_LEAVES: usize = 16_000_000;

/// What an entry says about the tree before it.
pub(crate) struct Claim {
    pub(crate) leaf: usize,
    pub(crate) size: u64,
    pub(crate) root: String,
}

/// All leaves of a ledger.
#[derive(Default)]
pub(crate) struct Leaves {
    pub(crate) hashes: Vec<Hash>,
    /// Byte after each line's line feed.
    pub(crate) ends: Vec<u64>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) intents: Intents,
    /// How often each event occurs.
    pub(crate) counts: BTreeMap<&'static str, u64>,
}

/// Reads at most `most` leaves.
pub(crate) fn read_leaves(mut reader: impl BufRead, most: usize) -> Result<Leaves, LedgerFault> {
    let mut leaves = Leaves::default();
    let mut line = Vec::new();
    let mut end = 0_u64;
    loop {
        let leaf = leaves.hashes.len();
        line.clear();
        let read = reader.by_ref().take(MAX_LINE_BYTES as u64 + 2).read_until(b'\n', &mut line).map_err(LedgerFault::Io)?;
        if read == 0 {
            return Ok(leaves);
        }
        if leaf == most {
            return Err(LedgerFault::TooManyLeaves { most });
        }
        if line.pop_if(|byte| *byte == b'\n').is_none() && line.len() <= MAX_LINE_BYTES {
            return Err(LedgerFault::TornLine { leaf });
        }
        let event = parse_event(&line).map_err(|fault| LedgerFault::Entry { leaf, fault })?;
        if event.kind == "checkpoint" {
            leaves.claims.push(Claim { leaf, size: event.number("size"), root: event.text("root").to_owned() });
        }
        leaves.intents = follow(leaves.intents, leaf, &event).map_err(|fault| LedgerFault::Intent { leaf, fault })?;
        *leaves.counts.entry(event.kind).or_default() += 1;
        end += read as u64;
        leaves.hashes.push(leaf_hash(&line));
        leaves.ends.push(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Exit, Fault as _};

    #[test]
    fn more_leaves_than_allowed_are_a_limit_and_not_a_verdict() {
        let line = r#"{"event":{"checkpoints":0,"leaves":1,"type":"truncated"},"run":"00000000000000000000000000","time":0,"v":1}"#;
        let two = format!("{line}\n{line}\n");
        assert_eq!(read_leaves(two.as_bytes(), 2).ok().unwrap().hashes.len(), 2);
        let fault = read_leaves(two.as_bytes(), 1).err().unwrap();
        assert_eq!((fault.code(), fault.exit()), ("audit.too-many-leaves", Exit::Limit));
    }
}
