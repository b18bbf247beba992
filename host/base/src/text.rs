//! Text from tools, models and files, made safe to print: it cannot move the cursor, hide or reorder what a person reads.

use std::fmt::Write as _;

/// Whether a terminal or a bidirectional layout would act on the character instead of showing it.
///
/// Control characters (C0, C1), line and paragraph separators, bidirectional controls (Unicode TR9, CVE-2021-42574),
/// zero-width characters and the deprecated tag characters, which carry invisible text.
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line of at most `max` characters: every deceptive character is shown as an escape, a longer text is cut with `…`.
#[must_use]
pub fn inline(text: &str, max: usize) -> String {
    escape(text, max, false)
}

/// Several lines, at most `max` characters: like [`inline`], but line feeds and tabs stay.
#[must_use]
pub fn block(text: &str, max: usize) -> String {
    escape(text, max, true)
}

fn escape(text: &str, max: usize, lines: bool) -> String {
    let mut out = String::with_capacity(text.len().min(max));
    for (count, c) in text.chars().enumerate() {
        if count == max {
            out.push('…');
            break;
        }
        match c {
            '\n' | '\t' if lines => out.push(c),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_deceptive(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_escapes_instead_of_acting_on_them() {
        assert_eq!(inline("a\u{1b}[2Jb", 99), "a\\u{1b}[2Jb");
        assert_eq!(inline("x\u{202e}txt.exe", 99), "x\\u{202e}txt.exe");
        assert_eq!(inline("a\nb", 99), "a\\nb");
        assert_eq!(block("a\nb\u{7f}", 99), "a\nb\\u{7f}");
        assert_eq!(inline("abcdef", 3), "abc…");
    }
}
