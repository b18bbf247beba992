//! The tree's file: whatever it holds, a good ledger reads right and a changed one is refused.

use std::collections::BTreeMap;

use cofferdam_ledger::{Entry, File, Ledger, log::LeafIndex, parse_entry};

use super::support::*;

const LEAVES: u64 = 11;

/// A ledger of eleven leaves under a checkpoint, whose tree's file is up to date.
fn with_tree() -> (Disk, BTreeMap<u64, Entry>) {
    let disk = Disk::default();
    let mut ledger = disk.create();
    for number in 0..LEAVES {
        ledger.append(&refused(number as u8)).unwrap();
    }
    ledger.checkpoint().unwrap();
    let entries = read_all(&mut ledger);
    assert_eq!(disk.bytes(File::Tree).len() as u64, tree_bytes(LEAVES));
    (disk, entries)
}

/// As FORMAT.md has it.
fn tree_bytes(leaves: u64) -> u64 {
    32 * (2 * leaves - u64::from(leaves.count_ones())) + 8 * leaves
}

fn read_all(ledger: &mut Ledger) -> BTreeMap<u64, Entry> {
    ledger.read(&(0..ledger.size()).collect()).unwrap()
}

/// A new process reads everything right over the changed tree, which is then as it should be.
#[track_caller]
fn heals(disk: &Disk, entries: &BTreeMap<u64, Entry>, change: impl Fn(&mut Vec<u8>)) {
    let good = disk.bytes(File::Tree);
    let copy = disk.copy();
    copy.change(File::Tree, &change);
    assert_eq!(&read_all(&mut copy.open().unwrap()), entries);
    assert_eq!(copy.bytes(File::Tree), good);
    // And so does one that has the ledger open, and one that reads it in order.
    let copy = disk.copy();
    let mut ledger = copy.open().unwrap();
    ledger.read(&[0].into()).unwrap();
    copy.change(File::Tree, &change);
    let in_order = ledger.entries_from(LeafIndex(0)).map(|next| next.map(|(leaf, entry)| (leaf.0, entry)));
    assert_eq!(&in_order.collect::<Result<BTreeMap<_, _>, _>>().unwrap(), entries);
    assert_eq!(&read_all(&mut ledger), entries);
    // A proof never comes out of a damaged tree.
    let copy = disk.copy();
    copy.change(File::Tree, &change);
    let mut ledger = copy.open().unwrap();
    for (leaf, entry) in entries.iter().take(2) {
        ledger.prove(LeafIndex(*leaf)).unwrap().verify(&entry.to_line().unwrap(), &[ledger.verifier_key()]).unwrap();
    }
}

#[test]
fn every_changed_byte_of_the_tree_is_made_good() {
    let (disk, entries) = with_tree();
    for place in 0..disk.bytes(File::Tree).len() {
        for bit in [1, 0x80] {
            heals(&disk, &entries, |bytes| bytes[place] ^= bit);
        }
    }
}

#[test]
fn a_tree_that_was_cut_anywhere_or_goes_on_is_made_good() {
    let (disk, entries) = with_tree();
    for len in 0..disk.bytes(File::Tree).len() {
        heals(&disk, &entries, |bytes| bytes.truncate(len));
    }
    for more in [1, 39, 40, 71, 72, 104, 10_000] {
        heals(&disk, &entries, |bytes| bytes.extend(vec![7; more]));
    }
}

#[test]
fn a_tree_with_holes_of_a_power_loss_is_made_good() {
    let (disk, entries) = with_tree();
    let len = disk.bytes(File::Tree).len();
    for start in (0..len).step_by(8) {
        for end in [start + 8, start + 72, len] {
            heals(&disk, &entries, |bytes| bytes[start..end.min(len)].fill(0));
        }
    }
}

#[test]
fn a_tree_of_another_ledger_and_of_a_longer_past_are_made_good() {
    let (disk, entries) = with_tree();
    let other = Disk::default();
    let mut ledger = other.create();
    for number in 0..30 {
        ledger.append(&key_event(number)).unwrap();
        ledger.read(&[0].into()).unwrap();
        heals(&disk, &entries, |bytes| *bytes = other.bytes(File::Tree));
    }
    // The leaves after the checkpoint were lost with the power, and others came.
    let mut ledger = disk.open().unwrap();
    let kept = disk.bytes(File::Leaves).len();
    for number in 20..24 {
        ledger.append(&refused(number)).unwrap();
    }
    read_all(&mut ledger);
    disk.change(File::Leaves, |bytes| bytes.truncate(kept));
    let mut ledger = disk.open().unwrap();
    assert_eq!(read_all(&mut ledger), entries);
    ledger.append(&key_event(1)).unwrap();
    assert_eq!(ledger.read(&[LEAVES].into()).unwrap()[&LEAVES], key_event(1));
    // The same, without a look in between: the tree has stale records below the ledger's end.
    for number in 20..24 {
        ledger.append(&refused(number)).unwrap();
    }
    read_all(&mut ledger);
    disk.change(File::Leaves, |bytes| bytes.truncate(kept));
    let mut ledger = disk.open().unwrap();
    for number in 40..60 {
        ledger.append(&refused(number)).unwrap();
    }
    assert_eq!(read_all(&mut ledger).into_values().skip(LEAVES as usize).collect::<Vec<_>>(), (40..60).map(refused).collect::<Vec<_>>());
}

#[test]
fn every_changed_byte_of_a_leaf_is_refused_and_never_read() {
    let (disk, entries) = with_tree();
    let leaves = disk.bytes(File::Leaves);
    let mut leaf = 0;
    for (place, byte) in leaves.iter().enumerate() {
        let copy = disk.copy();
        copy.change(File::Leaves, |bytes| bytes[place] ^= 1);
        let mut ledger = copy.open().unwrap();
        // The other leaves are as they were.
        for other in [(leaf + 1) % LEAVES, (leaf + LEAVES - 1) % LEAVES] {
            assert_eq!(ledger.read(&[other].into()).unwrap()[&other], entries[&other]);
        }
        assert_eq!(code(ledger.read(&[leaf].into())), "ledger.other-root", "{place}");
        assert_eq!(code(ledger.prove(LeafIndex(leaf))), "ledger.other-root", "{place}");
        assert_eq!(code(ledger.entries_from(LeafIndex(leaf)).collect::<Result<Vec<_>, _>>()), "ledger.other-root", "{place}");
        // A tree made for the changed leaves makes them no better.
        let text = copy.bytes(File::Leaves);
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        if lines.len() as u64 == LEAVES && lines.iter().all(|line| parse_entry(line).is_ok()) {
            let forger = Disk::default();
            let mut forged = forger.create();
            forged.append_all(&lines.iter().map(|line| parse_entry(line).unwrap()).collect::<Vec<_>>()).unwrap();
            read_all(&mut forged);
            copy.change(File::Tree, |bytes| *bytes = forger.bytes(File::Tree));
            assert_eq!(code(copy.open().unwrap().read(&[leaf].into())), "ledger.other-root", "{place}");
        }
        leaf += u64::from(*byte == b'\n');
    }
    for len in 0..leaves.len() {
        let copy = disk.copy();
        let mut ledger = copy.open().unwrap();
        copy.change(File::Leaves, |bytes| bytes.truncate(len));
        assert_eq!(code(ledger.read(&[LEAVES - 1].into())), "ledger.other-root", "{len}");
    }
}

#[test]
fn a_crash_while_catching_up_is_made_good_by_the_next_reader() {
    let (disk, mut entries) = with_tree();
    let mut ledger = disk.open().unwrap();
    for number in 0..9000_u64 {
        let entry = refused(number as u8);
        ledger.append(&entry).unwrap();
        entries.insert(LEAVES + number, entry);
    }
    ledger.checkpoint().unwrap();
    drop(ledger);
    for writes in 0..4 {
        let crashed = disk.copy();
        let mut ledger = crashed.open().unwrap();
        crashed.fail_after(writes);
        // The reader itself goes on without the file, and so does the ledger.
        assert_eq!(ledger.read(&[3000].into()).unwrap()[&3000], entries[&3000]);
        assert_eq!(code(ledger.append(&refused(1))), "ledger.io");
        let later = crashed.copy();
        if writes < 3 {
            assert!(later.bytes(File::Tree).len() < 72 * entries.len() - 1000, "{writes}");
        }
        let mut ledger = later.open().unwrap();
        assert_eq!(ledger.read(&(0..LEAVES + 9000).collect()).unwrap(), entries);
        assert_eq!(later.bytes(File::Tree).len() as u64, tree_bytes(ledger.size()));
    }
}

#[test]
fn a_full_disk_or_an_unreadable_tree_stops_neither_reading_nor_appending() {
    let (disk, entries) = with_tree();
    for lost in [0, 100, 632] {
        let copy = disk.copy();
        copy.change(File::Tree, |bytes| bytes.truncate(lost));
        let mut ledger = copy.open().unwrap();
        copy.fail_after(0);
        assert_eq!(read_all(&mut ledger), entries);
        copy.fail_after(usize::MAX);
        ledger.append(&refused(99)).unwrap();
        assert_eq!(ledger.read(&[LEAVES].into()).unwrap()[&LEAVES], refused(99));
        ledger.checkpoint().unwrap();
        assert_eq!(read_all(&mut copy.open().unwrap()).len() as u64, LEAVES + 1);
    }
    disk.make_unreadable(File::Tree);
    let mut ledger = disk.open().unwrap();
    assert_eq!(read_all(&mut ledger), entries);
    ledger.append(&refused(99)).unwrap();
    assert_eq!(ledger.read(&[LEAVES].into()).unwrap()[&LEAVES], refused(99));
    disk.make_unreadable(File::Leaves);
    assert_eq!(code(ledger.read(&[0].into())), "ledger.io");
}

#[test]
fn another_process_that_reads_and_a_file_that_is_deleted_do_no_harm() {
    let (disk, entries) = with_tree();
    let mut ours = disk.open().unwrap();
    assert_eq!(read_all(&mut ours), entries);
    ours.append(&refused(50)).unwrap();
    read_all(&mut disk.open().unwrap());
    let longer = disk.bytes(File::Tree);
    assert_eq!(ours.read(&[LEAVES].into()).unwrap()[&LEAVES], refused(50));
    assert_eq!(disk.bytes(File::Tree), longer);
    disk.change(File::Tree, Vec::clear);
    assert_eq!(ours.read(&[LEAVES].into()).unwrap()[&LEAVES], refused(50));
    assert_eq!(disk.bytes(File::Tree), longer);
}
