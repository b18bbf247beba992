//! Text without what only a terminal would act on.

/// The text without control characters, with `\n` as its only line end.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\r' => plain.push('\n'),
            '\n' | '\t' => plain.push(next),
            _ if next.is_control() => {}
            _ => plain.push(next),
        }
    }
    plain
}

/// The beginning of a text, and how many characters the whole has.
pub(crate) fn beginning(text: &str, most: usize) -> (&str, usize) {
    let cut = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    (text.get(..cut).unwrap_or(text), text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_lines_stay() {
        assert_eq!(plain("a\r\nb\rc\n\td\u{1b}[2J\0\u{9b}\u{7f}é"), "a\nb\nc\n\td[2Jé");
        assert_eq!(beginning("aéb", 2), ("aé", 3));
        assert_eq!(beginning("aéb", 3), ("aéb", 3));
    }
}
