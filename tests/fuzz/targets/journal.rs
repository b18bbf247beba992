//! No journal of an agent's run panics its reader, and what it says of its own end is in the bytes.
#![no_main]

use cofferdam_agent::journal::parse;
use cofferdam_base::{RunId, Timestamp};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let run = RunId::new(Timestamp(1), [1; 10]);
    if let Ok((whole, recorded)) = parse(&run, bytes) {
        assert!(whole <= bytes.len() && bytes[..whole].ends_with(b"\n"));
        assert_eq!(parse(&run, &bytes[..whole]).expect("the whole lines read back").1, recorded);
    }
});
