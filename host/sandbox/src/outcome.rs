//! What a call gives back, and what it cost.

use std::{error::Error, fmt, time::Duration};

use cofferdam_base::{Class, Diagnostic};
use cofferdam_store::{Stage, Staged};

use crate::error::SandboxError;

/// What a call used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Instructions. The same for the same call, on every machine.
    pub fuel: u64,
    /// Time from before the instance was made to after it was gone.
    pub wall: Duration,
    /// Most bytes of linear memory at one time.
    pub memory_peak: u64,
    /// Bytes of standard output and standard error.
    pub log_bytes: u64,
}

/// The tool's own refusal: its `invoke` answered with an error. Text from a tool, bounded by `output_bytes` and otherwise unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestFailure {
    /// Meant for programs.
    pub code: String,
    /// Meant for people.
    pub message: String,
}

/// A call that came to its end, whatever its result. Nothing in it has been checked.
#[must_use]
pub struct Invocation {
    /// The outcome as the JSON text that the tool gave (at most `output_bytes`), or the tool's refusal.
    pub result: Result<String, GuestFailure>,
    /// What the call did, not sealed.
    pub stage: Stage,
    /// What it cost.
    pub usage: Usage,
    /// What the tool printed. Untrusted text, at most `log_bytes`.
    pub log: String,
}

/// What a tool says about its own work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be; the evidence that was checked. Untrusted text, together at most `output_bytes`.
    Pass(Vec<String>),
    /// It is not; why. Untrusted text, at most `output_bytes`.
    Fail(String),
}

/// A verification that came to its end.
#[must_use]
pub struct Verification {
    /// What the tool says.
    pub verdict: Verdict,
    /// What was verified, now relying also on all that the verification read.
    pub staged: Staged,
    /// What it cost.
    pub usage: Usage,
    /// What the tool printed. Untrusted text, at most `log_bytes`.
    pub log: String,
}

/// A call that did not come to its end. Its stage is gone.
#[derive(Debug)]
pub struct Stopped {
    /// Why.
    pub reason: SandboxError,
    /// What it had used by then.
    pub usage: Usage,
    /// What the tool had printed by then. Untrusted text, at most `log_bytes`.
    pub log: String,
}

impl From<SandboxError> for Stopped {
    /// For what ends a call before anything ran.
    fn from(reason: SandboxError) -> Self {
        Self { reason, usage: Usage::default(), log: String::new() }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl Error for Stopped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.reason.source()
    }
}

impl Diagnostic for Stopped {
    fn code(&self) -> &'static str {
        self.reason.code()
    }

    fn class(&self) -> Class {
        self.reason.class()
    }

    fn hint(&self) -> Option<String> {
        self.reason.hint()
    }
}
