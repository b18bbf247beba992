//! Reads a file line by line, within bounds, without holding more than one line.

use std::io::{self, BufRead as _, BufReader, Read};

use crate::{
    entry::MAX_LINE_BYTES,
    storage::{File, Storage},
};

/// Bytes asked of the storage at a time.
const CHUNK_BYTES: usize = 64 * 1024;

struct Part<'s> {
    storage: &'s dyn Storage,
    offset: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.storage.read_at(File::Leaves, self.offset, buffer)?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// One line of the file.
pub(crate) enum Line<'l> {
    /// With its line feed, which is not in the slice.
    Whole(&'l [u8]),
    /// The end of the file comes before the line feed.
    Torn { bytes: u64 },
    /// Longer than any line that is ever written.
    TooLong,
}

/// The lines of a range of the leaves' file.
pub(crate) struct Lines<'s> {
    reader: BufReader<io::Take<Part<'s>>>,
    line: Vec<u8>,
}

impl<'s> Lines<'s> {
    /// The lines from byte `start`, which begins a line, up to byte `end`.
    pub(crate) fn new(storage: &'s dyn Storage, start: u64, end: u64) -> Self {
        let part = Part { storage, offset: start }.take(end.saturating_sub(start));
        Self { reader: BufReader::with_capacity(CHUNK_BYTES, part), line: Vec::new() }
    }

    /// The next line; none at the end.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let limit = MAX_LINE_BYTES as u64 + 1;
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.line)? as u64;
        Ok(match self.line.pop_if(|byte| *byte == b'\n') {
            Some(_) => Some(Line::Whole(&self.line)),
            None if read == 0 => None,
            None if read == limit => Some(Line::TooLong),
            None => Some(Line::Torn { bytes: read }),
        })
    }
}
