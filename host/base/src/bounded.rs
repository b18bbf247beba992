//! Readers with an end: nothing from outside is read without a limit.

use std::io::{self, Read};

/// More bytes came than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// Allowed bytes.
    pub limit: u64,
}

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "larger than the limit of {} bytes", self.limit)
    }
}

impl std::error::Error for TooLarge {}

/// Reads everything, or fails with [`TooLarge`] (as an [`io::Error`] of kind `FileTooLarge`) after `limit` bytes.
///
/// # Errors
/// What the reader gives, or more than `limit` bytes.
pub fn read_to_end(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if read as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, TooLarge { limit }));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_up_to_the_limit_and_not_one_byte_more() {
        assert_eq!(read_to_end(&b"abc"[..], 3).unwrap(), b"abc");
        assert_eq!(read_to_end(&b"abcd"[..], 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(read_to_end(io::repeat(0), 1 << 16).is_err());
    }
}
