//! A question that only a person at a terminal can answer with yes.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// Whether somebody is there to answer: standard input and standard error are a terminal.
pub(crate) fn is_somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks somebody who is there. A terminal that is gone is nobody's yes.
pub(crate) fn said_yes(question: &str) -> bool {
    let _ = write!(io::stderr(), "{question} [y/N] ");
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
}

/// Asks. No, where nobody is there.
pub(crate) fn confirmed(question: &str) -> bool {
    is_somebody_there() && said_yes(question)
}
