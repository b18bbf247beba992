//! Every change to a signed ledger is found, and none makes the verifier crash.

use cofferdam_audit::fault::Fault as _;
use cofferdam_ledger::Event;
use proptest::prelude::*;

use super::support::*;

#[test]
fn a_changed_byte_anywhere_is_found() {
    let files = files();
    for place in 0..files.leaves.len() {
        for bit in [1, 0x20, 0x80] {
            let mut changed = files.clone();
            changed.leaves[place] ^= bit;
            changed.code();
        }
    }
    for place in 0..files.history.len() {
        let mut changed = files.clone();
        changed.history[place] ^= 1;
        changed.code();
    }
}

#[test]
fn a_removed_or_added_byte_anywhere_is_found() {
    let files = files();
    for place in 0..files.leaves.len() {
        let (mut shorter, mut longer) = (files.clone(), files.clone());
        shorter.leaves.remove(place);
        shorter.code();
        longer.leaves.insert(place, b'\n');
        longer.code();
    }
    for place in 0..files.history.len() {
        let (mut shorter, mut longer) = (files.clone(), files.clone());
        shorter.history.remove(place);
        shorter.code();
        longer.history.insert(place, b'\n');
        longer.code();
    }
}

#[test]
fn lines_that_were_swapped_removed_doubled_or_replaced_are_found() {
    let files = files();
    let lines = files.lines();
    // Leaves 0 and 1 stand alone; the others also break the story that the intents tell.
    let mut swapped = lines.clone();
    swapped.swap(0, 1);
    assert_eq!(files.with_lines(&swapped).code(), "audit.other-root");
    for place in 0..lines.len() {
        let mut removed = lines.clone();
        removed.remove(place);
        files.with_lines(&removed).code();
        let mut doubled = lines.clone();
        doubled.insert(place, lines[place].clone());
        match place {
            // At the end it is a line that no checkpoint covers yet, and the verifier says how many those are.
            5 => assert_eq!(files.with_lines(&doubled).verify(&[], &[key(1)]).unwrap().covered, 6),
            _ => assert_eq!(files.with_lines(&doubled).code().split_once('.').unwrap().0, "audit"),
        }
        let mut replaced = lines.clone();
        replaced[place] = String::from_utf8(refused(99).to_line().unwrap()).unwrap();
        files.with_lines(&replaced).code();
    }
}

#[test]
fn a_file_that_was_cut_at_any_place_is_found() {
    let files = files();
    for end in 0..files.leaves.len() {
        let mut cut = files.clone();
        cut.leaves.truncate(end);
        let code = cut.code();
        let whole_lines = end == 0 || files.leaves[end - 1] == b'\n';
        assert!(code == if whole_lines { "audit.truncated" } else { "audit.torn-line" } || code == "audit.other-length", "{end} {code}");
    }
}

#[test]
fn a_ledger_that_was_rolled_back_as_a_whole_is_found_by_a_checkpoint_kept_elsewhere_and_only_by_one() {
    let files = files();
    let first_two = String::from_utf8(files.history.clone()).unwrap().match_indices("\n\ncoff").nth(1).unwrap().0 + 2;
    let mut older = files.with_lines(&files.lines()[..4]);
    older.history.truncate(first_two);
    older.verify(&[], &[key(1)]).unwrap();
    assert_eq!(older.verify(&[files.newest()], &[key(1)]).unwrap_err().code(), "audit.truncated");
    files.verify(&[older.newest()], &[key(1)]).unwrap();
}

#[test]
fn a_history_that_another_key_wrote_again_is_found() {
    let files = files();
    let forged = Disk::default();
    let mut ledger = cofferdam_ledger::Ledger::create(Box::new(forged.clone()), signer(2)).unwrap();
    ledger.append(&refused(7)).unwrap();
    ledger.checkpoint().unwrap();
    let forged = forged.files();
    assert_eq!(forged.code(), "audit.untrusted-checkpoint");
    // Without a key nothing tells, except a checkpoint kept elsewhere.
    forged.verify(&[], &[]).unwrap();
    assert_eq!(forged.verify(&[files.newest()], &[]).unwrap_err().code(), "audit.truncated");
}

#[test]
fn checkpoints_that_were_reordered_or_taken_from_the_front_are_found() {
    let mut files = files();
    let text = String::from_utf8(files.history.clone()).unwrap();
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices("\n\ncoff").map(|(at, _)| at + 2)).collect();
    let [first, second, third] = [&text[..starts[1]], &text[starts[1]..starts[2]], &text[starts[2]..]];
    for order in [[second, third].concat(), [first, third, second].concat(), [first, second, second].concat(), [first, first].concat()] {
        files.history = order.into_bytes();
        assert_eq!(files.code(), "audit.checkpoint-order");
    }
}

#[test]
fn an_entry_that_tells_of_another_checkpoint_is_found() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    ledger.append(&refused(0)).unwrap();
    let head = ledger.head();
    ledger.append(&entry(Event::Checkpoint { size: 2, root: head.root })).unwrap();
    ledger.checkpoint().unwrap();
    assert_eq!(disk.files().code(), "audit.other-root");
}

proptest! {
    #[test]
    fn no_input_makes_the_verifier_crash(leaves in prop::collection::vec(any::<u8>(), 0..200), history in prop::collection::vec(any::<u8>(), 0..200)) {
        let verdict = Files { leaves, history }.verify(&[], &[key(1)]);
        prop_assert!(verdict.is_err());
    }

    #[test]
    fn a_ledger_with_random_splices_never_verifies_as_another(at in any::<prop::sample::Index>(), len in 0..40_usize, with in prop::collection::vec(any::<u8>(), 0..40)) {
        let files = files();
        let start = at.index(files.leaves.len());
        let end = (start + len).min(files.leaves.len());
        let mut changed = files.clone();
        changed.leaves.splice(start..end, with);
        prop_assert!(changed.leaves == files.leaves || changed.verify(&[], &[key(1)]).is_err());
    }
}
