//! The tree's file: the hash of every perfect subtree and the end of every line, so that one leaf can be read and proved
//! without the others.
//!
//! One record per leaf, in order: the hashes of the perfect subtrees that the leaf completes, itself first, then the byte
//! after the line's line feed in `ledger.jsonl`, 64-bit big-endian. The hashes alone are in the order of
//! `tlog.StoredHashIndex` of Go's `golang.org/x/mod/sumdb/tlog`. Every place is a formula of the leaf's number, and the file
//! only grows. C2SP tlog-tiles hold the same hashes in many files of which the last are replaced as the tree grows; they
//! serve a log to others over HTTP, and can be cut out of this file.
//!
//! Nothing read here is believed: it leads to a root that is known, or it is made again from the leaves.

use std::{io, ops::Range};

use cofferdam_base::Digest;

use crate::{
    frontier::Frontier,
    lines::Lines,
    storage::{File, Storage, read_full},
};

/// Bytes of a hash.
const HASH_BYTES: u64 = 32;
/// Bytes of a line's end.
const END_BYTES: u64 = 8;

/// Bytes of the records of the first `leaves` leaves.
///
/// A tree of n leaves has completed 2n - popcount(n) perfect subtrees: with n leaves, one for every merge of two of them.
pub(crate) fn bytes_of(leaves: u64) -> u64 {
    let hashes = (2 * leaves).saturating_sub(u64::from(leaves.count_ones()));
    HASH_BYTES * hashes + END_BYTES * leaves
}

/// How many whole records are in the first `bytes` bytes; at most `limit`.
pub(crate) fn leaves_in(bytes: u64, limit: u64) -> u64 {
    // A record has a hash of the leaf, less than one of a parent on average, and an end: the sum is at most 64 hashes less.
    let mut leaves = (bytes / (2 * HASH_BYTES + END_BYTES)).min(limit);
    while leaves < limit && bytes_of(leaves + 1) <= bytes {
        leaves += 1;
    }
    leaves
}

/// Writes the record of the next leaf, whose line ends before byte `end`.
pub(crate) fn push_record(frontier: &mut Frontier, leaf: Digest, end: u64, records: &mut Vec<u8>) {
    frontier.push_completing(leaf, |hash| records.extend_from_slice(hash.as_bytes()));
    records.extend_from_slice(&end.to_be_bytes());
}

/// A ledger's leaves with the tree's file; both unverified.
pub(crate) struct StoredTree<'s> {
    /// Where the tree's file is.
    pub(crate) tree: &'s dyn Storage,
    /// Where the leaves are.
    pub(crate) leaves: &'s dyn Storage,
}

impl<'s> StoredTree<'s> {
    /// Where the line before leaf `leaf` ends, which is where that leaf's line begins.
    pub(crate) fn line_start(&self, leaf: u64) -> io::Result<u64> {
        match bytes_of(leaf).checked_sub(END_BYTES) {
            None => Ok(0),
            Some(place) => self.read(place).map(u64::from_be_bytes),
        }
    }

    /// The lines of a range of leaves.
    pub(crate) fn lines(&self, range: Range<u64>) -> io::Result<Lines<'s>> {
        Ok(Lines::new(self.leaves, self.line_start(range.start)?, self.line_start(range.end)?))
    }

    /// The frontier of a subtree, whose `root` is the subtree's: `range` is one of [`crate::ranges`], or begins at zero.
    pub(crate) fn frontier(&self, range: Range<u64>) -> io::Result<Frontier> {
        let size = range.end.saturating_sub(range.start);
        let mut nodes = Vec::new();
        let mut start = range.start;
        for level in (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1) {
            let end = start + (1 << level);
            // The node is in the record of the last leaf below it, after those of the levels below.
            nodes.push(self.read(bytes_of(end - 1) + HASH_BYTES * u64::from(level)).map(Digest::from_bytes)?);
            start = end;
        }
        Frontier::new(size, nodes).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn read<const N: usize>(&self, place: u64) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        let filled = read_full(self.tree, File::Tree, place, &mut bytes)?;
        if filled < N { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::leaf_hash, storage::MemoryStorage};

    /// `StoredHashIndex` of Go's `golang.org/x/mod/sumdb/tlog` (BSD-3-Clause), as it is written there.
    fn stored_hash_index(level: u32, mut index: u64) -> u64 {
        for _ in 0..level {
            index = 2 * index + 1;
        }
        let mut place = 0;
        while index > 0 {
            place += index;
            index >>= 1;
        }
        place + u64::from(level)
    }

    #[test]
    fn the_hashes_are_in_the_order_of_gos_tlog_and_each_is_found_where_it_is() {
        let mut storage = MemoryStorage::default();
        let (mut frontier, mut hashes) = (Frontier::default(), Vec::new());
        for leaf in 0..200_u64 {
            frontier.clone().push_completing(leaf_hash(&leaf.to_be_bytes()), |hash| hashes.push(*hash));
            push_record(&mut frontier, leaf_hash(&leaf.to_be_bytes()), 1000 + leaf, storage.bytes_mut(File::Tree));
            let bytes = storage.len(File::Tree).unwrap();
            assert_eq!((bytes_of(leaf + 1), leaves_in(bytes, u64::MAX)), (bytes, leaf + 1));
            assert_eq!((leaves_in(bytes - 1, u64::MAX), leaves_in(bytes, leaf)), (leaf, leaf));
        }
        let stored = StoredTree { tree: &storage, leaves: &storage };
        for level in 0..7 {
            for index in 0..200 >> level {
                let node = stored.frontier(index << level..(index + 1) << level).unwrap().root();
                assert_eq!(Some(&node), hashes.get(stored_hash_index(level, index) as usize), "{level} {index}");
            }
        }
        for leaf in 1..=200 {
            assert_eq!(stored.line_start(leaf).unwrap(), 999 + leaf);
        }
        assert_eq!(stored.line_start(0).unwrap(), 0);
        assert_eq!(stored.frontier(0..200).unwrap(), frontier);
        stored.frontier(0..201).unwrap_err();
        stored.line_start(201).unwrap_err();
    }

    #[test]
    fn counts_the_records_of_a_file_of_any_length() {
        for bytes in [0, 1, 39, 40, 41, 1 << 40, u64::from(u32::MAX), i64::MAX as u64] {
            let leaves = leaves_in(bytes, u64::MAX);
            assert!(bytes_of(leaves) <= bytes && bytes < bytes_of(leaves + 1), "{bytes}");
        }
    }
}
