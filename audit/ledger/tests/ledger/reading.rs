//! Reading entries by their numbers and in order, against a list of what was appended.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_ledger::{Entry, File, Ledger, LedgerError, log::LeafIndex};
use proptest::prelude::*;

use super::support::*;

/// A ledger of `count` leaves of different lengths, the first half of which a checkpoint covers.
fn ledger(disk: &Disk, count: usize) -> (Ledger, Vec<Entry>) {
    let entries: Vec<Entry> = (0..count).map(number_to_entry).collect();
    let mut ledger = disk.create();
    ledger.append_all(&entries[..count / 2]).unwrap();
    ledger.checkpoint().unwrap();
    ledger.append_all(&entries[count / 2..]).unwrap();
    (ledger, entries)
}

fn number_to_entry(number: usize) -> Entry {
    if number.is_multiple_of(3) { key_event(number as u8) } else { refused(number as u8) }
}

fn in_order(ledger: &mut Ledger, first: u64) -> Result<Vec<(u64, Entry)>, LedgerError> {
    ledger.entries_from(LeafIndex(first)).map(|next| next.map(|(LeafIndex(leaf), entry)| (leaf, entry))).collect()
}

#[test]
fn every_leaf_of_every_small_ledger_is_read_alone_together_and_in_order() {
    for count in (0..=40).chain([63, 64, 65, 127, 128, 129, 200]) {
        let disk = Disk::default();
        let (mut ledger, entries) = ledger(&disk, count);
        let numbered: BTreeMap<u64, Entry> = (0..).zip(entries).collect();
        for (leaf, entry) in &numbered {
            assert_eq!(ledger.read(&[*leaf].into()).unwrap(), [(*leaf, entry.clone())].into());
        }
        let all: BTreeSet<u64> = (0..count as u64 + 2).collect();
        assert_eq!(ledger.read(&all).unwrap(), numbered, "{count}");
        assert_eq!(ledger.read(&[count as u64, u64::MAX].into()).unwrap(), BTreeMap::new());
        for first in 0..=count as u64 + 1 {
            let expected: Vec<(u64, Entry)> = numbered.range(first..).map(|(leaf, entry)| (*leaf, entry.clone())).collect();
            assert_eq!(in_order(&mut ledger, first).unwrap(), expected, "{first} of {count}");
        }
        assert_eq!(in_order(&mut ledger, u64::MAX).unwrap(), []);
    }
}

#[test]
fn a_read_costs_a_few_hundred_bytes_and_appending_writes_no_tree() {
    let disk = Disk::default();
    let (mut ledger, entries) = ledger(&disk, 5000);
    assert_eq!(disk.bytes(File::Tree), b"");
    ledger.read(&[0].into()).unwrap();
    let (tree, before) = (disk.bytes(File::Tree), disk.bytes_read());
    assert_eq!(ledger.read(&[2500].into()).unwrap()[&2500], entries[2500]);
    assert!(disk.bytes_read() - before < 1500, "{}", disk.bytes_read() - before);
    ledger.append(&refused(1)).unwrap();
    ledger.checkpoint().unwrap();
    assert_eq!(disk.bytes(File::Tree), tree);
    let before = disk.bytes_read();
    assert_eq!(ledger.read(&[5000].into()).unwrap()[&5000], refused(1));
    assert!(disk.bytes_read() - before < 1500, "{}", disk.bytes_read() - before);
    drop(ledger);
    let mut ledger = disk.open().unwrap();
    let before = disk.bytes_read();
    assert_eq!(ledger.read(&[0].into()).unwrap()[&0], entries[0]);
    assert!(disk.bytes_read() - before < 2000, "a new process reads the frontier too: {}", disk.bytes_read() - before);
}

#[test]
fn entries_end_after_an_error() {
    let disk = Disk::default();
    let (mut ledger, _) = ledger(&disk, 200);
    ledger.read(&[0].into()).unwrap();
    let line = disk.text(File::Leaves).lines().take(100).map(|line| line.len() + 1).sum::<usize>();
    disk.change(File::Leaves, |bytes| bytes[line] ^= 1);
    let mut entries = ledger.entries_from(LeafIndex(0));
    assert_eq!(entries.by_ref().take_while(Result::is_ok).count(), 64, "the blocks before the changed one");
    assert!(entries.next().is_none());
}

#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    Checkpoint,
    Reopen,
    LoseTree,
    CutTree(prop::sample::Index),
    Read(prop::sample::Index),
    Follow(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..90_usize).prop_map(Step::Append),
        Just(Step::Checkpoint),
        Just(Step::Reopen),
        Just(Step::LoseTree),
        any::<prop::sample::Index>().prop_map(Step::CutTree),
        any::<prop::sample::Index>().prop_map(Step::Read),
        any::<prop::sample::Index>().prop_map(Step::Follow),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_in_between_a_read_gives_what_was_appended(steps in prop::collection::vec(step(), 1..25)) {
        let disk = Disk::default();
        let mut ledger = disk.create();
        let mut entries: Vec<Entry> = Vec::new();
        for step in steps {
            match step {
                Step::Append(count) => {
                    let more: Vec<Entry> = (entries.len()..entries.len() + count).map(number_to_entry).collect();
                    ledger.append_all(&more).unwrap();
                    entries.extend(more);
                }
                Step::Checkpoint => { ledger.checkpoint().unwrap(); }
                Step::Reopen => ledger = disk.open().unwrap(),
                Step::LoseTree => disk.change(File::Tree, Vec::clear),
                Step::CutTree(at) => disk.change(File::Tree, |bytes| bytes.truncate(at.index(bytes.len() + 1))),
                Step::Read(at) if !entries.is_empty() => {
                    let leaf = at.index(entries.len());
                    prop_assert_eq!(&ledger.read(&[leaf as u64].into()).unwrap()[&(leaf as u64)], &entries[leaf]);
                    let covered = ledger.newest_checkpoint().head().size;
                    if (leaf as u64) < covered {
                        let proof = ledger.prove(LeafIndex(leaf as u64)).unwrap();
                        proof.verify(&entries[leaf].to_line().unwrap(), &[ledger.verifier_key()]).unwrap();
                    }
                }
                Step::Read(_) => {}
                Step::Follow(at) => {
                    let first = at.index(entries.len() + 1);
                    let expected: Vec<(u64, Entry)> = (first as u64..).zip(entries[first..].iter().cloned()).collect();
                    prop_assert_eq!(in_order(&mut ledger, first as u64).unwrap(), expected);
                }
            }
        }
    }
}
