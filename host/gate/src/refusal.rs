//! Why a call came to nothing. Whatever the reason: the workspace and the memory are as before.

use std::{collections::BTreeSet, fmt};

use cofferdam_base::{CallId, Class, Diagnostic, EntryId, entropy::NoEntropy, interrupt::Interrupted, path::PathError, text};
use cofferdam_ledger::LedgerError;
use cofferdam_memory::MemoryError;
use cofferdam_policy::Denial;
use cofferdam_sandbox::{SandboxError, Stopped};
use cofferdam_store::{Conflict, FsError, StateError, publish::PublishError};
use cofferdam_trust::{schema::SchemaError, verify::TrustError};

use crate::{approval::ApprovalError, network::RequestFault, postcondition::Broken, transcript::TranscriptError};

/// A refused call.
#[derive(Debug)]
pub struct Refused {
    /// The call.
    pub call: CallId,
    /// Why.
    pub fault: Fault,
    /// What confidential things its words may hold, by name.
    pub secrets: BTreeSet<String>,
}

impl Refused {
    /// A call that was let read nothing.
    pub(crate) fn before_all(call: CallId, fault: Fault) -> Box<Self> {
        Box::new(Self { call, fault, secrets: BTreeSet::new() })
    }
}

/// Why a call was refused.
#[derive(Debug)]
pub enum Fault {
    /// No locked tool has this name.
    UnknownTool {
        /// What was asked for.
        name: String,
    },
    /// The tool is no longer trusted: revoked or expired since it was loaded.
    Trust(TrustError),
    /// The arguments, or the outcome, are not what the signed schema says.
    Schema(SchemaError),
    /// An argument is no path of the workspace.
    Path {
        /// Name of the argument.
        argument: String,
        /// What is wrong with it.
        source: PathError,
    },
    /// Whoever asked for it wanted it no more before its changes became real.
    Cancelled(Interrupted),
    /// A policy denied it, or a question was not approved.
    Denied(Denial),
    /// The tool's code cannot be made ready.
    Unprepared(SandboxError),
    /// The tool did not come to an end.
    Stopped(Stopped),
    /// The tool itself said no.
    Tool {
        /// Its code.
        code: String,
        /// Its words.
        message: String,
    },
    /// The stage cannot be closed.
    Stage(FsError),
    /// A function that only reads changed something.
    ChangedWhileReading {
        /// How many paths.
        count: usize,
    },
    /// A host postcondition does not hold.
    Postcondition(Broken),
    /// The tool's verify hook says that the work is not right.
    Verdict {
        /// Its words.
        reason: String,
    },
    /// The tool's verify hook had no use for a request that the tool had made.
    Unchecked {
        /// Method and address.
        request: String,
    },
    /// The workspace changed while the call ran.
    Conflict(Conflict),
    /// The changes could not be published.
    Publish(PublishError),
    /// The state folder.
    State(StateError),
    /// It could not be recorded, so it did not happen.
    Ledger(LedgerError),
    /// What is recorded cannot be written as JSON.
    Record(serde_json::Error),
    /// No randomness for identifiers and salts.
    Entropy(NoEntropy),
    /// A memory cites a call that the ledger does not know as verified.
    Uncited {
        /// The cited call.
        call: CallId,
    },
    /// A change of the memory that the ledger does not tell of.
    UnrecordedChange {
        /// The change.
        change: EntryId,
    },
    /// The transcript has no room, or cannot be written or read.
    Transcript(TranscriptError),
    /// The memory's own rules and files.
    Memory(MemoryError),
    /// What was approved before cannot be read or kept.
    Approval(ApprovalError),
    /// A dry run of what cannot be taken back.
    Irrevocable {
        /// `tool.function`.
        function: String,
    },
    /// An argument is no address that a tool may ask for.
    Url {
        /// Name of the argument.
        argument: String,
        /// What is wrong with it.
        source: RequestFault,
    },
    /// The network is switched off.
    NoNetwork {
        /// Method and address.
        request: String,
    },
    /// A request failed.
    Network(RequestFault),
    /// A request was about to carry out a secret that the host knows, or something of the form of one.
    SecretLeaving {
        /// Its name, or its kind.
        secret: String,
        /// Method and address.
        request: String,
    },
    /// A secret has to be replaced before it is used again.
    SecretDue {
        /// Its name.
        secret: String,
    },
    /// The call was refused after something had left that cannot be taken back.
    EffectUnknown(Box<Fault>),
}

macro_rules! fault_from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Fault {
            fn from(source: $source) -> Self {
                Self::$variant(source)
            }
        })*
    };
}

fault_from! {
    TrustError => Trust,
    SchemaError => Schema,
    Interrupted => Cancelled,
    Denial => Denied,
    SandboxError => Unprepared,
    Stopped => Stopped,
    FsError => Stage,
    Broken => Postcondition,
    Conflict => Conflict,
    PublishError => Publish,
    StateError => State,
    LedgerError => Ledger,
    serde_json::Error => Record,
    NoEntropy => Entropy,
    MemoryError => Memory,
    TranscriptError => Transcript,
    ApprovalError => Approval,
    RequestFault => Network,
}

impl Fault {
    fn inner(&self) -> Option<&dyn Diagnostic> {
        Some(match self {
            Self::Trust(error) => error,
            Self::Schema(error) => error,
            Self::Denied(error) => error,
            Self::Unprepared(error) => error,
            Self::Stopped(error) => error,
            Self::Stage(error) => error,
            Self::Conflict(error) => error,
            Self::Publish(error) => error,
            Self::State(error) => error,
            Self::Ledger(error) => error,
            Self::Entropy(error) => error,
            Self::Memory(error) => error,
            Self::Transcript(error) => error,
            Self::Approval(error) => error,
            Self::Network(error) => error,
            Self::Url { source, .. } => source,
            Self::EffectUnknown(_)
            | Self::NoNetwork { .. }
            | Self::SecretLeaving { .. }
            | Self::SecretDue { .. }
            | Self::Unchecked { .. }
            | Self::UnknownTool { .. }
            | Self::Path { .. }
            | Self::Cancelled(_)
            | Self::Tool { .. }
            | Self::ChangedWhileReading { .. }
            | Self::Postcondition(_)
            | Self::Verdict { .. }
            | Self::Record(_)
            | Self::Uncited { .. }
            | Self::UnrecordedChange { .. }
            | Self::Irrevocable { .. } => return None,
        })
    }
}

impl fmt::Display for Fault {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other fault tells through the error that it wraps")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownTool { name } => write!(f, "no tool `{}` is locked here", text::inline(name, 80)),
            Self::Path { argument, source } => write!(f, "argument `{}`: {source}", text::inline(argument, 80)),
            Self::Cancelled(_) => f.write_str("the call was cancelled before anything of it became real"),
            Self::Tool { code, message } => {
                write!(f, "the tool refused with `{}`: {}", text::inline(code, 80), text::inline(message, 1000))
            }
            Self::ChangedWhileReading { count } => write!(f, "a function that only reads changed {count} paths"),
            Self::Postcondition(broken) => fmt::Display::fmt(broken, f),
            Self::Verdict { reason } => write!(f, "the tool's own verification failed: {}", text::inline(reason, 1000)),
            Self::Unchecked { request } => {
                write!(f, "the tool asked for `{}`, and its verification had no use for it", text::inline(request, 200))
            }
            Self::Record(_) => f.write_str("what the ledger records cannot be written as JSON"),
            Self::Uncited { call } => write!(f, "call {call} cannot be cited: the ledger does not know it as verified"),
            Self::UnrecordedChange { change } => {
                write!(f, "change {change} of the memory cannot be taken back: the ledger does not tell of it")
            }
            Self::Irrevocable { function } => {
                write!(f, "what `{}` does cannot be taken back, so that it cannot be tried", text::inline(function, 130))
            }
            Self::Url { argument, source } => write!(f, "argument `{}`: {source}", text::inline(argument, 80)),
            Self::NoNetwork { request } => write!(f, "`{}` is not sent: the network is switched off", text::inline(request, 200)),
            Self::SecretLeaving { secret, request } => {
                write!(f, "`{}` holds a secret (`{}`), and was not sent", text::inline(request, 200), text::inline(secret, 80))
            }
            Self::SecretDue { secret } => write!(f, "the secret `{}` has to be replaced before it is used again", text::inline(secret, 80)),
            Self::EffectUnknown(fault) => write!(f, "something had left that cannot be taken back when the call was refused: {fault}"),
            other => match other.inner() {
                Some(inner) => fmt::Display::fmt(inner, f),
                None => f.write_str("the call was refused"),
            },
        }
    }
}

impl std::error::Error for Fault {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other fault tells through the error that it wraps")]
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Path { source, .. } => Some(source),
            Self::EffectUnknown(fault) => Some(fault.as_ref()),
            Self::Record(source) => Some(source),
            other => other.inner().and_then(|inner| inner.source()),
        }
    }
}

impl Diagnostic for Fault {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other fault tells through the error that it wraps")]
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownTool { .. } => "gate.unknown-tool",
            Self::Path { .. } => "gate.path-outside",
            Self::Cancelled(_) => "gate.cancelled",
            Self::Tool { .. } => "gate.tool-refused",
            Self::ChangedWhileReading { .. } => "gate.changed-while-reading",
            Self::Postcondition(_) => "gate.postcondition",
            Self::Verdict { .. } => "gate.verdict",
            Self::Unchecked { .. } => "gate.unchecked-request",
            Self::Record(_) => "gate.record",
            Self::Irrevocable { .. } => "gate.irrevocable",
            Self::NoNetwork { .. } => "gate.no-network",
            Self::SecretLeaving { .. } => "gate.secret-leaving",
            Self::SecretDue { .. } => "gate.secret-due",
            Self::EffectUnknown(_) => "gate.effect-unknown",
            Self::Uncited { .. } => "gate.uncited",
            Self::UnrecordedChange { .. } => "gate.unrecorded-change",
            other => other.inner().map_or("gate.refused", |inner| inner.code()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other fault tells through the error that it wraps")]
    fn class(&self) -> Class {
        match self {
            Self::Path { .. } | Self::Irrevocable { .. } | Self::NoNetwork { .. } | Self::SecretLeaving { .. } | Self::SecretDue { .. } => {
                Class::Denied
            }
            Self::EffectUnknown(fault) => fault.class(),
            Self::Cancelled(_) => Class::Interrupted,
            Self::ChangedWhileReading { .. }
            | Self::Postcondition(_)
            | Self::Verdict { .. }
            | Self::Unchecked { .. }
            | Self::Uncited { .. }
            | Self::UnrecordedChange { .. } => Class::NotVerified,
            Self::UnknownTool { .. } | Self::Tool { .. } | Self::Record(_) => Class::Failed,
            other => other.inner().map_or(Class::Failed, |inner| inner.class()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other fault tells through the error that it wraps")]
    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownTool { .. } => Some("see what is locked with `cofferdam tool list`".to_owned()),
            Self::Path { .. } => Some("give a path below the workspace, or start `cofferdam` in the folder that is meant".to_owned()),
            Self::Postcondition(_) | Self::Verdict { .. } | Self::ChangedWhileReading { .. } => {
                Some("nothing was changed; look at what the tool did with `cofferdam call --dry-run`".to_owned())
            }
            Self::NoNetwork { .. } => Some("switch it on with `cofferdam network on`".to_owned()),
            Self::SecretLeaving { .. } => {
                Some("take it out of the request; a secret goes with requests where `cofferdam secret add` says so".to_owned())
            }
            Self::SecretDue { secret } => {
                Some(format!("replace it where it is kept, then `cofferdam secret rotate {}`", text::inline(secret, 80)))
            }
            Self::EffectUnknown(_) => {
                Some("look where it went whether it was done; see what was sent with `cofferdam transcript show`".to_owned())
            }
            Self::UnrecordedChange { .. } => Some("see what the ledger tells of with `cofferdam memory history`".to_owned()),
            Self::Cancelled(_) | Self::Tool { .. } | Self::Record(_) | Self::Irrevocable { .. } | Self::Uncited { .. } => None,
            other => other.inner().and_then(|inner| inner.hint()),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.fault, f)
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.fault)
    }
}

impl Diagnostic for Refused {
    fn code(&self) -> &'static str {
        self.fault.code()
    }

    fn class(&self) -> Class {
        self.fault.class()
    }

    fn hint(&self) -> Option<String> {
        self.fault.hint()
    }
}
