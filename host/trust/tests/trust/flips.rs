//! One damaged byte anywhere is refused, with a lock and without one.

use cofferdam_trust::{Lock, verify, verify_unlocked};

use crate::example::{Example, NOW};

/// Every position with one bit, the highest bit, and all bits flipped.
fn damaged(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len()).flat_map(move |position| {
        [0x01u8, 0x80, 0xff].into_iter().map(move |mask| {
            let mut copy = bytes.to_vec();
            copy[position] ^= mask;
            (position, copy)
        })
    })
}

#[test]
fn refuses_a_damaged_component_with_and_without_a_lock() {
    let example = Example::new();
    for (position, component) in damaged(&example.component) {
        assert!(verify(component.clone().into(), &example.statement, example.entry(), &example.keyring, NOW).is_err(), "{position}");
        assert!(verify_unlocked(component.into(), &example.statement, &example.keyring, NOW).is_err(), "{position}");
    }
}

#[test]
fn refuses_a_damaged_statement_with_and_without_a_lock() {
    let example = Example::new();
    // The one thing in an envelope that nobody signed, and that decides nothing (DSSE, protocol.md).
    let id = example.entry().signers().first().unwrap().to_string();
    let start = String::from_utf8_lossy(&example.statement).find(&id).unwrap();
    let hint = start..start + id.len();
    for (position, statement) in damaged(&example.statement) {
        assert!(verify(example.component.clone(), &statement, example.entry(), &example.keyring, NOW).is_err(), "{position}");
        let unlocked = verify_unlocked(example.component.clone(), &statement, &example.keyring, NOW);
        assert!(unlocked.is_err() || hint.contains(&position), "{position}");
    }
}

#[test]
fn refuses_a_damaged_lock() {
    let example = Example::new();
    let mut lock = Lock::default();
    lock.insert(example.approved.clone()).unwrap();
    let text = lock.render();
    let comment = text.find("version").unwrap();
    for (position, bytes) in damaged(text.as_bytes()).filter(|(position, _)| *position >= comment) {
        // A lock is text: what is no UTF-8 never gets as far as this crate.
        let Ok(damaged) = String::from_utf8(bytes) else { continue };
        let Ok(parsed) = Lock::parse(&damaged) else { continue };
        let entry = parsed.entries().next().unwrap();
        assert!(verify(example.component.clone(), &example.statement, entry, &example.keyring, NOW).is_err(), "{position}: {damaged}");
    }
}
