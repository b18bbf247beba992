//! Whatever lock parses, reads back from its own rendering as itself.
#![no_main]

use cofferdam_trust::Lock;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(lock) = Lock::parse(text) {
        let rendered = lock.render();
        let again = Lock::parse(&rendered).expect("a rendered lock parses");
        assert_eq!(again.render(), rendered);
    }
});
