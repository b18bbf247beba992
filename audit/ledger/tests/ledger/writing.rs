//! Appending and checkpoints.

use cofferdam_base::Timestamp;
use cofferdam_ledger::{
    Event, File, Ledger, MAX_LINE_BYTES, Storage as _, frontier::Frontier, leaf_hash, log::CHECKPOINT_EVERY, parse_checkpoint,
};

use super::support::*;

#[test]
fn a_leaf_is_a_line_and_the_head_is_the_tree_over_the_lines() {
    let disk = disk();
    let text = disk.text(File::Leaves);
    assert_eq!(text.lines().count(), 5);
    assert!(text.ends_with('\n'));
    let mut frontier = Frontier::default();
    text.lines().for_each(|line| frontier.push(leaf_hash(line.as_bytes())));
    assert_eq!(disk.open().unwrap().head(), frontier.head());
}

#[test]
fn a_checkpoint_is_a_note_in_the_history_and_the_same_until_something_is_appended() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    ledger.append(&refused(1)).unwrap();
    let first = ledger.checkpoint().unwrap().clone();
    assert_eq!(ledger.checkpoint().unwrap(), &first);
    assert_eq!(first.head(), ledger.head());
    assert_eq!(first.bytes(), disk.bytes(File::Leaves).len() as u64);
    let DurableRecord { records, last } = records(&disk);
    assert_eq!(records, 2);
    assert_eq!(parse_checkpoint(last.as_bytes()).unwrap().verify(&[ledger.verifier_key()]).unwrap(), first);
    ledger.append(&entry(first.event())).unwrap();
    assert_ne!(ledger.checkpoint().unwrap(), &first);
}

struct DurableRecord {
    records: usize,
    last: String,
}

fn records(disk: &Disk) -> DurableRecord {
    let text = disk.text(File::Checkpoints);
    let blocks: Vec<&str> = text.strip_suffix("\n\n").unwrap().split("\n\n").collect();
    let last = format!("{}\n\n{}\n", blocks[blocks.len() - 2], blocks[blocks.len() - 1]);
    DurableRecord { records: blocks.len() / 2, last }
}

#[test]
fn refuses_an_entry_that_is_too_large_or_has_no_spelling_and_stays_open() {
    let disk = disk();
    let before = disk.bytes(File::Leaves);
    let mut ledger = disk.open().unwrap();
    let large = entry(Event::Refused { call: call(1), code: "x".repeat(MAX_LINE_BYTES) });
    assert_eq!(code(ledger.append(&large)), "ledger.entry-too-large");
    let inexact = entry(Event::Truncated { leaves: 1 << 53, checkpoints: 0 });
    assert_eq!(code(ledger.append(&inexact)), "ledger.entry-unwritable");
    assert_eq!(disk.bytes(File::Leaves), before);
    ledger.append(&refused(1)).unwrap();
}

#[test]
fn a_batch_is_the_same_bytes_as_its_entries_one_by_one_and_all_or_nothing() {
    let (one_by_one, batched) = (Disk::default(), Disk::default());
    let entries = [intent(1), refused(2), published(1)];
    let mut ledger = one_by_one.create();
    for entry in &entries {
        ledger.append(entry).unwrap();
    }
    let mut other = batched.create();
    other.append_all(&entries).unwrap();
    assert_eq!(batched.bytes(File::Leaves), one_by_one.bytes(File::Leaves));
    assert_eq!((other.head(), other.lengths()), (ledger.head(), ledger.lengths()));
    let before = batched.bytes(File::Leaves);
    assert_eq!(code(other.append_all(&[refused(3), published(3)])), "ledger.no-intent");
    assert_eq!(batched.bytes(File::Leaves), before);
    other.append_all(&[]).unwrap();
    assert_eq!(other.append(&intent(3)).unwrap().0, 3);
}

#[test]
fn an_intent_is_opened_once_and_closed_once_and_no_checkpoint_covers_it_open() {
    let mut ledger = Disk::default().create();
    let leaf = ledger.append_durably(&intent(1)).unwrap();
    assert_eq!(leaf.index().0, 0);
    assert_eq!(code(ledger.append(&intent(1))), "ledger.intent-exists");
    assert_eq!(code(ledger.append(&published(2))), "ledger.no-intent");
    assert_eq!(code(ledger.checkpoint()), "ledger.intent-open");
    ledger.append(&published(1)).unwrap();
    assert_eq!(code(ledger.append(&published(1))), "ledger.no-intent");
    ledger.checkpoint().unwrap();
}

#[test]
fn makes_checkpoints_by_itself_but_not_over_an_open_intent() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    for _ in 0..CHECKPOINT_EVERY {
        ledger.append(&key_event(0)).unwrap();
    }
    assert_eq!(ledger.newest_checkpoint().head().size, 0);
    ledger.append(&intent(1)).unwrap();
    assert_eq!(ledger.newest_checkpoint().head().size, CHECKPOINT_EVERY);
    for _ in 0..CHECKPOINT_EVERY {
        ledger.append(&key_event(0)).unwrap();
    }
    assert_eq!(ledger.newest_checkpoint().head().size, CHECKPOINT_EVERY);
    ledger.append(&published(1)).unwrap();
    ledger.append(&key_event(0)).unwrap();
    assert_eq!(ledger.newest_checkpoint().head().size, 2 * CHECKPOINT_EVERY + 2);
}

#[test]
fn notices_another_writer_and_writes_no_more() {
    let disk = disk();
    let mut ledger = disk.open().unwrap();
    disk.clone().append(File::Leaves, b"x\n").unwrap();
    assert_eq!(code(ledger.append(&refused(1))), "ledger.changed-underneath");
    assert_eq!(code(ledger.append(&refused(1))), "ledger.poisoned");
    assert_eq!(code(ledger.checkpoint()), "ledger.poisoned");
}

#[test]
fn creates_only_where_there_is_none_and_opens_only_where_there_is_one() {
    assert_eq!(code(Disk::default().open()), "ledger.missing");
    let disk = disk();
    assert_eq!(code(Ledger::create(disk.storage(), signer())), "ledger.exists");
    disk.change(File::Checkpoints, Vec::clear);
    assert_eq!(code(Ledger::create(disk.storage(), signer())), "ledger.exists");
}

#[test]
fn a_retired_key_still_verifies_and_the_new_one_signs() {
    let disk = disk();
    let retired = [signer().verifier_key()];
    assert_eq!(code(Ledger::open(disk.storage(), signer_of(2), &[], &run(), Timestamp(5))), "ledger.untrusted-checkpoint");
    let mut ledger = Ledger::open(disk.storage(), signer_of(2), &retired, &run(), Timestamp(5)).unwrap();
    ledger.checkpoint().unwrap();
    Ledger::open(disk.storage(), signer_of(2), &[], &run(), Timestamp(5)).unwrap();
}
