//! What the policies answer, and why.

use std::{fmt, sync::Arc};

use cofferdam_base::{Digest, text::inline};

use crate::{
    denial::{Denial, DenialCause},
    rule::Rule,
};

/// Longest name of an approver in characters. Bounds what goes into the ledger.
const MAX_APPROVER_CHARS: usize = 200;

/// What a decision is about, as the ledger and people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The id of the call or the run.
    pub actor: String,
    /// The action: `files.read`, `path:write`.
    pub action: String,
    /// What it is done to: a path, host, secret, topic or tool.
    pub resource: String,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` on `{}`", self.action, inline(&self.resource, 120))
    }
}

/// The answer to one request.
#[derive(Debug, Clone)]
pub enum Decision {
    /// It may be done.
    Allowed(Grant),
    /// A person has to be asked.
    Ask(Question),
    /// It may not be done.
    Denied(Denial),
}

/// Proof that the policies allow one thing. Only this crate makes one, from a decision or from an answered question.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Grant {
    pub(crate) subject: Subject,
    pub(crate) policies: Digest,
    pub(crate) reasons: Vec<Arc<Rule>>,
    pub(crate) approved_by: Option<String>,
}

impl Grant {
    /// What is granted; it holds for nothing else.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The digest of the policy files that decided.
    #[must_use]
    pub fn policies(&self) -> &Digest {
        &self.policies
    }

    /// The rules that permit it.
    #[must_use]
    pub fn reasons(&self) -> &[Arc<Rule>] {
        &self.reasons
    }

    /// Who answered the question, where one was put.
    #[must_use]
    pub fn approved_by(&self) -> Option<&str> {
        self.approved_by.as_deref()
    }
}

/// A question for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Question {
    pub(crate) grant: Grant,
    pub(crate) reasons: Vec<Arc<Rule>>,
    pub(crate) outside: Vec<String>,
}

/// What became of a question. The caller takes it from a person's own input, never from a model, a tool or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A person approved it.
    Approved {
        /// Who, for the ledger.
        by: String,
    },
    /// A person declined.
    Declined,
    /// A person declined the same question before in this run, and is not asked again.
    DeclinedBefore,
    /// A person was asked so many questions in this run that they are asked no more.
    NotAsked {
        /// How many.
        most: usize,
    },
    /// Nobody is there to answer.
    Nobody,
}

impl Question {
    /// What is asked about.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.grant.subject
    }

    /// The rules that ask.
    #[must_use]
    pub fn reasons(&self) -> &[Arc<Rule>] {
        &self.reasons
    }

    /// The digest of the policy files that ask.
    #[must_use]
    pub fn policies(&self) -> &Digest {
        &self.grant.policies
    }

    /// The arguments that no rule can see, which are a reason to ask by themselves.
    #[must_use]
    pub fn outside(&self) -> &[String] {
        &self.outside
    }

    /// Turns the question and its answer into a grant.
    ///
    /// # Errors
    /// The answer is no approval.
    pub fn answered(self, answer: Answer) -> Result<Grant, Denial> {
        let cause = match answer {
            Answer::Approved { by } => {
                let approved_by = Some(by.chars().take(MAX_APPROVER_CHARS).collect());
                return Ok(Grant { approved_by, ..self.grant });
            }
            Answer::Declined => DenialCause::Declined(self.reasons),
            Answer::DeclinedBefore => DenialCause::DeclinedBefore(self.reasons),
            Answer::NotAsked { most } => DenialCause::NotAsked { rules: self.reasons, most },
            Answer::Nobody => DenialCause::Unanswered(self.reasons),
        };
        Err(Denial { subject: self.grant.subject, cause })
    }
}
