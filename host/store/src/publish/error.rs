//! What goes wrong when changes are published, recovered or taken back.

use std::{error::Error, fmt, io};

use cofferdam_base::{CallId, Class, Diagnostic, WorkspacePath, text};

use crate::state::StateError;

/// Longest path shown in a sentence, in characters.
const SHOWN: usize = 120;
/// Most paths named in a sentence; the rest are counted.
const NAMED: usize = 5;

/// Changes were not published, recovered or taken back.
#[derive(Debug)]
pub enum PublishError {
    /// The change set is empty: there is nothing to publish.
    Nothing,
    /// The changes contradict each other: a digest that is not that of its bytes, a file in what is no folder.
    Inconsistent(WorkspacePath),
    /// The old contents that would have to be kept for an undo, or the plan, are larger than the limit.
    TooMuch {
        /// What is too large.
        what: &'static str,
        /// Allowed bytes.
        limit: u64,
    },
    /// What is at these paths is not what the call saw there. Nothing was changed.
    Changed(Vec<WorkspacePath>),
    /// This call was published before.
    PublishedBefore(CallId),
    /// An earlier publish was interrupted; it has to be recovered first.
    Unrecovered(CallId),
    /// A publish stopped half-way. The journal has all that recovery needs to complete it or to take it back.
    Interrupted {
        /// The call.
        call: CallId,
        /// What stopped it.
        cause: Box<PublishError>,
        /// What kept it from being taken back at once, if that was tried.
        stuck: Option<Box<PublishError>>,
    },
    /// Recovery found that somebody else changed these paths after the crash. Nothing was overwritten.
    Conflict {
        /// The interrupted call.
        call: CallId,
        /// The paths.
        paths: Vec<WorkspacePath>,
    },
    /// A journal or call record is not what was written.
    Damaged {
        /// The file in the state folder.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No published call has this identifier.
    UnknownCall(CallId),
    /// Paths that the call changed have been changed since, so that it cannot be taken back.
    ChangedSince {
        /// The call.
        call: CallId,
        /// The paths.
        paths: Vec<WorkspacePath>,
    },
    /// The operating system refused an operation in the workspace.
    Io {
        /// What was done, as a verb: `write`.
        doing: &'static str,
        /// To which path.
        path: WorkspacePath,
        /// Why.
        cause: io::Error,
    },
    /// The state folder.
    State(StateError),
}

impl PublishError {
    pub(super) fn io(doing: &'static str, path: &WorkspacePath, cause: io::Error) -> Self {
        Self::Io { doing, path: path.clone(), cause }
    }

    pub(super) fn interrupted(call: &CallId, cause: Self, stuck: Self) -> Self {
        Self::Interrupted { call: call.clone(), cause: Box::new(cause), stuck: Some(Box::new(stuck)) }
    }
}

impl From<StateError> for PublishError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

/// The first paths by name, the others by their number.
fn named(paths: &[WorkspacePath]) -> String {
    let mut shown: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{}`", text::inline(path.as_str(), SHOWN))).collect();
    if paths.len() > NAMED {
        shown.push(format!("{} more", paths.len() - NAMED));
    }
    shown.join(", ")
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |path: &WorkspacePath| text::inline(path.as_str(), SHOWN);
        match self {
            Self::Nothing => f.write_str("the call changes nothing"),
            Self::Inconsistent(at) => write!(f, "the change of `{}` contradicts itself or another change", path(at)),
            Self::TooMuch { what, limit } => write!(f, "{what} would take more than {limit} bytes"),
            Self::Changed(paths) => write!(f, "changed since the call saw it: {}", named(paths)),
            Self::PublishedBefore(call) => write!(f, "call `{call}` was published before"),
            Self::Unrecovered(call) => write!(f, "call `{call}` was interrupted while it was published"),
            Self::Interrupted { call, stuck: None, .. } => write!(f, "publishing call `{call}` stopped half-way"),
            Self::Interrupted { call, stuck: Some(stuck), .. } => {
                write!(f, "publishing call `{call}` stopped half-way and could not be taken back: {stuck}")
            }
            Self::Conflict { call, paths } => write!(f, "changed by somebody else after call `{call}` was interrupted: {}", named(paths)),
            Self::Damaged { name, why } => write!(f, "`{}` in the state folder {why}", text::inline(name, SHOWN)),
            Self::UnknownCall(call) => write!(f, "no published call has the identifier `{call}`"),
            Self::ChangedSince { call, paths } => write!(f, "changed since call `{call}` was published: {}", named(paths)),
            Self::Io { doing, path: at, .. } => write!(f, "cannot {doing} `{}`", path(at)),
            Self::State(error) => error.fmt(f),
        }
    }
}

impl Error for PublishError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Interrupted { cause, .. } => Some(cause),
            Self::Io { cause, .. } => Some(cause),
            Self::State(error) => error.source(),
            Self::Nothing
            | Self::Inconsistent(_)
            | Self::TooMuch { .. }
            | Self::Changed(_)
            | Self::PublishedBefore(_)
            | Self::Unrecovered(_)
            | Self::Conflict { .. }
            | Self::Damaged { .. }
            | Self::UnknownCall(_)
            | Self::ChangedSince { .. } => None,
        }
    }
}

impl Diagnostic for PublishError {
    fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "publish.nothing-changed",
            Self::Inconsistent(_) => "publish.inconsistent-changes",
            Self::TooMuch { .. } => "publish.too-much-to-keep",
            Self::Changed(_) => "publish.changed-meanwhile",
            Self::PublishedBefore(_) => "publish.published-before",
            Self::Unrecovered(_) => "publish.unrecovered",
            Self::Interrupted { .. } => "publish.interrupted",
            Self::Conflict { .. } => "publish.recovery-conflict",
            Self::Damaged { .. } => "publish.record-damaged",
            Self::UnknownCall(_) => "publish.unknown-call",
            Self::ChangedSince { .. } => "publish.changed-since",
            Self::Io { cause, .. } if cause.kind() == io::ErrorKind::StorageFull => "publish.disk-full",
            Self::Io { .. } => "publish.io",
            Self::State(error) => error.code(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Inconsistent(_) | Self::PublishedBefore(_) => Class::Bug,
            Self::TooMuch { .. } => Class::Limit,
            Self::Damaged { .. } => Class::NotVerified,
            Self::Nothing
            | Self::Changed(_)
            | Self::Unrecovered(_)
            | Self::Interrupted { .. }
            | Self::Conflict { .. }
            | Self::UnknownCall(_)
            | Self::ChangedSince { .. }
            | Self::Io { .. } => Class::Failed,
            Self::State(error) => error.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Changed(_) => Some("run the call again on the files as they are now".to_owned()),
            Self::Unrecovered(_) | Self::Interrupted { .. } => {
                Some("run the `cofferdam` command again: it first completes the interrupted call or takes it back".to_owned())
            }
            Self::Conflict { .. } => Some(
                "see what is half-done with `cofferdam recover`; `cofferdam recover --keep-theirs` leaves these paths as they are and takes \
                 the rest of the call back"
                    .to_owned(),
            ),
            Self::Damaged { .. } => Some("restore the file from a backup of the state folder".to_owned()),
            Self::UnknownCall(_) => Some("run `cofferdam history` for the calls that were published".to_owned()),
            Self::ChangedSince { .. } => Some("take back the later changes of these paths first".to_owned()),
            Self::Io { cause, .. } if cause.kind() == io::ErrorKind::StorageFull => Some("free some space, then run it again".to_owned()),
            Self::Nothing | Self::Inconsistent(_) | Self::TooMuch { .. } | Self::PublishedBefore(_) | Self::Io { .. } => None,
            Self::State(error) => error.hint(),
        }
    }
}
