//! Who attends a call: sees its progress, and answers where a rule asks.

use cofferdam_policy::{Answer, Question};
use cofferdam_store::Staged;
use serde_json::Value;

/// Where a call is on its way. In this order; a call that is refused stops at one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Name, arguments and revocation.
    Request,
    /// Policy on the call and the paths in its arguments.
    Policy,
    /// The tool runs.
    Invoke,
    /// The host's own postconditions.
    Postconditions,
    /// The tool's verify hook, in an instance of its own.
    Verify,
    /// Policy on every path that really changed.
    Changes,
    /// Journal, ledger, workspace.
    Publish,
}

impl Step {
    /// One word for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Policy => "policy",
            Self::Invoke => "invoke",
            Self::Postconditions => "postconditions",
            Self::Verify => "verify",
            Self::Changes => "changes",
            Self::Publish => "publish",
        }
    }
}

/// What a person is asked, and what they need to see for an answer.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The rule's question.
    pub question: &'a Question,
    /// `tool.function`.
    pub function: &'a str,
    /// Who signed the tool.
    pub signers: &'a [String],
    /// The checked arguments.
    pub arguments: &'a Value,
    /// What the call would change; none before it ran.
    pub staged: Option<&'a Staged>,
}

/// Who attends a call. Its answers come from a person, never from a model, a tool or a file.
pub trait Attendant {
    /// A step begins.
    fn entered(&mut self, _step: Step) {}

    /// A rule asks.
    fn answer(&mut self, asked: &Asked<'_>) -> Answer;
}

/// Nobody is there: every question is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unattended;

impl Attendant for Unattended {
    fn answer(&mut self, _: &Asked<'_>) -> Answer {
        Answer::Nobody
    }
}
