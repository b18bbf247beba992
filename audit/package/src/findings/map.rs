//! Counting what a source map carries (ECMA-426), as a stream: a map may be larger than memory.

/// Objects and arrays in each other; a map needs five.
const MAX_DEPTH: usize = 64;
/// Longest member name that is looked at.
const MAX_NAME_BYTES: usize = 32;

/// What a source map says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Map {
    /// It has the members of a map.
    pub is_map: bool,
    /// Sources embedded in `sourcesContent`, those of all sections together.
    pub sources: u64,
    /// Lines of all of them.
    pub lines: u64,
}

/// Reads JSON bytes in pieces and counts. It does not validate: a map that is cut still shows what it carries up to there.
#[derive(Debug, Default)]
pub(super) struct Counter {
    map: Map,
    open: Vec<Frame>,
    state: State,
    name: Vec<u8>,
    too_deep: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    Object,
    Array { sources: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Outside,
    Text {
        source: bool,
        empty: bool,
        ends_line: bool,
    },
    Escape {
        source: bool,
    },
}

impl Counter {
    /// Takes the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.too_deep {
                return;
            }
            match self.state {
                State::Outside => self.outside(*byte),
                State::Text { source, empty, ends_line } => self.text(*byte, source, empty, ends_line),
                State::Escape { source } => {
                    let newline = *byte == b'n';
                    self.map.lines += u64::from(source && newline);
                    self.state = State::Text { source, empty: false, ends_line: newline };
                }
            }
        }
    }

    /// What was counted.
    pub(super) fn finish(self) -> Map {
        self.map
    }

    fn text(&mut self, byte: u8, source: bool, empty: bool, ends_line: bool) {
        match byte {
            b'\\' => self.state = State::Escape { source },
            b'"' => {
                if source && !empty {
                    self.map.sources += 1;
                    self.map.lines += u64::from(!ends_line);
                }
                self.state = State::Outside;
            }
            other => {
                if self.name.len() <= MAX_NAME_BYTES {
                    self.name.push(other);
                }
                self.state = State::Text { source, empty: false, ends_line: false };
            }
        }
    }

    fn outside(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.name.clear();
                let source = self.open.last() == Some(&Frame::Array { sources: true });
                self.state = State::Text { source, empty: true, ends_line: false };
            }
            b':' if self.open.last() == Some(&Frame::Object) => {
                self.map.is_map |= matches!(self.name.as_slice(), b"mappings" | b"sections" | b"sourcesContent");
            }
            b',' => self.name.clear(),
            b'{' => self.push(Frame::Object),
            b'[' => {
                let named = self.open.last() == Some(&Frame::Object) && self.name == b"sourcesContent";
                self.push(Frame::Array { sources: named });
            }
            b'}' | b']' => drop(self.open.pop()),
            _ => {}
        }
    }

    fn push(&mut self, frame: Frame) {
        self.name.clear();
        self.open.push(frame);
        self.too_deep = self.open.len() > MAX_DEPTH;
    }
}

/// Counts the whole of a map at once.
pub(super) fn count(bytes: &[u8]) -> Map {
    let mut counter = Counter::default();
    counter.feed(bytes);
    counter.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn counts_sources_and_lines() {
        let map = json!({"version": 3, "sources": ["a", "b", "c"], "sourcesContent": ["1\n2\n", "one", null, ""], "mappings": "A"});
        assert_eq!(count(map.to_string().as_bytes()), Map { is_map: true, sources: 2, lines: 3 });
    }

    #[test]
    fn counts_the_sections_of_an_index_map() {
        let inner = json!({"sourcesContent": ["x\ny"], "mappings": ""});
        let map = json!({"sections": [{"offset": {"line": 0, "column": 0}, "map": inner}, {"map": {"sourcesContent": ["z"]}}]});
        assert_eq!(count(map.to_string().as_bytes()), Map { is_map: true, sources: 2, lines: 3 });
    }

    #[test]
    fn a_string_that_looks_like_the_member_is_no_member() {
        let map = json!({"names": ["sourcesContent", "["], "x": "\"sourcesContent\":[\"a\"]", "mappings": ""});
        assert_eq!(count(map.to_string().as_bytes()), Map { is_map: true, sources: 0, lines: 0 });
        assert_eq!(count(b"{\"version\":3}"), Map::default());
    }

    #[test]
    fn a_map_nested_without_end_stops_the_count() {
        assert_eq!(count("[".repeat(1 << 20).as_bytes()), Map::default());
    }

    proptest! {
        #[test]
        fn counts_what_a_parser_counts(contents in prop::collection::vec(prop::option::of("[a\\n\"\\\\ü{}\\[\\],:]{0,12}"), 0..8), cut in 0_usize..200) {
            let map = json!({"version": 3, "mappings": "AAAA", "sourcesContent": contents, "sources": ["a\nb"]}).to_string();
            let texts: Vec<&String> = contents.iter().flatten().filter(|text| !text.is_empty()).collect();
            let lines = texts.iter().map(|text| text.lines().count() as u64).sum();
            let expected = Map { is_map: true, sources: texts.len() as u64, lines };
            let mut counter = Counter::default();
            let (head, tail) = map.as_bytes().split_at(cut.min(map.len()));
            counter.feed(head);
            counter.feed(tail);
            prop_assert_eq!(counter.finish(), expected);
        }
    }
}
