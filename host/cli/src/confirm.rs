//! A question that only a person at a terminal can answer with yes.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// Asks. No, where standard input and standard error are no terminal.
pub(crate) fn confirmed(question: &str) -> bool {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return false;
    }
    let _ = write!(io::stderr(), "{question} [y/N] ");
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
}
