//! Why a call of this tool fails.

use std::fmt;

use cofferdam_tool_sdk::{Failure, WorkspaceError, WorkspacePath};

/// A change that is not made.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The workspace refused or failed.
    Workspace(WorkspaceError),
    /// The file is not UTF-8 text.
    NotText(WorkspacePath),
    /// The text to replace does not occur.
    NoMatch { path: WorkspacePath, line_ends: LineEnds },
    /// The text to replace occurs more than once, the first times in these lines.
    Ambiguous { path: WorkspacePath, count: Count, lines: Vec<usize> },
    /// The replacement is the text itself.
    NoChange(WorkspacePath),
    /// The file does not have that line.
    NoSuchLine { path: WorkspacePath, line: u32, lines: usize },
}

/// How often a text occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// So often.
    Exactly(usize),
    /// At least so often; it was not counted on.
    AtLeast(usize),
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "{count}"),
            Self::AtLeast(count) => write!(f, "at least {count}"),
        }
    }
}

/// Whether different line ends may be why a text does not occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnds {
    /// The text would occur if line ends were all the same.
    Differ,
    /// They have nothing to do with it.
    Irrelevant,
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::Workspace(error) => error.code(),
            Self::NotText(_) => "edit.not-text",
            Self::NoMatch { .. } => "edit.no-match",
            Self::Ambiguous { .. } => "edit.ambiguous",
            Self::NoChange(_) => "edit.no-change",
            Self::NoSuchLine { .. } => "edit.no-such-line",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace(error) => error.fmt(f),
            Self::NotText(path) => write!(f, "`{path}` is not UTF-8 text"),
            Self::NoMatch { path, line_ends: LineEnds::Irrelevant } => write!(f, "`find` occurs 0 times in `{path}`"),
            Self::NoMatch { path, line_ends: LineEnds::Differ } => {
                write!(f, "`find` occurs 0 times in `{path}`, and would occur with the line ends that the file has")
            }
            Self::Ambiguous { path, count, lines } => {
                let named: Vec<String> = lines.iter().map(ToString::to_string).collect();
                let more = if *count == Count::Exactly(lines.len()) { "" } else { ", .." };
                write!(f, "`find` occurs {count} times in `{path}`, starting in lines {}{more}", named.join(", "))
            }
            Self::NoChange(path) => write!(f, "`find` and `put` are the same, so `{path}` would not change"),
            Self::NoSuchLine { path, line, lines } => {
                write!(f, "line {line} is not among the {lines} lines of `{path}` and is not the one after them")
            }
        }
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Workspace(error) => error.source(),
            Self::NotText(_) | Self::NoMatch { .. } | Self::Ambiguous { .. } | Self::NoChange(_) | Self::NoSuchLine { .. } => None,
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
