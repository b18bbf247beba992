//! Server-sent events, as the HTML standard reads them (section 9.2.6, "Interpreting an event stream").
//!
//! Incremental: bytes come in pieces cut anywhere, in the middle of a line end or of a character too. `id` and `retry` are for
//! clients that connect anew by themselves; nothing here does, so they are passed over.

/// Longest line, in bytes. A server that writes a whole file into one call stays far below.
const MAX_LINE_BYTES: usize = 2 << 20;
/// Most data of one event, in bytes.
const MAX_EVENT_BYTES: usize = 4 << 20;
/// U+FEFF, which may stand at the very beginning and is no part of the stream.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its type; empty where the stream names none.
    pub name: String,
    /// Its data: the values of its `data` fields, joined by line feeds.
    pub data: String,
}

/// A line or an event is larger than any answer needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oversized;

/// Reads a stream piece by piece. An event that its empty line does not end is no event.
#[derive(Debug, Default)]
pub struct EventStream {
    line: Vec<u8>,
    /// The event that the lines so far make up. Each `data` field ends with a line feed here.
    event: Event,
    /// The last byte was a carriage return: a line feed after it ends no second line.
    after_return: bool,
    past_first_line: bool,
}

impl EventStream {
    /// Takes the next bytes; gives the events that end in them.
    ///
    /// # Errors
    /// [`Oversized`]; the stream is of no further use then.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Oversized> {
        let mut events = Vec::new();
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() == MAX_LINE_BYTES => return Err(Oversized),
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<Event>, Oversized> {
        let line = std::mem::take(&mut self.line);
        let line = match std::mem::replace(&mut self.past_first_line, true) {
            true => line.as_slice(),
            false => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&line),
        };
        if line.is_empty() {
            let mut event = std::mem::take(&mut self.event);
            // Without data there is no event, whatever its type.
            return Ok(event.data.pop().map(|_| event));
        }
        // A line end is never a part of a character, so a line decodes as the whole stream would.
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" if self.event.data.len() + value.len() >= MAX_EVENT_BYTES => return Err(Oversized),
            "data" => {
                self.event.data.push_str(value);
                self.event.data.push('\n');
            }
            "event" => value.clone_into(&mut self.event.name),
            // A comment, whose field is empty; `id`, `retry`; and fields that the standard says to ignore.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(name: &str, data: &str) -> Event {
        Event { name: name.into(), data: data.into() }
    }

    fn read(stream: &[u8]) -> Vec<Event> {
        EventStream::default().feed(stream).unwrap()
    }

    #[test]
    fn reads_the_examples_of_the_standard() {
        assert_eq!(read(b"data: YHOO\ndata: +2\ndata: 10\n\n"), [event("", "YHOO\n+2\n10")]);
        let four = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
        assert_eq!(read(four), [event("", "first event"), event("", "second event"), event("", " third event")]);
        assert_eq!(read(b"data\n\ndata\ndata\n\ndata:"), [event("", ""), event("", "\n")]);
        assert_eq!(read(b"data:test\n\ndata: test\n\n"), [event("", "test"), event("", "test")]);
        assert_eq!(read(b"event: add\ndata: 1\n\nevent: x\n\ndata: 2\n\n"), [event("add", "1"), event("", "2")]);
    }

    #[test]
    fn every_line_end_is_one_and_an_event_without_its_end_is_none() {
        for end in ["\n", "\r", "\r\n"] {
            let stream = "event: a\ndata: 1\ndata: 2\n\ndata: 3\n\ndata: 4\n".replace('\n', end);
            assert_eq!(read(stream.as_bytes()), [event("a", "1\n2"), event("", "3")], "{end:?}");
        }
    }

    #[test]
    fn one_byte_order_mark_at_the_very_beginning_is_no_part_of_the_stream() {
        assert_eq!(read(b"\xef\xbb\xbfdata: 1\n\n\xef\xbb\xbfdata: 2\n\n"), [event("", "1")]);
        assert_eq!(read(b"\xef\xbb\xbf\n\xef\xbb\xbfdata: 2\n\n"), []);
        assert_eq!(read(b"data: \xff\xe2\x82\n\n"), [event("", "\u{fffd}\u{fffd}")]);
    }

    #[test]
    fn a_line_or_an_event_that_never_ends_is_refused() {
        assert_eq!(EventStream::default().feed(&vec![b'x'; MAX_LINE_BYTES + 1]), Err(Oversized));
        let line = [b"data: ".as_slice(), &vec![b'x'; MAX_LINE_BYTES - 6], b"\n"].concat();
        let mut stream = EventStream::default();
        assert_eq!(stream.feed(&line), Ok(vec![]));
        assert_eq!(stream.feed(&line), Ok(vec![]));
        assert_eq!(stream.feed(b"data: 12345\n"), Ok(vec![]));
        assert_eq!(stream.feed(b"data: 1234\n"), Err(Oversized));
    }

    proptest! {
        #[test]
        fn any_cut_into_pieces_gives_the_same_events(
            parts in prop::collection::vec(
                prop::sample::select(vec!["data", "event", ":", " ", "x", "ü", "€", "\u{feff}", "\r", "\n", "\n\n", "data: 1\n\n"]), 0..40),
            cuts in prop::collection::vec(0usize..200, 0..6),
        ) {
            let stream = parts.concat().into_bytes();
            let whole = read(&stream);
            let mut pieces = EventStream::default();
            let mut events = Vec::new();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
            cuts.sort_unstable();
            cuts.push(stream.len());
            let mut begin = 0;
            for cut in cuts {
                events.extend(pieces.feed(&stream[begin..cut]).unwrap());
                begin = cut;
            }
            prop_assert_eq!(&events, &whole);
            let mut single = EventStream::default();
            let bytes: Vec<Event> = stream.iter().flat_map(|byte| single.feed(&[*byte]).unwrap()).collect();
            prop_assert_eq!(bytes, whole);
        }
    }
}
