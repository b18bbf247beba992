//! What opening accepts, repairs and refuses.

use cofferdam_base::Timestamp;
use cofferdam_ledger::{Event, File, open::inspect, parse_entry};

use super::support::*;

#[test]
fn a_ledger_opens_as_it_was_left() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    ledger.append(&intent(1)).unwrap();
    ledger.append(&intent(2)).unwrap();
    ledger.append(&published(1)).unwrap();
    let head = ledger.head();
    drop(ledger);
    let mut ledger = disk.open().unwrap();
    assert_eq!(ledger.head(), head);
    assert_eq!(ledger.open_intents().first(), Some(&call(2)));
    ledger.append(&recovered(2)).unwrap();
    ledger.checkpoint().unwrap();
}

#[test]
fn a_line_without_its_end_is_cut_off_and_that_is_recorded() {
    let disk = disk();
    let whole = disk.bytes(File::Leaves);
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for end in last + 1..whole.len() {
        let copy = disk.copy();
        copy.change(File::Leaves, |bytes| bytes.truncate(end));
        let ledger = copy.open().unwrap();
        assert_eq!(ledger.head().size, 5);
        let text = copy.text(File::Leaves);
        let entry = parse_entry(text.lines().last().unwrap().as_bytes()).unwrap();
        assert_eq!(entry.event(), &Event::Truncated { leaves: (end - last) as u64, checkpoints: 0 });
        assert_eq!((entry.time(), entry.run()), (Timestamp(77), &run()));
        assert_eq!(&whole[..last], &copy.bytes(File::Leaves)[..last]);
    }
}

#[test]
fn a_checkpoint_without_its_end_is_cut_off_and_that_is_recorded() {
    let disk = disk();
    let before = disk.bytes(File::Checkpoints);
    disk.change(File::Checkpoints, |bytes| bytes.extend_from_slice(b"cofferdam.dev/ledger/test\n5\n"));
    drop(disk.open().unwrap());
    assert_eq!(disk.bytes(File::Checkpoints), before);
    assert!(disk.text(File::Leaves).contains(r#"{"checkpoints":28,"leaves":0,"type":"truncated"}"#));
}

#[test]
fn a_file_shorter_than_signed_is_a_rollback() {
    let disk = disk();
    let signed = disk.open().unwrap().newest_checkpoint().bytes() as usize;
    for end in [0, 1, signed / 2, signed - 1] {
        assert_eq!(disk.code_after(File::Leaves, |bytes| bytes.truncate(end)), "ledger.rolled-back", "{end}");
    }
}

#[test]
fn checkpoints_that_were_taken_away_are_a_rollback_or_missing() {
    let disk = disk();
    let first = disk.text(File::Checkpoints).find("\n\ncoff").unwrap() + 2;
    assert_eq!(disk.code_after(File::Checkpoints, |bytes| bytes.truncate(first)), "ledger.rolled-back");
    assert_eq!(disk.code_after(File::Checkpoints, Vec::clear), "ledger.no-checkpoint");
}

#[test]
fn a_changed_checkpoint_is_refused() {
    let disk = disk();
    let len = disk.bytes(File::Checkpoints).len();
    let newest = disk.text(File::Checkpoints).find("\n\ncoff").unwrap() + 2;
    for place in newest..len {
        let code = disk.code_after(File::Checkpoints, |bytes| bytes[place] ^= 1);
        assert!(
            ["ledger.bad-checkpoint", "ledger.untrusted-checkpoint", "ledger.bad-history", "ledger.rolled-back"].contains(&code),
            "{code}"
        );
    }
    assert_eq!(disk.code_after(File::Checkpoints, |bytes| bytes.extend_from_slice(&[b'x'; 9000])), "ledger.bad-history");
    assert_eq!(disk.code_after(File::Checkpoints, |bytes| bytes.extend_from_slice(b"a\n\n\xe2\x80\x94 b\n\n")), "ledger.bad-checkpoint");
}

#[test]
fn a_changed_line_after_the_checkpoint_is_refused() {
    let disk = disk();
    let text = disk.text(File::Leaves);
    for (from, to) in [("key-event", "key-evens"), (r#""time":3,"v":1}"#, r#""time": 3,"v":1}"#), (r#""v":1"#, r#""v":2"#)] {
        let at = text.find("key-event").unwrap();
        let (head, tail) = text.split_at(at);
        let changed = format!("{head}{}", tail.replacen(from, to, 1)).into_bytes();
        assert_eq!(disk.code_after(File::Leaves, |bytes| *bytes = changed), "ledger.corrupt-entry", "{to}");
    }
    assert_eq!(disk.code_after(File::Leaves, |bytes| bytes.extend_from_slice(b"\n")), "ledger.corrupt-entry");
    assert_eq!(disk.code_after(File::Leaves, |bytes| bytes.extend_from_slice(&[b' '; 70_000])), "ledger.corrupt-entry");
    let unopened = String::from_utf8(published(9).to_line().unwrap()).unwrap() + "\n";
    assert_eq!(disk.code_after(File::Leaves, |bytes| bytes.extend_from_slice(unopened.as_bytes())), "ledger.corrupt-entry");
}

#[test]
fn a_lost_or_damaged_frontier_is_made_again_from_the_leaves() {
    let disk = disk();
    let head = disk.open().unwrap().head();
    let good = disk.bytes(File::Frontier);
    for damage in [&b""[..], b"{}", b"\xff", &good.repeat(1000), &good.clone().iter().rev().copied().collect::<Vec<_>>()] {
        let copy = disk.copy();
        copy.change(File::Frontier, |bytes| *bytes = damage.to_vec());
        assert_eq!(copy.open().unwrap().head(), head);
        assert_eq!(copy.bytes(File::Frontier), good);
    }
}

#[test]
fn leaves_that_were_changed_under_a_checkpoint_are_refused_when_they_are_hashed_again() {
    let disk = disk();
    disk.change(File::Frontier, Vec::clear);
    assert_eq!(disk.code_after(File::Leaves, |bytes| bytes[3] ^= 1), "ledger.other-root");
    assert_eq!(disk.code_after(File::Leaves, |bytes| bytes.retain(|byte| *byte != b'\n')), "ledger.other-root");
}

#[test]
fn opening_reads_what_came_after_the_checkpoint_and_not_the_rest() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    for number in 0..5000 {
        ledger.append(&key_event(number as u8)).unwrap();
    }
    ledger.checkpoint().unwrap();
    ledger.append(&refused(1)).unwrap();
    drop(ledger);
    let fresh = disk.copy();
    fresh.open().unwrap();
    let tail = fresh.bytes(File::Leaves).len() as u64 - fresh.open().unwrap().newest_checkpoint().bytes();
    let fresh = disk.copy();
    fresh.open().unwrap();
    assert!(fresh.bytes_read() < tail + 10_000, "{} of {}", fresh.bytes_read(), disk.bytes(File::Leaves).len());
}

#[test]
fn looking_at_a_ledger_writes_nothing() {
    let disk = disk();
    disk.change(File::Leaves, |bytes| bytes.extend_from_slice(b"{\"ev"));
    disk.fail_after(0);
    let before = disk.bytes(File::Leaves);
    let found = inspect(&*disk.storage(), &[signer().verifier_key()]).unwrap();
    assert_eq!((found.head().size, found.newest_checkpoint().head().size), (5, 3));
    assert_eq!((found.torn().leaves, found.torn().checkpoints), (4, 0));
    assert_eq!(found.open_intents().first(), None);
    assert_eq!(disk.bytes(File::Leaves), before);
}
