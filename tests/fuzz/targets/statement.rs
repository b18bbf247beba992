//! No component and no statement, whatever their bytes, panics the verifier or passes it.
#![no_main]

use cofferdam_base::Timestamp;
use cofferdam_trust::{Keyring, verify_unlocked};

libfuzzer_sys::fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let keyring = Keyring::builtin().expect("the built-in key reads back");
    let (component, statement) = input;
    assert!(verify_unlocked(component.into(), &statement, &keyring, Timestamp(0)).is_err());
});
