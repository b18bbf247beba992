//! What an error tells: a stable code, one sentence, its causes, a hint, and the exit code.

use std::{error::Error, fmt};

/// Exit codes; the same numbers as the product's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// A gate did not pass, or a file cannot be read.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// The ledger is not what was signed.
    NotVerified = 4,
    /// More input than any honest one.
    Limit = 5,
}

/// An error with a code, `area.kebab-code`. Codes are append-only.
pub trait Fault: Error {
    /// Its code.
    fn code(&self) -> &'static str;
    /// How the process ends.
    fn exit(&self) -> Exit;
    /// What to do, naming a command where there is one.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// The sentences of an error's causes, nearest first.
pub(crate) fn causes(fault: &dyn Fault) -> Vec<String> {
    std::iter::successors(fault.source(), |cause| (*cause).source()).map(ToString::to_string).collect()
}

/// How a fault is printed for people.
pub(crate) struct Shown<'f>(pub(crate) &'f dyn Fault);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error[{}]: {}", self.0.code(), self.0)?;
        for cause in causes(self.0) {
            writeln!(f, "caused by: {cause}")?;
        }
        match self.0.hint() {
            Some(hint) => writeln!(f, "hint: {hint}"),
            None => Ok(()),
        }
    }
}
