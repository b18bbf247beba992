//! The prompt: a question that only a person at a terminal can answer.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use cofferdam_base::{Class, Diagnostic, Interrupt, interrupt::Interrupted};
use rustix::termios::{QueueSelector, tcflush};

/// So often a question is asked again where what was typed is no answer.
const TRIES: usize = 5;

/// How often it is looked whether a person asked to stop, while the answer is waited for.
const LOOK: Duration = Duration::from_millis(50);

/// Whether somebody is there to answer: standard input and standard error are a terminal.
pub(crate) fn is_somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks somebody who is there, until they ask to stop: what `read` makes of their line, which is asked for again where it makes
/// nothing of it. What was typed before the question is no answer to it: nobody had seen it. None from a terminal that is gone.
///
/// # Errors
/// [`Interrupted`].
pub(crate) fn asked<T>(question: &str, interrupt: &Interrupt, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Interrupted> {
    for _ in 0..TRIES {
        // What cannot be forgotten is no terminal's, and so nobody's answer below.
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
        let _ = write!(io::stderr(), "{question} [y/N] ");
        let Some(line) = answered(interrupt, line)? else { return Ok(None) };
        if let Some(answer) = read(line.trim()) {
            return Ok(Some(answer));
        }
        let _ = writeln!(io::stderr(), "that is no answer");
    }
    Ok(None)
}

/// Asks somebody who is there for a yes; everything else is a no.
fn said_yes(question: &str, interrupt: &Interrupt) -> Result<bool, Interrupted> {
    Ok(asked(question, interrupt, |line| Some(matches!(line, "y" | "Y" | "yes")))? == Some(true))
}

/// What `answer` gives, unless a person asks to stop first; then it is left waiting, and ends with the program.
fn answered<T: Default + Send + 'static>(interrupt: &Interrupt, answer: impl FnOnce() -> T + Send + 'static) -> Result<T, Interrupted> {
    let (told, answers) = mpsc::channel();
    // Nobody listens any more where the wish to stop came first.
    std::thread::spawn(move || {
        let _ = told.send(answer());
    });
    loop {
        match answers.recv_timeout(LOOK) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Timeout) => interrupt.check()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(T::default()),
        }
    }
}

/// One line of a person; none from a terminal that is gone.
fn line() -> Option<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line)
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
