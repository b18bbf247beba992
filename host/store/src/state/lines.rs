//! A file of lines, read one after the other from any byte on, without holding more than one.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    ops::Range,
};

use crate::state::read::ReadFile;

/// Bytes asked of the file at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes asked of the end of a file at a time.
const TAIL_BYTES: usize = 4096;

/// One line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileLine {
    /// With its line feed, which is not in the bytes.
    Whole(Vec<u8>),
    /// The end of the file comes before the line feed: what a crash left.
    Torn,
    /// Longer than the reader allows. Nothing is read after it.
    TooLong,
}

/// The lines of a file from a byte on, each with the byte at which it begins.
#[derive(Debug)]
pub struct FileLines {
    reader: BufReader<Rest>,
    offset: u64,
    limit: u64,
    ended: bool,
}

#[derive(Debug)]
struct Rest {
    file: ReadFile,
    offset: u64,
    /// Nothing is read from this byte on.
    end: u64,
}

impl Read for Rest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        let read = self.file.read_at(self.offset, buffer.get_mut(..room).unwrap_or_default())?;
        self.offset = self.offset.saturating_add(read as u64);
        Ok(read)
    }
}

impl ReadFile {
    /// The lines from byte `from`, which begins one; none may be longer than `limit` bytes without its line feed.
    #[must_use]
    pub fn lines(self, from: u64, limit: u64) -> FileLines {
        self.lines_within(from..u64::MAX, limit)
    }

    /// Like [`ReadFile::lines`], as if the file ended where the range does: what is appended meanwhile is not read.
    #[must_use]
    pub fn lines_within(self, Range { start, end }: Range<u64>, limit: u64) -> FileLines {
        let rest = Rest { file: self, offset: start, end };
        FileLines { reader: BufReader::with_capacity(CHUNK_BYTES, rest), offset: start, limit, ended: false }
    }

    /// The byte at which its last whole line ends, now. It reads no more than what a crash or a writer left after that.
    ///
    /// # Errors
    /// The operating system's.
    pub fn end_of_lines(&self) -> io::Result<u64> {
        let mut chunk = [0; TAIL_BYTES];
        let mut end = self.len()?;
        while end > 0 {
            let from = end.saturating_sub(chunk.len() as u64);
            let read = self.read_at(from, &mut chunk)?;
            let before_end = usize::try_from(end - from).unwrap_or(usize::MAX).min(read);
            let last = chunk.iter().take(before_end).rposition(|byte| *byte == b'\n');
            if let Some(last) = last {
                return Ok(from + last as u64 + 1);
            }
            end = from;
        }
        Ok(0)
    }
}

impl Iterator for FileLines {
    type Item = io::Result<(u64, FileLine)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut line = Vec::new();
        let most = self.limit.saturating_add(1);
        let read = match self.reader.by_ref().take(most).read_until(b'\n', &mut line) {
            Ok(read) => read as u64,
            Err(error) => {
                self.ended = true;
                return Some(Err(error));
            }
        };
        let begins = self.offset;
        self.offset = begins.saturating_add(read);
        let whole = line.pop_if(|byte| *byte == b'\n').is_some();
        self.ended = !whole;
        match whole {
            true => Some(Ok((begins, FileLine::Whole(line)))),
            false if read == 0 => None,
            false if read == most => Some(Ok((begins, FileLine::TooLong))),
            false => Some(Ok((begins, FileLine::Torn))),
        }
    }
}
