//! Bytes as text, in the two encodings that nearly everything is in.

use std::borrow::Cow;

use crate::problem::Problem;

/// What windows-1252 has from 0x80 to 0x9f, where ISO 8859-1 has control characters (WHATWG Encoding, index windows-1252).
const C1: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–',
    '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text that the bytes are. Without a label it has to be UTF-8: guessing would show what nobody wrote.
pub(crate) fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> Result<Cow<'a, str>, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match label {
        None => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Problem::Charset("none that is named".to_owned())),
        Some("utf-8" | "utf8") => Ok(String::from_utf8_lossy(bytes)),
        // As browsers have it: all of these are windows-1252.
        Some("us-ascii" | "ascii" | "iso-8859-1" | "latin1" | "windows-1252" | "cp1252") => {
            Ok(bytes.iter().copied().map(windows_1252).collect())
        }
        Some(other) => Err(Problem::Charset(other.to_owned())),
    }
}

fn windows_1252(byte: u8) -> char {
    let c1 = byte.checked_sub(0x80).and_then(|at| C1.get(usize::from(at)));
    c1.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_utf_8_and_windows_1252_and_does_not_guess() {
        assert_eq!(decode(b"\xef\xbb\xbf\xc3\xa9", None).unwrap(), "é");
        assert_eq!(decode(b"a\xffb", Some("utf-8")).unwrap(), "a\u{fffd}b");
        assert_eq!(decode(b"\x80 \x99 \x9f \xa0 \xe9 \xff a", Some("iso-8859-1")).unwrap(), "€ ™ Ÿ \u{a0} é ÿ a");
        assert!(decode(b"\xe9", None).is_err());
        assert!(decode(b"a", Some("shift_jis")).is_err());
    }
}
