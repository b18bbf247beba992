//! A stream of events reads the same however it is cut into pieces, and whatever it holds.
#![no_main]

use cofferdam_model::event_stream::EventStream;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((size, stream)) = bytes.split_first() else { return };
    let whole = EventStream::default().feed(stream).expect("it is far below the limits");
    let mut pieces = EventStream::default();
    let cut = stream.chunks(usize::from(*size).max(1)).flat_map(|piece| pieces.feed(piece).expect("it is far below the limits"));
    assert_eq!(cut.collect::<Vec<_>>(), whole);
});
