//! No line, note or proof panics a reader of the ledger; an entry that reads back is spelt the one way.
#![no_main]

use cofferdam_ledger::{parse_checkpoint, parse_entry, parse_leaf_proof};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = parse_entry(bytes) {
        assert_eq!(entry.to_line().expect("it was short enough to be read"), bytes);
    }
    let _ = parse_checkpoint(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = parse_leaf_proof(text);
    }
});
