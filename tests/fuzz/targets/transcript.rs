//! No line of a transcript panics its reader; one that reads back is written as itself.
#![no_main]

// The files themselves: their crate would bring the whole sandbox into the instrumented build.
#[allow(dead_code, reason = "the target uses a part of them")]
#[path = "../../../host/gate/src/transcript"]
mod transcript {
    pub mod limits;
    pub mod line;
    pub mod said;
}

use transcript::line::parse_line;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(parsed) = parse_line(bytes) {
        let again = parsed.clone().to_bytes().expect("it was read");
        let line = again.strip_suffix(b"\n").expect("a line feed");
        assert_eq!(parse_line(line).expect("a written line reads back"), parsed);
    }
});
