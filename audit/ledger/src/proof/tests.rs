//! Proofs against the definition: the recursive formulas of RFC 6962, section 2.1, over a list of leaves.

use proptest::prelude::*;

use std::ops::Range;

use super::*;
use crate::{
    hash::leaf_hash,
    ranges::{consistency_ranges, inclusion_ranges, split},
    storage::{File, MemoryStorage},
    stored::{StoredTree, push_record},
};

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// MTH of RFC 6962, section 2.1.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// PATH of RFC 6962, section 2.1.1.
fn naive_path(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
    let (mut path, other) = if index < left.len() {
        (naive_path(index, left), naive_root(right))
    } else {
        (naive_path(index - left.len(), right), naive_root(left))
    };
    path.push(other);
    path
}

/// SUBPROOF of RFC 6962, section 2.1.2.
fn naive_subproof(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
    let (mut proof, other) = if old <= left.len() {
        (naive_subproof(old, left, whole), naive_root(right))
    } else {
        (naive_subproof(old - left.len(), right, false), naive_root(left))
    };
    proof.push(other);
    proof
}

/// The roots of the ranges, out of a stored tree of the leaves.
fn collect(ranges: Vec<Range<u64>>, leaves: &[Digest]) -> Vec<Digest> {
    let mut storage = MemoryStorage::default();
    let mut frontier = Frontier::default();
    for leaf in leaves {
        push_record(&mut frontier, *leaf, 0, storage.bytes_mut(File::Tree));
    }
    let stored = StoredTree { tree: &storage, leaves: &storage };
    ranges.into_iter().map(|range| stored.frontier(range).unwrap().root()).collect()
}

fn head(leaves: &[Digest]) -> TreeHead {
    TreeHead { size: leaves.len() as u64, root: naive_root(leaves) }
}

#[test]
fn every_proof_of_every_small_tree_is_the_one_of_the_rfc() {
    for size in 1..=40_u64 {
        let all = leaves(size);
        let mut frontier = Frontier::default();
        all.iter().for_each(|leaf| frontier.push(*leaf));
        assert_eq!(frontier.head(), head(&all));
        for index in 0..size {
            let path = collect(inclusion_ranges(index, size), &all);
            assert_eq!(path, naive_path(index as usize, &all));
            InclusionProof { index, path }.verify(all[index as usize], head(&all)).unwrap();
        }
        for old in 1..=size {
            let path = collect(consistency_ranges(old, size), &all);
            assert_eq!(path, naive_subproof(old as usize, &all, true));
            ConsistencyProof { path }.verify(head(&all[..old as usize]), head(&all)).unwrap();
        }
    }
}

/// Leaves, roots and proofs of certificate-transparency-go (Apache-2.0), `trillian/merkle`.
#[test]
fn verifies_the_published_proofs_of_certificate_transparency() {
    let digest = |hex: &str| Digest::from_hex(hex).unwrap();
    let head = |size, root: &str| TreeHead { size, root: digest(root) };
    let (two, five) = (
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    );
    let (six, eight) = (
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    );
    let path = |hashes: &[&str]| hashes.iter().map(|hex| digest(hex)).collect::<Vec<_>>();
    let bc1a = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    let ca85 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    let d37e = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    let two_to_five = path(&["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", bc1a]);
    ConsistencyProof { path: two_to_five }.verify(head(2, two), head(5, five)).unwrap();
    let six_to_eight = path(&["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", ca85, d37e]);
    ConsistencyProof { path: six_to_eight }.verify(head(6, six), head(8, eight)).unwrap();
    let first_of_eight = path(&[
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]);
    InclusionProof { index: 0, path: first_of_eight }.verify(leaf_hash(b""), head(8, eight)).unwrap();
}

#[test]
fn the_empty_tree_is_the_beginning_of_every_tree_and_no_proof_includes_anything_in_it() {
    let all = leaves(3);
    ConsistencyProof { path: vec![] }.verify(head(&[]), head(&all)).unwrap();
    ConsistencyProof { path: vec![all[0]] }.verify(head(&[]), head(&all)).unwrap_err();
    ConsistencyProof { path: vec![] }.verify(TreeHead { size: 0, root: all[0] }, head(&all)).unwrap_err();
    InclusionProof { index: 0, path: vec![] }.verify(all[0], head(&[])).unwrap_err();
    ConsistencyProof { path: vec![] }.verify(head(&all), head(&all[..2])).unwrap_err();
}

proptest! {
    #[test]
    fn a_changed_proof_leaf_index_or_size_proves_nothing(size in 2..200_u64, at in any::<prop::sample::Index>(), change in 0..5) {
        let all = leaves(size);
        let index = at.index(size as usize) as u64;
        let mut proof = InclusionProof { index, path: collect(inclusion_ranges(index, size), &all) };
        let (mut leaf, mut tree) = (all[index as usize], head(&all));
        match change {
            0 => { let place = at.index(proof.path.len()); proof.path[place] = leaf_hash(b"other"); }
            1 => { proof.path.pop(); }
            2 => proof.path.push(leaf),
            3 => leaf = leaf_hash(b"other"),
            _ => { tree.size = tree.size * 2 + 1; }
        }
        prop_assert!(proof.verify(leaf, tree).is_err());
    }

    #[test]
    fn a_changed_consistency_proof_proves_nothing(size in 2..200_u64, at in any::<prop::sample::Index>(), change in 0..5) {
        let all = leaves(size);
        let old = 1 + at.index(size as usize - 1) as u64;
        let mut path = collect(consistency_ranges(old, size), &all);
        let (mut first, mut second) = (head(&all[..old as usize]), head(&all));
        match change {
            0 => { let place = at.index(path.len()); path[place] = leaf_hash(b"other"); }
            1 => { path.pop(); }
            2 => path.push(all[0]),
            3 => first.root = leaf_hash(b"other"),
            _ => second.root = leaf_hash(b"other"),
        }
        let proof = ConsistencyProof { path };
        prop_assert!(proof.verify(first, second).is_err());
    }
}
