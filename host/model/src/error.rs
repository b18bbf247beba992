//! What can go wrong between the agent and a model.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, text};
use cofferdam_net::NetError;

/// A model that gave no usable answer.
#[derive(Debug)]
pub enum ModelError {
    /// The network brought nothing, after all retries.
    Net {
        /// Requests that were sent.
        attempts: u32,
        /// The last failure.
        source: NetError,
    },
    /// The server refused the request.
    Status {
        /// HTTP status.
        status: u16,
        /// What it said, cut.
        message: String,
    },
    /// The server reported an error instead of the rest of its answer.
    Reported {
        /// Its name for it; may be empty.
        kind: String,
        /// What it said, cut.
        message: String,
    },
    /// The answer is not what the protocol says, or not whole.
    Answer {
        /// What is wrong with it.
        why: String,
    },
    /// The answer asks for more calls than one may.
    TooManyCalls {
        /// Most calls of one answer.
        limit: usize,
    },
    /// The request cannot be written.
    Request(serde_json::Error),
    /// What was said cannot be written to the session's file.
    Record(std::io::Error),
    /// A recorded session does not read back.
    Session {
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A request differs from the recorded one.
    Differs {
        /// Turn, from 1.
        turn: usize,
        /// JSON pointer (RFC 6901) of the first difference.
        pointer: String,
        /// What was recorded there.
        recorded: String,
        /// What is there now.
        now: String,
    },
    /// The recorded session has no more turns.
    SessionEnded {
        /// Turns that it has.
        turns: usize,
    },
    /// A cap of the run is reached.
    Cap {
        /// The cap's name.
        name: &'static str,
        /// Its value.
        limit: u64,
        /// Its unit.
        unit: &'static str,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net { attempts, .. } => write!(f, "the model cannot be reached, after {attempts} requests"),
            Self::Status { status, message } => write!(f, "the model's server answered {status}: {}", text::inline(message, 300)),
            Self::Reported { kind, message } => {
                write!(f, "the model's server broke its answer off: {} {}", text::inline(kind, 60), text::inline(message, 300))
            }
            Self::Answer { why } => write!(f, "the model's answer does not follow the protocol: {}", text::inline(why, 300)),
            Self::TooManyCalls { limit } => write!(f, "the model's answer asks for more than {limit} calls"),
            Self::Request(_) => f.write_str("the request cannot be written as JSON"),
            Self::Record(_) => f.write_str("the session cannot be recorded"),
            Self::Session { line, why } => write!(f, "line {line} of the recorded session does not read back: {}", text::inline(why, 300)),
            Self::Differs { turn, pointer, recorded, now } => write!(
                f,
                "request {turn} differs from the recorded one at `{}`: recorded `{}`, now `{}`",
                text::inline(pointer, 200),
                text::inline(recorded, 400),
                text::inline(now, 400)
            ),
            Self::SessionEnded { turns } => write!(f, "the recorded session has {turns} turns, and one more was asked for"),
            Self::Cap { name, limit, unit } => write!(f, "the run reached its cap `{name}` of {limit} {unit}"),
        }
    }
}

impl Error for ModelError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Net { source, .. } => Some(source),
            Self::Request(source) => Some(source),
            Self::Record(source) => Some(source),
            Self::Status { .. }
            | Self::Reported { .. }
            | Self::Answer { .. }
            | Self::TooManyCalls { .. }
            | Self::Session { .. }
            | Self::Differs { .. }
            | Self::SessionEnded { .. }
            | Self::Cap { .. } => None,
        }
    }
}

impl Diagnostic for ModelError {
    fn code(&self) -> &'static str {
        match self {
            Self::Net { source, .. } => source.code(),
            Self::Status { .. } => "model.status",
            Self::Reported { .. } => "model.reported",
            Self::Answer { .. } => "model.answer",
            Self::TooManyCalls { .. } => "model.too-many-calls",
            Self::Request(_) => "model.request",
            Self::Record(_) => "model.record",
            Self::Session { .. } => "model.session",
            Self::Differs { .. } => "model.request-differs",
            Self::SessionEnded { .. } => "model.session-ended",
            Self::Cap { .. } => "model.cap",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Net { source, .. } => source.class(),
            Self::Differs { .. } | Self::SessionEnded { .. } => Class::NotVerified,
            Self::Cap { .. } | Self::TooManyCalls { .. } => Class::Limit,
            Self::Status { .. }
            | Self::Reported { .. }
            | Self::Answer { .. }
            | Self::Request(_)
            | Self::Record(_)
            | Self::Session { .. } => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Net { source, .. } => source.hint(),
            Self::Status { status: 401 | 403, .. } => {
                Some("the key is missing or not accepted; `cofferdam doctor` says where it is looked for".to_owned())
            }
            Self::Reported { .. } | Self::TooManyCalls { .. } => Some("go on where it stopped with `cofferdam resume`".to_owned()),
            Self::Status { .. } | Self::Answer { .. } => Some("try another model or mode; `cofferdam run --help` lists them".to_owned()),
            Self::Differs { .. } | Self::SessionEnded { .. } => {
                Some("record the session anew with `cofferdam run --record FILE`".to_owned())
            }
            Self::Cap { name, .. } => Some(format!("raise it with `cofferdam resume --cap {name}=N`")),
            Self::Request(_) | Self::Record(_) | Self::Session { .. } => None,
        }
    }
}
