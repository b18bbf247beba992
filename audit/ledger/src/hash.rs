//! The two hashes of RFC 6962, section 2.1: a leaf can never be taken for a node.

use cofferdam_base::{Digest, digest::Hasher};

/// The hash of a leaf: SHA-256 of `0x00` and the line without its line feed.
#[must_use]
pub fn leaf_hash(line: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[0]);
    hasher.update(line);
    hasher.finish()
}

/// The hash of a node: SHA-256 of `0x01` and its two children.
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    hasher.finish()
}
