//! Leaves by what is wanted of them, out of a file that was shown to be the ledger's in the same pass.

use std::collections::BTreeMap;

use crate::{
    entry::{Entry, parse_entry},
    error::LedgerError,
    frontier::{Frontier, TreeHead},
    hash::leaf_hash,
    lines::{Line, Lines},
    storage::{File, Storage},
};

/// Reads the leaves that `wanted` says yes to, by their numbers and their lines; those beyond the end are not in the answer.
///
/// One pass over all leaves: their root has to be the open ledger's, so that what is given back is included in it.
///
/// # Errors
/// [`LedgerError::OtherRoot`] if the file is not the ledger's; the storage's.
pub(crate) fn read_leaves(
    storage: &dyn Storage,
    bytes: u64,
    head: TreeHead,
    mut wanted: impl FnMut(u64, &[u8]) -> bool,
) -> Result<BTreeMap<u64, Entry>, LedgerError> {
    let other = || LedgerError::OtherRoot { size: head.size };
    let mut found = BTreeMap::new();
    let mut frontier = Frontier::default();
    let mut lines = Lines::new(storage, 0, bytes);
    for index in 0.. {
        let line = lines.next_line().map_err(|error| LedgerError::Io { doing: "read", file: File::Leaves, error })?;
        let Some(Line::Whole(line)) = line else { break };
        frontier.push(leaf_hash(line));
        if wanted(index, line) {
            found.insert(index, parse_entry(line).map_err(|_| other())?);
        }
    }
    if frontier.head() == head { Ok(found) } else { Err(other()) }
}
