//! Whatever keyring parses, reads back from its own rendering as itself.
#![no_main]

use cofferdam_trust::{Keyring, TrustRoot};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let root = TrustRoot::first_party().expect("the built-in key reads back");
    if let Ok(keyring) = Keyring::parse(text, &root) {
        let rendered = keyring.render();
        let again = Keyring::parse(&rendered, &root).expect("a rendered keyring parses");
        assert_eq!(again.render(), rendered);
    }
});
