//! Why a call of this tool fails.

use std::fmt;

use cofferdam_tool_sdk::{Failure, Refuted, WorkspaceError, WorkspacePath, text::inline};

/// A call that cannot be answered.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The workspace refused or failed.
    Workspace(WorkspaceError),
    /// A glob pattern that cannot be read.
    Pattern { pattern: String, reason: String },
    /// A regular expression that cannot be read, or is too large.
    Expression { expression: String, reason: String },
    /// Line numbers that the file does not have.
    Range { path: WorkspacePath, lines: u32 },
    /// More names than one call looks at.
    TooMany { path: WorkspacePath, limit: usize },
    /// More text than one call searches.
    TooMuch { path: WorkspacePath, limit: usize },
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::Workspace(error) => error.code(),
            Self::Pattern { .. } => "files.bad-pattern",
            Self::Expression { .. } => "files.bad-expression",
            Self::Range { .. } => "files.no-such-lines",
            Self::TooMany { .. } => "files.too-many",
            Self::TooMuch { .. } => "files.too-much",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace(error) => error.fmt(f),
            Self::Pattern { pattern, reason } => write!(f, "`{}` is not a glob pattern: {}", inline(pattern, 100), inline(reason, 200)),
            Self::Expression { expression, reason } => {
                write!(f, "`{}` is not a regular expression: {}", inline(expression, 100), inline(reason, 200))
            }
            Self::Range { path, lines } => write!(f, "`{path}` has {lines} lines, and the lines asked for are not among them"),
            Self::TooMany { path, limit } => write!(f, "`{path}` holds more than {limit} names; a deeper `path` holds fewer"),
            Self::TooMuch { path, limit } => {
                write!(f, "`{path}` holds more than {limit} bytes of text; a deeper `path` or a `glob` leaves less to search")
            }
        }
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Workspace(error) => error.source(),
            Self::Pattern { .. } | Self::Expression { .. } | Self::Range { .. } | Self::TooMany { .. } | Self::TooMuch { .. } => None,
        }
    }
}

impl From<WorkspaceError> for Problem {
    fn from(error: WorkspaceError) -> Self {
        Self::Workspace(error)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let (code, message) = (problem.code(), problem.to_string());
        // An error of the workspace also says its cause.
        if let Problem::Workspace(error) = problem { error.into() } else { Self::new(code, message) }
    }
}

impl From<Problem> for Refuted {
    fn from(problem: Problem) -> Self {
        Self::new(problem.to_string())
    }
}
