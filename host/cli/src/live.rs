//! What the model says, on the terminal while it says it.
//!
//! It is a draft, and looks like one (faint): an answer that breaks off does not count, and the whole one goes to standard output.

use std::io::{self, Write};

use cofferdam_base::text;

/// Clears the line that the cursor is in.
const CLEAR_LINE: &str = "\r\u{1b}[K";
/// Faint, and back to normal. Each piece goes back, so that a program that is ended in between leaves no faint terminal.
const FAINT: (&str, &str) = ("\u{1b}[2m", "\u{1b}[0m");

/// A terminal on which text appears piece by piece, between lines of progress.
pub(crate) struct Live<W> {
    out: W,
    line: Line,
}

/// What is in the line of the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Nothing that has to go.
    Empty,
    /// Progress, which the next thing replaces.
    Progress,
    /// The model's words, which stay.
    Words,
}

// A terminal that is gone is no reason to stop.
impl<W: Write> Live<W> {
    pub(crate) fn on(out: W) -> Self {
        Self { out, line: Line::Empty }
    }

    /// Shows how far it is, until the next thing is shown.
    pub(crate) fn progress(&mut self, what: &str) {
        self.end();
        let _ = write!(self.out, "{CLEAR_LINE}{what}").and_then(|()| self.out.flush());
        self.line = Line::Progress;
    }

    /// Shows a piece of what the model says. Every character that a terminal would act on is shown as an escape, alone: it makes
    /// no difference where a piece begins or ends.
    pub(crate) fn words(&mut self, piece: &str) {
        if self.line == Line::Progress {
            self.end();
        }
        let shown = text::block(piece, piece.len());
        let _ = write!(self.out, "{}{shown}{}", FAINT.0, FAINT.1).and_then(|()| self.out.flush());
        self.line = Line::Words;
    }

    /// Ends the line, whatever is in it. Gives whether words were in it.
    pub(crate) fn end(&mut self) -> bool {
        let line = std::mem::replace(&mut self.line, Line::Empty);
        let _: io::Result<()> = match line {
            Line::Empty => Ok(()),
            Line::Progress => write!(self.out, "{CLEAR_LINE}"),
            Line::Words => writeln!(self.out),
        };
        line == Line::Words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(show: impl FnOnce(&mut Live<&mut Vec<u8>>)) -> String {
        let mut out = Vec::new();
        show(&mut Live::on(&mut out));
        String::from_utf8(out).unwrap()
    }

    /// What is left when the escapes of this file itself are taken away.
    fn without_ours(shown: &str) -> String {
        [CLEAR_LINE, FAINT.0, FAINT.1].iter().fold(shown.to_owned(), |shown, ours| shown.replace(ours, ""))
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_gets_through_wherever_a_piece_ends() {
        let hostile = "a\u{1b}[2J\u{1b}]0;title\u{7}b\u{9b}31m\u{202e}c\r\u{200b}d\u{85}";
        let whole = without_ours(&shown(|live| live.words(hostile)));
        assert!(!whole.chars().any(text::is_deceptive), "{whole:?}");
        let pieces = without_ours(&shown(|live| {
            for piece in hostile.split_inclusive(|_| true) {
                live.words(piece);
            }
        }));
        assert_eq!(pieces, whole);
    }

    #[test]
    fn words_stay_and_progress_goes() {
        let text = shown(|live| {
            live.progress("asked");
            live.words("one\n");
            live.words("two");
            assert!(live.end());
            live.progress("checked");
            assert!(!live.end());
            assert!(!live.end());
        });
        assert_eq!(
            text,
            format!("{CLEAR_LINE}asked{CLEAR_LINE}\u{1b}[2mone\n\u{1b}[0m\u{1b}[2mtwo\u{1b}[0m\n{CLEAR_LINE}checked{CLEAR_LINE}")
        );
    }
}
