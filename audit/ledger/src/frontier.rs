//! The tree's frontier: what is needed to append to it and to know its root, in space of the logarithm of its size.

use cofferdam_base::{Digest, canonical};
use serde::{Deserialize, Serialize};

use crate::hash::node_hash;

/// Size and root of a tree: what a checkpoint signs and what a proof is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 Merkle tree hash of them.
    pub root: Digest,
}

/// The roots of the perfect subtrees that a tree consists of, one per set bit of its size, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Digest>,
}

/// How a frontier is written; the hashes are believed only if they give a signed root.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    size: u64,
    nodes: Vec<Digest>,
}

impl Frontier {
    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// A frontier of these nodes; none if a tree of `size` leaves has another number of them.
    pub(crate) fn new(size: u64, nodes: Vec<Digest>) -> Option<Self> {
        (nodes.len() == usize::try_from(size.count_ones()).ok()?).then_some(Self { size, nodes })
    }

    /// Appends the hash of a leaf.
    pub fn push(&mut self, leaf: Digest) {
        self.push_completing(leaf, |_completed| ());
    }

    /// Appends the hash of a leaf and tells the roots of the perfect subtrees that it completes, itself first.
    pub(crate) fn push_completing(&mut self, leaf: Digest, mut completed: impl FnMut(&Digest)) {
        let mut node = leaf;
        let mut size = self.size;
        completed(&node);
        while size & 1 == 1
            && let Some(left) = self.nodes.pop()
        {
            node = node_hash(&left, &node);
            completed(&node);
            size >>= 1;
        }
        self.nodes.push(node);
        // 2^64 leaves do not fit in a file whose length is a u64.
        self.size = self.size.saturating_add(1);
    }

    /// The root; the empty tree's is the SHA-256 of nothing (RFC 6962, section 2.1).
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut nodes = self.nodes.iter().rev();
        match nodes.next() {
            None => Digest::of(b""),
            Some(last) => nodes.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// Size and root.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root() }
    }

    /// The text of `frontier.json`.
    ///
    /// # Errors
    /// A size of 2^53 or more, which has no canonical spelling.
    pub fn to_json(&self) -> Result<Vec<u8>, canonical::CanonicalError> {
        canonical::to_vec(&Record { size: self.size, nodes: self.nodes.clone() })
    }

    /// Reads `frontier.json`. None if it is not one: then the caller rehashes the leaves, so nothing is lost or believed.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let Record { size, nodes } = serde_json::from_slice(bytes).ok()?;
        Self::new(size, nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    /// The reference leaves of certificate-transparency-go (Apache-2.0), `merkle/testonly`, and the root after each of them.
    const VECTORS: [(&[u8], &str); 8] = [
        (b"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (b"\x00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (b"\x10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (b"\x20\x21", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        (b"\x30\x31", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        (b"\x40\x41\x42\x43", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        (b"\x50\x51\x52\x53\x54\x55\x56\x57", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ];

    #[test]
    fn matches_the_published_roots_of_certificate_transparency() {
        let mut frontier = Frontier::default();
        assert_eq!(frontier.root().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (leaf, root) in VECTORS {
            frontier.push(leaf_hash(leaf));
            assert_eq!(frontier.root().hex(), root);
        }
    }

    #[test]
    fn reads_back_and_refuses_a_frontier_of_another_shape() {
        let mut frontier = Frontier::default();
        for index in 0..11_u8 {
            frontier.push(leaf_hash(&[index]));
            assert_eq!(Frontier::parse(&frontier.to_json().unwrap()), Some(frontier.clone()));
        }
        for bad in [&b""[..], b"{}", br#"{"nodes":[],"size":1}"#, br#"{"nodes":[],"size":0,"x":1}"#, br#"{"nodes":[],"size":-1}"#] {
            assert_eq!(Frontier::parse(bad), None);
        }
    }
}
