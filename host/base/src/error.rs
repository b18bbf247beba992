//! What an error tells a person: a stable code, one sentence, its causes, and a hint that names a command.
//!
//! Every error type of the product implements [`Diagnostic`]. Codes are append-only: a code that was released is never
//! reused for something else. The exit code follows from the class alone.

use std::error::Error;

/// What kind of failure it is. Decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The operation failed: input, file system, tool.
    Failed,
    /// The command line was wrong.
    Usage,
    /// A policy denied it.
    Denied,
    /// Something is not what was signed, pinned or recorded.
    NotVerified,
    /// A limit was reached.
    Limit,
    /// A bug of ours.
    Bug,
    /// A person interrupted it.
    Interrupted,
}

impl Class {
    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Denied => 3,
            Self::NotVerified => 4,
            Self::Limit => 5,
            Self::Bug => 70,
            Self::Interrupted => 130,
        }
    }
}

/// An error that can be shown to a person and acted on by a program.
///
/// The `Display` text is one sentence: lower-case start, no full stop, input in backticks, advice only in the hint.
pub trait Diagnostic: Error {
    /// Stable code, `area.kebab-code`, for example `trust.digest-mismatch`.
    fn code(&self) -> &'static str;
    /// Decides the exit code.
    fn class(&self) -> Class;
    /// What to do, naming a command where there is one.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// The sentences of an error's causes, nearest first.
#[must_use]
pub fn causes(error: &(dyn Error + 'static)) -> Vec<String> {
    std::iter::successors(error.source(), |cause| (*cause).source()).map(ToString::to_string).collect()
}
