//! Which leaves' roots make up a proof (RFC 6962, section 2.1).
//!
//! A proof is a list of the roots of some ranges of leaves. The ranges are known before any leaf is read, so that one pass
//! over the file makes any proof in space of the logarithm of its size.

use std::ops::Range;

use cofferdam_base::Digest;

use crate::frontier::Frontier;

/// The largest power of two below `size`; `size` is at least 2.
pub(crate) fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The ranges whose roots prove that leaf `index` is in a tree of `size` leaves; `index` is below `size`.
pub(crate) fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut start, mut end) = (0, size);
    let mut ranges = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The ranges whose roots prove that a tree of `old` leaves is the beginning of one of `new` leaves; `0 < old <= new`.
pub(crate) fn consistency_ranges(old: u64, new: u64) -> Vec<Range<u64>> {
    let (mut start, mut end) = (0, new);
    let mut ranges = Vec::new();
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    if start != 0 {
        ranges.push(start..end);
    }
    ranges.reverse();
    ranges
}

/// Collects the roots of ranges of leaves in one pass.
pub(crate) struct RangeRoots(Vec<(Range<u64>, Frontier)>);

impl RangeRoots {
    /// For disjoint ranges, each of which is a subtree.
    pub(crate) fn new(ranges: Vec<Range<u64>>) -> Self {
        Self(ranges.into_iter().map(|range| (range, Frontier::default())).collect())
    }

    /// Takes the hash of leaf `index`; leaves come in order.
    pub(crate) fn push(&mut self, index: u64, leaf: Digest) {
        if let Some((_, frontier)) = self.0.iter_mut().find(|(range, _)| range.contains(&index)) {
            frontier.push(leaf);
        }
    }

    /// The roots, in the order of the ranges.
    pub(crate) fn finish(self) -> Vec<Digest> {
        self.0.into_iter().map(|(_, frontier)| frontier.root()).collect()
    }
}
