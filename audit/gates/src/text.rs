//! Text out of audited files, made safe to print.

/// One line of at most `max` characters: what a terminal or a bidirectional layout would act on is shown as an escape.
pub(crate) fn inline(text: &str, max: usize) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == max {
            out.push('…');
            break;
        }
        let invisible = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
        if c.is_control() || invisible {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn shows_what_a_terminal_would_act_on() {
        assert_eq!(super::inline("a\u{1b}[2J\u{202e}b", 99), "a\\u{1b}[2J\\u{202e}b");
        assert_eq!(super::inline("abc", 2), "ab…");
    }
}
