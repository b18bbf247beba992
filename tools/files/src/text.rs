//! What is text, and how much of a line is shown.

/// Longest part of a line in a result, in characters. Keeps a file that is one line from flooding a result.
pub(crate) const MAX_LINE_CHARS: usize = 300;
/// Characters shown before a match in a line that is cut.
const LEAD_CHARS: usize = 60;
/// Stands where a line was cut.
pub(crate) const CUT: char = '…';

/// The text of a file; `None` for a binary file, which is one that is not UTF-8 or has a NUL.
pub(crate) fn decode(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok() }
}

/// The line, or, if it is longer than [`MAX_LINE_CHARS`], the part of it around the character `focus` (from 0), with
/// [`CUT`] where something is missing.
pub(crate) fn excerpt(line: &str, focus: usize) -> String {
    let length = line.chars().count();
    if length <= MAX_LINE_CHARS {
        return line.to_owned();
    }
    let start = focus.saturating_sub(LEAD_CHARS).min(length - MAX_LINE_CHARS);
    let mut shown = String::new();
    if start > 0 {
        shown.push(CUT);
    }
    shown.extend(line.chars().skip(start).take(MAX_LINE_CHARS));
    if start + MAX_LINE_CHARS < length {
        shown.push(CUT);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_utf_8_without_nul() {
        assert_eq!(decode("é\r\n".as_bytes()), Some("é\r\n"));
        assert_eq!(decode(b""), Some(""));
        assert_eq!(decode(b"a\0b"), None);
        assert_eq!(decode(b"\xff\xfea"), None);
    }

    #[test]
    fn a_long_line_is_cut_around_the_focus() {
        assert_eq!(excerpt("short", 3), "short");
        let line = format!("{}needle{}", "é".repeat(1000), "b".repeat(1000));
        let shown = excerpt(&line, 1000);
        assert!(shown.starts_with("…é") && shown.contains("needle") && shown.ends_with("b…"));
        assert_eq!(shown.chars().count(), MAX_LINE_CHARS + 2);
        assert!(excerpt(&line, 0).starts_with('é'));
        assert!(excerpt(&line, 2005).ends_with('b'));
    }
}
