//! Finds the newest checkpoint at the end of the file of all checkpoints, without reading the rest.
//!
//! A record is a signed note and an empty line: text, empty line, signature, empty line. A crash can leave the last record
//! without its end; the one before it is then the newest.

use std::io;

use crate::storage::{File, Storage, read_full};

/// Largest record that [`crate::SignedCheckpoint`] writes, rounded up. Bounds what a crash can leave behind.
const MAX_RECORD_BYTES: usize = 1024;
/// How much of the end is read: a whole record and a torn one always fit.
const WINDOW_BYTES: usize = 4 * MAX_RECORD_BYTES;

/// The end of the file of checkpoints.
pub(crate) enum Newest {
    /// No whole record, and at most a part of a first one.
    None,
    /// A whole record, then the `torn` bytes of the next.
    Note { note: Vec<u8>, torn: u64 },
    /// Neither.
    Malformed,
}

/// Reads the end of the file.
pub(crate) fn read_newest(storage: &dyn Storage) -> io::Result<Newest> {
    let len = storage.len(File::Checkpoints)?;
    let start = len.saturating_sub(WINDOW_BYTES as u64);
    let mut window = vec![0; WINDOW_BYTES.min(usize::try_from(len).unwrap_or(WINDOW_BYTES))];
    if read_full(storage, File::Checkpoints, start, &mut window)? < window.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(find_newest(&window, start == 0))
}

/// Splits at the last empty line.
fn rsplit_empty_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.windows(2).rposition(|pair| pair == b"\n\n")?;
    Some((bytes.get(..at)?, bytes.get(at + 2..)?))
}

/// `whole_file`: the window begins where the file begins.
fn find_newest(window: &[u8], whole_file: bool) -> Newest {
    let none = if whole_file && window.len() <= MAX_RECORD_BYTES { Newest::None } else { Newest::Malformed };
    let mut end = window.len();
    // The second round is for a crash between the text's empty line and the end of the signature.
    for _ in 0..2 {
        let torn = window.len() - end;
        let Some((blocks, rest)) = window.get(..end).and_then(rsplit_empty_line) else { return none };
        let torn = torn + rest.len();
        let (before, last) = rsplit_empty_line(blocks).unwrap_or((b"", blocks));
        if last.starts_with("— ".as_bytes()) {
            let text = match rsplit_empty_line(before) {
                Some((_, text)) => text,
                None if whole_file => before,
                None => return Newest::Malformed,
            };
            if torn > MAX_RECORD_BYTES {
                return Newest::Malformed;
            }
            return Newest::Note { note: [text, b"\n\n", last, b"\n"].concat(), torn: torn as u64 };
        }
        // What comes before this text ended with an empty line too, unless the text is the file's first.
        end = if before.is_empty() { 0 } else { before.len() + 2 };
    }
    if end == 0 { none } else { Newest::Malformed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::MemoryStorage;

    fn newest(file: &str) -> Option<(String, u64)> {
        let mut storage = MemoryStorage::default();
        storage.append(File::Checkpoints, file.as_bytes()).unwrap();
        match read_newest(&storage).unwrap() {
            Newest::None => Some((String::new(), file.len() as u64)),
            Newest::Note { note, torn } => Some((String::from_utf8(note).unwrap(), torn)),
            Newest::Malformed => None,
        }
    }

    fn record(number: usize) -> String {
        format!("log\n{number}\nroot\n\n— log signature{number}\n\n")
    }

    #[test]
    fn finds_the_last_whole_record_wherever_a_crash_cut_the_next() {
        for before in [0, 1, 2, 100] {
            let earlier: String = (0..before).map(record).collect();
            let next = record(before);
            for cut in 0..next.len() {
                let Some(part) = next.get(..cut) else { continue };
                let expected = if before == 0 { String::new() } else { record(before - 1).trim_end().to_owned() + "\n" };
                assert_eq!(newest(&format!("{earlier}{part}")), Some((expected, cut as u64)), "{before} {part:?}");
            }
        }
    }

    #[test]
    fn a_tail_that_no_crash_leaves_is_malformed() {
        for bad in ["x".repeat(1025), "\n\n".repeat(600), record(1) + &"x".repeat(1025), record(1) + "a\n\nb\n\nc\n\n", "x".repeat(99_999)]
        {
            assert_eq!(newest(&bad), None, "{}", bad.len());
        }
    }
}
