//! A question that only a person at a terminal can answer with yes.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use cofferdam_base::{Class, Diagnostic, Interrupt, interrupt::Interrupted};
use rustix::termios::{QueueSelector, tcflush};

/// How often it is looked whether a person asked to stop, while the answer is waited for.
const LOOK: Duration = Duration::from_millis(50);

/// Whether somebody is there to answer: standard input and standard error are a terminal.
pub(crate) fn is_somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks somebody who is there, until they ask to stop. What was typed before the question is no answer to it: nobody had seen it.
/// A terminal that is gone is nobody's yes.
///
/// # Errors
/// [`Interrupted`].
pub(crate) fn said_yes(question: &str, interrupt: &Interrupt) -> Result<bool, Interrupted> {
    // What cannot be forgotten is no terminal's, and so nobody's yes below.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    let _ = write!(io::stderr(), "{question} [y/N] ");
    answered(interrupt, is_yes)
}

/// What `answer` gives, unless a person asks to stop first; then it is left waiting, and ends with the program.
fn answered(interrupt: &Interrupt, answer: impl FnOnce() -> bool + Send + 'static) -> Result<bool, Interrupted> {
    let (told, answers) = mpsc::channel();
    // Nobody listens any more where the wish to stop came first.
    std::thread::spawn(move || {
        let _ = told.send(answer());
    });
    loop {
        match answers.recv_timeout(LOOK) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Timeout) => interrupt.check()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
        }
    }
}

fn is_yes() -> bool {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
}

/// Asks. No, where nobody is there.
pub(crate) fn confirmed(question: &str) -> bool {
    is_somebody_there() && said_yes(question, &Interrupt::default()) == Ok(true)
}

/// Nobody said yes to something that needs it. Nothing was done.
#[derive(Debug)]
pub(crate) struct NotConfirmed {
    /// The code.
    pub(crate) code: &'static str,
    /// What was not done, in one sentence.
    pub(crate) what: &'static str,
    /// How it can be.
    pub(crate) hint: &'static str,
}

impl std::fmt::Display for NotConfirmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what)
    }
}

impl std::error::Error for NotConfirmed {}

impl Diagnostic for NotConfirmed {
    fn code(&self) -> &'static str {
        self.code
    }

    fn class(&self) -> Class {
        Class::Denied
    }

    fn hint(&self) -> Option<String> {
        Some(self.hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_to_stop_ends_the_wait_for_an_answer() {
        let interrupt = Interrupt::default();
        assert_eq!(answered(&interrupt, || true), Ok(true));
        assert_eq!(answered(&interrupt, || false), Ok(false));
        interrupt.raise();
        let (_open, waits) = mpsc::channel::<()>();
        assert_eq!(answered(&interrupt, move || waits.recv().is_ok()), Err(Interrupted));
    }
}
