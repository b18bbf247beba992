//! A stream of events reads the same however it is cut into pieces, and whatever it holds.
#![no_main]

// The file itself: its crate would bring the whole network stack into the instrumented build.
#[allow(dead_code, reason = "the target uses a part of it")]
#[path = "../../../host/model/src/event_stream.rs"]
mod event_stream;

use event_stream::EventStream;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((size, stream)) = bytes.split_first() else { return };
    let whole = EventStream::default().feed(stream).expect("it is far below the limits");
    let mut pieces = EventStream::default();
    let cut = stream.chunks(usize::from(*size).max(1)).flat_map(|piece| pieces.feed(piece).expect("it is far below the limits"));
    assert_eq!(cut.collect::<Vec<_>>(), whole);
});
