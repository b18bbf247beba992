//! RFC 6962, section 2.1: roots of a growing tree, and audit paths by their recursive definition.

use sha2::{Digest as _, Sha256};

/// The SHA-256 hash of a leaf or a node.
pub(crate) type Hash = [u8; 32];

pub(crate) fn leaf_hash(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that grows leaf by leaf: the roots of its perfect subtrees with their numbers of leaves, the largest first.
#[derive(Default)]
pub(crate) struct Growing(Vec<(u64, Hash)>);

impl Growing {
    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut subtree = (1, leaf);
        while let Some((count, left)) = self.0.pop_if(|(count, _)| *count == subtree.0) {
            subtree = (2 * count, node_hash(&left, &subtree.1));
        }
        self.0.push(subtree);
    }

    pub(crate) fn root(&self) -> Hash {
        let subtrees = self.0.iter().rev().map(|(_, root)| *root);
        subtrees.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(|| Sha256::digest([]).into())
    }
}

/// Splits at the largest power of two below the length, which is at least two.
fn halves(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    leaves.split_at_checked(leaves.len().next_power_of_two() / 2).unwrap_or((leaves, &[]))
}

/// The Merkle tree hash of the leaves.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = halves(leaves);
            node_hash(&root(left), &root(right))
        }
    }
}

/// The audit path of a leaf, from its sibling up; none if there is no such leaf.
pub(crate) fn path(index: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    if leaves.len() < 2 {
        return (index < leaves.len()).then(Vec::new);
    }
    let (left, right) = halves(leaves);
    let (mut path, sibling) = match index.checked_sub(left.len()) {
        None => (path(index, left)?, root(right)),
        Some(index) => (path(index, right)?, root(left)),
    };
    path.push(sibling);
    Some(path)
}

/// The root to which an audit path leads; none if it does not fit a tree of `size` leaves.
pub(crate) fn root_of_path(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    if size == 1 {
        return path.is_empty().then_some(leaf);
    }
    let (sibling, below) = path.split_last()?;
    let left = 1_u64 << (size - 1).ilog2();
    match index.checked_sub(left) {
        None => Some(node_hash(&root_of_path(index, left, leaf, below)?, sibling)),
        Some(index) => Some(node_hash(sibling, &root_of_path(index, size - left, leaf, below)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(hash: Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn matches_the_published_roots_of_certificate_transparency() {
        // certificate-transparency-go (Apache-2.0), the reference leaves and roots.
        let leaves = [&b""[..], b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"].map(leaf_hash);
        assert_eq!(hex(Growing::default().root()), hex(root(&[])));
        assert_eq!(hex(root(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(root(&leaves[..3])), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
        assert_eq!(hex(root(&leaves[..5])), "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4");
        assert_eq!(hex(root(&leaves)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    #[test]
    fn a_path_leads_to_the_root_and_no_other_path_does() {
        for size in 1..40_u8 {
            let leaves: Vec<Hash> = (0..size).map(|leaf| leaf_hash(&[leaf])).collect();
            let mut growing = Growing::default();
            leaves.iter().for_each(|leaf| growing.push(*leaf));
            assert_eq!(growing.root(), root(&leaves));
            for index in 0..size {
                let mut path = path(index.into(), &leaves).unwrap();
                let lead = |path: &[Hash]| root_of_path(index.into(), size.into(), leaves[usize::from(index)], path);
                assert_eq!(lead(&path), Some(root(&leaves)));
                path.push([0; 32]);
                assert_eq!(lead(&path), None);
                path.pop();
                if path.pop().is_some() {
                    assert_eq!(lead(&path), None);
                }
            }
            assert_eq!(super::path(size.into(), &leaves), None);
            assert_eq!(root_of_path(size.into(), size.into(), leaves[0], &[]), None);
        }
    }
}
