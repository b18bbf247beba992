//! Reading git's index (gitformat-index, versions 2 to 4): which files are tracked.

use std::{collections::BTreeSet, fmt};

/// Fixed bytes of an entry before its name, with a SHA-1 object name.
const ENTRY_BYTES: usize = 62;
/// Flag: two more bytes of flags follow (version 3 and later).
const EXTENDED: u16 = 0x4000;
/// Bits of the flags with the stage of a merge.
const STAGE: u16 = 0x3000;
/// Bytes of the checksum at the end.
const CHECKSUM_BYTES: usize = 20;
/// Mode of a submodule.
const SUBMODULE: u32 = 0o160_000;

/// Why an index cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexFault {
    Malformed,
    Version,
    NotUnicode,
    Extension,
    Submodule,
    Conflict,
}

impl fmt::Display for IndexFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "is malformed",
            Self::Version => "has a version that is not modelled",
            Self::NotUnicode => "holds a path that is not UTF-8",
            Self::Extension => "is split or sparse, which is not modelled",
            Self::Submodule => "holds a submodule, which is not modelled",
            Self::Conflict => "holds an unresolved merge",
        })
    }
}

/// The tracked paths, relative to the working tree's root.
pub(super) fn parse(bytes: &[u8]) -> Result<BTreeSet<String>, IndexFault> {
    let mut reader = Reader { rest: bytes };
    if reader.take(4)? != b"DIRC" {
        return Err(IndexFault::Malformed);
    }
    let version = reader.number()?;
    if !(2..=4).contains(&version) {
        return Err(IndexFault::Version);
    }
    let count = reader.number()?;
    let mut paths = BTreeSet::new();
    let mut previous: Vec<u8> = Vec::new();
    for _ in 0..count {
        let path = entry(&mut reader, version, &previous)?;
        paths.insert(String::from_utf8(path.clone()).map_err(|_| IndexFault::NotUnicode)?);
        previous = path;
    }
    while reader.rest.len() > CHECKSUM_BYTES {
        let signature = reader.take(4)?;
        // An extension that is not optional changes what the entries mean.
        if !signature.first().is_some_and(u8::is_ascii_uppercase) {
            return Err(IndexFault::Extension);
        }
        let size = reader.number()?;
        reader.take(usize::try_from(size).map_err(|_| IndexFault::Malformed)?)?;
    }
    Ok(paths)
}

fn entry(reader: &mut Reader<'_>, version: u32, previous: &[u8]) -> Result<Vec<u8>, IndexFault> {
    let start = reader.rest.len();
    let fixed = reader.take(ENTRY_BYTES)?;
    let mode = fixed.get(24..28).and_then(|field| field.try_into().ok()).map(u32::from_be_bytes).ok_or(IndexFault::Malformed)?;
    let flags = fixed.get(60..62).and_then(|field| field.try_into().ok()).map(u16::from_be_bytes).ok_or(IndexFault::Malformed)?;
    if mode == SUBMODULE {
        return Err(IndexFault::Submodule);
    }
    if flags & STAGE != 0 {
        return Err(IndexFault::Conflict);
    }
    if flags & EXTENDED != 0 {
        reader.take(2)?;
    }
    let mut path = Vec::new();
    if version == 4 {
        let dropped = reader.offset()?;
        path.extend_from_slice(previous.get(..previous.len().checked_sub(dropped).ok_or(IndexFault::Malformed)?).unwrap_or_default());
    }
    let end = reader.rest.iter().position(|byte| *byte == 0).ok_or(IndexFault::Malformed)?;
    path.extend_from_slice(reader.take(end)?);
    reader.take(1)?;
    if version < 4 {
        // Padded with NUL to a multiple of eight; one was taken.
        let length = start - reader.rest.len();
        reader.take((8 - length % 8) % 8)?;
    }
    if path.is_empty() { Err(IndexFault::Malformed) } else { Ok(path) }
}

struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], IndexFault> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(IndexFault::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, IndexFault> {
        self.take(4)?.try_into().map(u32::from_be_bytes).map_err(|_| IndexFault::Malformed)
    }

    /// A number of varying length, as in pack files' offsets: each further byte adds one.
    fn offset(&mut self) -> Result<usize, IndexFault> {
        let mut value = 0_usize;
        for index in 0..8 {
            let byte = *self.take(1)?.first().ok_or(IndexFault::Malformed)?;
            if index > 0 {
                value = value.checked_add(1).ok_or(IndexFault::Malformed)?;
            }
            value = value.checked_mul(128).and_then(|value| value.checked_add(usize::from(byte & 0x7f))).ok_or(IndexFault::Malformed)?;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(IndexFault::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(path: &[u8], mode: u32, flags: u16) -> Vec<u8> {
        let mut bytes = vec![0; 24];
        bytes.extend(mode.to_be_bytes());
        bytes.extend([0; 32]);
        bytes.extend(flags.to_be_bytes());
        bytes.extend(path);
        bytes
    }

    fn index(version: u32, entries: &[Vec<u8>], tail: &[u8]) -> Vec<u8> {
        let count = u32::try_from(entries.len()).unwrap();
        let head = [b"DIRC".as_slice(), &version.to_be_bytes(), &count.to_be_bytes()].concat();
        let padded = entries.iter().flat_map(|entry| {
            let padding = if version < 4 { 8 - entry.len() % 8 } else { 1 };
            [entry.clone(), vec![0; padding]].concat()
        });
        head.into_iter().chain(padded).chain(tail.iter().copied()).chain([0; CHECKSUM_BYTES]).collect()
    }

    #[test]
    fn reads_versions_two_and_four() {
        let plain = index(2, &[entry(b"a", 0o100_644, 1), entry(b"b/cdefgh", 0o100_644, 8)], b"TREE\0\0\0\x01x");
        assert_eq!(parse(&plain).unwrap().into_iter().collect::<Vec<_>>(), ["a", "b/cdefgh"]);
        let mut second = entry(b"", 0o100_644, 5);
        second.extend(b"\x01z");
        let packed = index(4, &[[entry(b"", 0o100_644, 4), b"\0dir/a".to_vec()].concat(), second], b"");
        assert_eq!(parse(&packed).unwrap().into_iter().collect::<Vec<_>>(), ["dir/a", "dir/z"]);
    }

    #[test]
    fn refuses_what_it_would_misread() {
        for (bytes, fault) in [
            (b"DIRX".to_vec(), IndexFault::Malformed),
            (index(5, &[], b""), IndexFault::Version),
            (index(2, &[entry(b"\xff", 0o100_644, 1)], b""), IndexFault::NotUnicode),
            (index(2, &[], b"link\0\0\0\0"), IndexFault::Extension),
            (index(2, &[entry(b"sub", 0o160_000, 3)], b""), IndexFault::Submodule),
            (index(2, &[entry(b"a", 0o100_644, 0x1001)], b""), IndexFault::Conflict),
            (index(2, &[entry(b"", 0o100_644, 0)], b""), IndexFault::Malformed),
        ] {
            assert_eq!(parse(&bytes).unwrap_err(), fault, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), version in 2_u8..5) {
            let _ = parse(&bytes);
            let _ = parse(&[b"DIRC\0\0\0".as_slice(), &[version, 0, 0, 0, 3], &bytes].concat());
        }
    }
}
