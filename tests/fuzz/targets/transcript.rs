//! No line of a transcript panics its reader; one that reads back is written as itself.
#![no_main]

use cofferdam_gate::transcript::line::parse_line;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(parsed) = parse_line(bytes) {
        let again = parsed.clone().to_bytes().expect("it was read");
        let line = again.strip_suffix(b"\n").expect("a line feed");
        assert_eq!(parse_line(line).expect("a written line reads back"), parsed);
    }
});
