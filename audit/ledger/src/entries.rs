//! The ledger in order, from any leaf on: for what is derived from it and follows it.

use std::vec::IntoIter;

use crate::{
    entry::Entry,
    error::LedgerError,
    log::{LeafIndex, Ledger},
    lookup::{Block, read_entry},
};

/// Leaves that are read and shown at a time, as a power of two: 64. One proof for all of them costs less than one hash per
/// leaf, and the longest lines take 4 MiB.
const BLOCK_LEVEL: u32 = 6;

/// Entries in order; see [`Ledger::entries_from`]. After an error there are no more.
pub struct Entries<'l> {
    ledger: &'l mut Ledger,
    next: u64,
    /// The lines from `next` on that were read and shown.
    shown: IntoIter<Vec<u8>>,
}

impl Ledger {
    /// The entries from leaf `first` to the end, in order; none if that is beyond the end.
    ///
    /// Every entry is shown to be in the tree of [`Ledger::head`] before it is given out. 64 leaves are in memory at a time.
    #[must_use]
    pub fn entries_from(&mut self, LeafIndex(first): LeafIndex) -> Entries<'_> {
        Entries { ledger: self, next: first, shown: Vec::new().into_iter() }
    }
}

impl Entries<'_> {
    /// The next entry; its errors are those of [`Ledger::read`].
    fn advance(&mut self) -> Result<Option<(LeafIndex, Entry)>, LedgerError> {
        loop {
            let leaf = self.next;
            if let Some(line) = self.shown.next() {
                self.next += 1;
                return Ok(Some((LeafIndex(leaf), read_entry(leaf, &line)?)));
            }
            let head = self.ledger.head();
            if leaf >= head.size {
                return Ok(None);
            }
            let block = Block { level: BLOCK_LEVEL, index: leaf >> BLOCK_LEVEL };
            let (lines, _proof) = self.ledger.consult(|stored| block.read(stored, head))?;
            self.shown = lines.into_iter();
            for _ in block.index << BLOCK_LEVEL..leaf {
                self.shown.next();
            }
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<(LeafIndex, Entry), LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance();
        if next.is_err() {
            (self.next, self.shown) = (u64::MAX, Vec::new().into_iter());
        }
        next.transpose()
    }
}
