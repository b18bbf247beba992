//! What a line of a transcript is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a line of a transcript is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The arguments of a call, with the time and the seed that it got.
    Arguments,
    /// A question to a person.
    Question,
    /// The outcome of a call.
    Outcome,
    /// What a call read.
    Reads,
    /// The evidence of a verdict, or the reason of a failure.
    Evidence,
    /// What a call changes.
    Changes,
}

impl Said {
    /// Every kind, in the order in which a call says them.
    pub const ALL: [Self; 6] = [Self::Arguments, Self::Question, Self::Reads, Self::Outcome, Self::Evidence, Self::Changes];

    /// One word for people, as in the files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Question => "question",
            Self::Outcome => "outcome",
            Self::Reads => "reads",
            Self::Evidence => "evidence",
            Self::Changes => "changes",
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no kind of line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the kinds are arguments, question, reads, outcome, evidence and changes")
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Said {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|said| said.as_str() == text).ok_or(UnknownKind)
    }
}
