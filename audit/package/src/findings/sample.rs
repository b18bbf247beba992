//! What of a file is looked at: all of it, or its start and its end.

use std::io::{self, Read as _, SeekFrom};

use super::map;
use crate::tree::Source;

/// A larger file is looked at only in its first and last [`EDGE_BYTES`].
pub(super) const WHOLE_BYTES: u64 = 16 << 20;
/// Bytes at each end of a larger file.
pub(super) const EDGE_BYTES: u64 = 1 << 20;
/// A larger file is not opened: the sandbox's own bound on one file.
pub(super) const OPENED_BYTES: u64 = 64 << 20;
/// Bytes read at a time from a map.
const PIECE_BYTES: usize = 64 * 1024;

/// The bytes of a file that are looked at.
pub(super) struct Sample {
    /// The whole file, or its start.
    pub head: Vec<u8>,
    /// The end of a file that is not looked at as a whole.
    pub tail: Option<Vec<u8>>,
    /// What was counted in it, where it was read as a source map.
    pub map: Option<map::Map>,
}

/// Whether a file is read as a source map while it is sampled: a map is then counted whole, whatever its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Plain,
    SourceMap,
}

impl Sample {
    /// Reads a file of at most [`OPENED_BYTES`], each byte once.
    pub(super) fn take(source: &mut dyn Source, size: u64, reading: Reading) -> io::Result<Self> {
        match reading {
            Reading::SourceMap => Self::counted(source, size),
            Reading::Plain if size <= WHOLE_BYTES => Ok(Self { head: read(source, WHOLE_BYTES)?, tail: None, map: None }),
            Reading::Plain => {
                let head = read(source, EDGE_BYTES)?;
                source.seek(SeekFrom::Start(size - EDGE_BYTES))?;
                Ok(Self { head, tail: Some(read(source, EDGE_BYTES)?), map: None })
            }
        }
    }

    fn counted(source: &mut dyn Source, size: u64) -> io::Result<Self> {
        let mut counter = map::Counter::default();
        let (mut head, mut tail, mut place) = (Vec::new(), Vec::new(), 0_u64);
        let whole = size <= WHOLE_BYTES;
        let mut source = source.take(OPENED_BYTES);
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let length = source.read(&mut piece)?;
            let bytes = piece.get(..length).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            counter.feed(bytes);
            if whole || place < EDGE_BYTES {
                head.extend_from_slice(bytes);
            } else if place.saturating_add(EDGE_BYTES) >= size {
                tail.extend_from_slice(bytes);
            }
            place = place.saturating_add(length as u64);
        }
        Ok(Self { head, tail: (!whole).then_some(tail), map: Some(counter.finish()) })
    }
}

fn read(source: &mut dyn Source, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
