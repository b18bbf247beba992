//! What goes wrong with approvals and with questions that wait.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, text};
use cofferdam_store::StateError;

/// An approval or a waiting question cannot be used. Nothing is approved by it.
#[derive(Debug)]
pub enum ApprovalError {
    /// The file of the approvals does not read back.
    Damaged {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// No approval has this identifier.
    Unknown {
        /// What was asked for.
        id: String,
    },
    /// No process waits for the answer to this question: it is answered, its time is over, or its process is gone.
    NotWaiting {
        /// What was asked for.
        id: String,
    },
    /// The question that waits is not the one that was shown.
    OtherQuestion {
        /// Its identifier.
        id: String,
    },
    /// What is kept cannot be written as JSON.
    Json(serde_json::Error),
    /// The state folder.
    State(StateError),
}

impl From<StateError> for ApprovalError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl From<serde_json::Error> for ApprovalError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl fmt::Display for ApprovalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { line, why } => write!(f, "line {line} of the approvals does not read back: {}", text::inline(why, 300)),
            Self::Unknown { id } => write!(f, "no approval is kept as `{}`", text::inline(id, 80)),
            Self::NotWaiting { id } => write!(f, "nobody waits for an answer to question `{}`", text::inline(id, 80)),
            Self::OtherQuestion { id } => write!(f, "question `{}` is another by now than the one that was shown", text::inline(id, 80)),
            Self::Json(_) => f.write_str("an approval cannot be written as JSON"),
            Self::State(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl Error for ApprovalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::State(error) => error.source(),
            Self::Damaged { .. } | Self::Unknown { .. } | Self::NotWaiting { .. } | Self::OtherQuestion { .. } => None,
        }
    }
}

impl Diagnostic for ApprovalError {
    fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "approval.damaged",
            Self::Unknown { .. } => "approval.unknown",
            Self::NotWaiting { .. } => "approval.not-waiting",
            Self::OtherQuestion { .. } => "approval.other-question",
            Self::Json(_) => "approval.json",
            Self::State(error) => error.code(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Damaged { .. } | Self::OtherQuestion { .. } => Class::NotVerified,
            Self::Unknown { .. } => Class::Usage,
            Self::NotWaiting { .. } | Self::Json(_) => Class::Failed,
            Self::State(error) => error.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Damaged { .. } => Some("`cofferdam approvals revoke --all` forgets every approval; each is asked for again".to_owned()),
            Self::Unknown { .. } | Self::NotWaiting { .. } => {
                Some("see what is kept and what waits with `cofferdam approvals list`".to_owned())
            }
            Self::OtherQuestion { .. } => Some("look at it again with `cofferdam approve`".to_owned()),
            Self::Json(_) => None,
            Self::State(error) => error.hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_code_and_what_a_person_can_do() {
        let broken = serde_json::from_str::<u8>("x").unwrap_err();
        for (error, code, exit) in [
            (ApprovalError::OtherQuestion { id: "x".to_owned() }, "approval.other-question", 4),
            (ApprovalError::Json(broken), "approval.json", 1),
            (ApprovalError::State(StateError::Busy), "store.workspace-busy", 1),
        ] {
            assert_eq!((error.code(), error.class().exit_code()), (code, exit));
            assert_eq!(error.hint().is_some(), code != "approval.json");
        }
    }
}
