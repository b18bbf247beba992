//! What goes wrong with transcripts.

use std::{error::Error, fmt};

use cofferdam_base::{CallId, Class, Diagnostic, RunId, text};
use cofferdam_store::StateError;

use super::{limits, line::LineFault};

/// A transcript that cannot be written, read or changed.
#[derive(Debug)]
pub enum TranscriptError {
    /// The state folder.
    State(StateError),
    /// A line does not read back.
    Damaged {
        /// Name of the file.
        file: String,
        /// Line in it, from 1.
        line: u64,
        /// What is wrong with it.
        why: LineFault,
    },
    /// A redaction wrote the file anew since it was listed.
    Rewritten {
        /// Name of the file.
        file: String,
    },
    /// What a call says is longer than a line may be.
    LineTooLong {
        /// Bytes of the line.
        bytes: u64,
    },
    /// The transcript of this run takes no further call.
    RunFull,
    /// The transcripts of the project take no further call.
    ProjectFull,
    /// No run has a transcript of this name.
    UnknownRun {
        /// What was asked for.
        run: RunId,
    },
    /// The run has no text of this call that could be removed.
    NothingToRedact {
        /// The call.
        call: CallId,
    },
    /// Words that cannot stand in a record: a reason, a name.
    Words {
        /// What they are for.
        what: &'static str,
        /// What is wrong with them.
        why: &'static str,
    },
    /// What was taken down of a redaction does not read back.
    DamagedRedaction {
        /// Name of the file.
        file: String,
    },
    /// A line cannot be written as JSON.
    Write(serde_json::Error),
}

impl From<StateError> for TranscriptError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl fmt::Display for TranscriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(error) => fmt::Display::fmt(error, f),
            Self::Damaged { file, line, .. } => write!(f, "line {line} of transcript `{}` does not read back", text::inline(file, 100)),
            Self::Rewritten { file } => write!(f, "transcript `{}` was redacted while it was read", text::inline(file, 100)),
            Self::LineTooLong { bytes } => {
                write!(f, "what the call says takes {bytes} bytes, and a line of a transcript at most {}", limits::MAX_LINE_BYTES)
            }
            Self::RunFull => write!(f, "the transcript of this process has reached {} bytes", limits::RUN_BYTES),
            Self::ProjectFull => write!(f, "the transcripts of this workspace have reached {} bytes", limits::PROJECT_BYTES),
            Self::UnknownRun { run } => write!(f, "no run {run} has a transcript in this workspace"),
            Self::NothingToRedact { call } => write!(f, "the run has no text of call {call} that could be removed"),
            Self::Words { what, why } => write!(f, "the {what} {why}"),
            Self::DamagedRedaction { file } => write!(f, "redaction `{}` does not read back", text::inline(file, 100)),
            Self::Write(_) => f.write_str("a line of a transcript cannot be written as JSON"),
        }
    }
}

impl Error for TranscriptError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::State(error) => error.source(),
            Self::Damaged { why, .. } => Some(why),
            Self::Write(error) => Some(error),
            Self::Rewritten { .. }
            | Self::LineTooLong { .. }
            | Self::RunFull
            | Self::ProjectFull
            | Self::UnknownRun { .. }
            | Self::NothingToRedact { .. }
            | Self::Words { .. }
            | Self::DamagedRedaction { .. } => None,
        }
    }
}

impl Diagnostic for TranscriptError {
    fn code(&self) -> &'static str {
        match self {
            Self::State(error) => error.code(),
            Self::Damaged { .. } => "transcript.damaged",
            Self::Rewritten { .. } => "transcript.rewritten",
            Self::LineTooLong { .. } => "transcript.line-too-long",
            Self::RunFull => "transcript.run-full",
            Self::ProjectFull => "transcript.project-full",
            Self::UnknownRun { .. } => "transcript.unknown-run",
            Self::NothingToRedact { .. } => "transcript.nothing-to-redact",
            Self::Words { .. } => "transcript.words",
            Self::DamagedRedaction { .. } => "transcript.damaged-redaction",
            Self::Write(_) => "transcript.write",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::State(error) => error.class(),
            Self::Damaged { .. } | Self::DamagedRedaction { .. } => Class::NotVerified,
            Self::LineTooLong { .. } | Self::RunFull | Self::ProjectFull => Class::Limit,
            Self::Words { .. } => Class::Usage,
            Self::Rewritten { .. } | Self::UnknownRun { .. } | Self::NothingToRedact { .. } | Self::Write(_) => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::State(error) => error.hint(),
            Self::Damaged { .. } => Some("see what else is there with `cofferdam transcript list`; the other runs still read".to_owned()),
            Self::Rewritten { .. } => Some("run it again; `cofferdam transcript list` shows what is there".to_owned()),
            Self::RunFull => Some("go on in a new process with `cofferdam resume`".to_owned()),
            Self::ProjectFull => Some("remove old ones with `cofferdam transcript prune --keep 100`".to_owned()),
            Self::UnknownRun { .. } => Some("see the runs with `cofferdam transcript list`".to_owned()),
            Self::NothingToRedact { .. } => Some("see what is there with `cofferdam transcript show RUN`".to_owned()),
            Self::Words { .. } => Some("see `cofferdam transcript redact --help`".to_owned()),
            Self::DamagedRedaction { .. } => Some("the ledger still verifies: `cofferdam-audit ledger verify FOLDER`".to_owned()),
            Self::LineTooLong { .. } | Self::Write(_) => None,
        }
    }
}
