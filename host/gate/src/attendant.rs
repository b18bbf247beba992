//! Who attends a call: sees its progress, and answers where a rule asks.

use cofferdam_base::{CallId, Digest, interrupt::Interrupted};
use cofferdam_policy::{Origin, Question, label::Labels};
use cofferdam_store::Staged;
use serde_json::Value;

use crate::{
    approval::{Lasts, Offers, QuestionKey, Word, limits},
    refusal::Fault,
};

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
    /// The call, or what the run does by itself, as the ledger knows it.
    pub call: &'a CallId,
    /// The rule's question.
    pub question: &'a Question,
    /// What makes another question the same.
    pub key: QuestionKey,
    /// Which answers there are.
    pub offers: Offers,
    /// `tool.function`.
    pub function: &'a str,
    /// Who wants it.
    pub origin: Origin,
    /// Who signed the tool; empty for what the run does by itself.
    pub signers: &'a [String],
    /// Digest of the tool's component; none for what the run does by itself.
    pub component: Option<Digest>,
    /// The checked arguments.
    pub arguments: &'a Value,
    /// Where these come from; none for what the run does by itself.
    pub labels: Option<&'a Labels>,
    /// What the call would change; none before it ran.
    pub staged: Option<&'a Staged>,
}

/// What became of a question that was put to an attendant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A person answered.
    Said(Word),
    /// It was put, and nobody answered in time.
    Late,
    /// Nobody is there to be asked, or they want to stop.
    Nobody,
}

impl Reply {
    /// Yes, this once.
    #[must_use]
    pub fn once(by: &str) -> Self {
        Self::Said(Word::Yes { by: by.to_owned(), lasts: Lasts::Once })
    }
}

/// Who attends a call. Its answers come from a person, never from a model, a tool or a file.
pub trait Attendant {
    /// A step begins.
    fn entered(&mut self, _step: Step) {}

    /// Whether the call is still wanted: looked at before each step and after each question. Once its changes begin to become real,
    /// it comes to its end.
    ///
    /// # Errors
    /// [`Interrupted`]: the call is refused as cancelled, and nothing of it becomes real.
    fn wanted(&self) -> Result<(), Interrupted> {
        Ok(())
    }

    /// So many questions of a model are put in one run; the next ones are refused.
    fn most_questions(&self) -> usize {
        limits::QUESTIONS
    }

    /// A rule asks.
    fn answer(&mut self, asked: &Asked<'_>) -> Reply;
}

/// Begins a step of a call that is still wanted.
pub(crate) fn enter(attendant: &mut dyn Attendant, step: Step) -> Result<(), Fault> {
    attendant.entered(step);
    Ok(attendant.wanted()?)
}

/// Attends a call that comes to its end: nobody can want it no more, since what it did cannot be taken back.
pub(crate) struct ToTheEnd<'a>(pub(crate) &'a mut dyn Attendant);

impl Attendant for ToTheEnd<'_> {
    fn entered(&mut self, step: Step) {
        self.0.entered(step);
    }

    fn most_questions(&self) -> usize {
        self.0.most_questions()
    }

    fn answer(&mut self, asked: &Asked<'_>) -> Reply {
        self.0.answer(asked)
    }
}

/// Nobody is there: every question is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unattended;

impl Attendant for Unattended {
    fn answer(&mut self, _: &Asked<'_>) -> Reply {
        Reply::Nobody
    }
}
