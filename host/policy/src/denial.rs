//! Why something may not be done, as an error for people and programs.

use std::{error::Error, fmt, sync::Arc};

use cofferdam_base::{Class, Diagnostic};

use crate::{control::ControlPathError, decision::Subject, rule::Rule, schema::ArgumentMismatch};

/// Why something may not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    pub(crate) subject: Subject,
    pub(crate) cause: DenialCause,
}

/// The cause of a [`Denial`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DenialCause {
    /// Rules forbid it.
    Forbidden(Vec<Arc<Rule>>),
    /// No rule permits it.
    NotPermitted,
    /// A rule could not be evaluated. Cedar alone would skip it.
    NotEvaluated {
        /// The rule.
        rule: Arc<Rule>,
        /// What went wrong.
        message: String,
    },
    /// The tool is not installed, or has no such function.
    UnknownFunction,
    /// A change of a control path.
    ControlPath(ControlPathError),
    /// An argument is not of its type.
    Argument(ArgumentMismatch),
    /// The request has a part that is empty, too long or not printable.
    Malformed(&'static str),
    /// A person declined.
    Declined(Vec<Arc<Rule>>),
    /// A person declined the same before in this run.
    DeclinedBefore(Vec<Arc<Rule>>),
    /// The rules ask, and a person was asked enough questions in this run.
    NotAsked {
        /// The rules.
        rules: Vec<Arc<Rule>>,
        /// How many questions they were asked.
        most: usize,
    },
    /// The rules ask, and nobody was there to answer.
    Unanswered(Vec<Arc<Rule>>),
}

impl Denial {
    /// What was denied.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Why.
    #[must_use]
    pub fn cause(&self) -> &DenialCause {
        &self.cause
    }

    /// The rules that led to it.
    #[must_use]
    pub fn reasons(&self) -> &[Arc<Rule>] {
        match &self.cause {
            DenialCause::Forbidden(rules)
            | DenialCause::Declined(rules)
            | DenialCause::DeclinedBefore(rules)
            | DenialCause::NotAsked { rules, .. }
            | DenialCause::Unanswered(rules) => rules,
            DenialCause::NotEvaluated { rule, .. } => std::slice::from_ref(rule),
            DenialCause::NotPermitted
            | DenialCause::UnknownFunction
            | DenialCause::ControlPath(_)
            | DenialCause::Argument(_)
            | DenialCause::Malformed(_) => &[],
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        let named = |rules: &[Arc<Rule>]| rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        match &self.cause {
            DenialCause::Forbidden(rules) => write!(f, "{subject} is forbidden by {}", named(rules)),
            DenialCause::NotPermitted => write!(f, "{subject} is permitted by no rule"),
            DenialCause::NotEvaluated { rule, .. } => write!(f, "{subject} is denied because {rule} could not be evaluated"),
            DenialCause::UnknownFunction => write!(f, "{subject} is denied because the tool or function is not installed"),
            DenialCause::ControlPath(error) => write!(f, "{subject} is denied: {error}"),
            DenialCause::Argument(error) => write!(f, "{subject} is denied: {error}"),
            DenialCause::Malformed(part) => write!(f, "{subject} is denied because the {part} is empty, too long or not printable"),
            DenialCause::Declined(_) => write!(f, "{subject} was declined"),
            DenialCause::DeclinedBefore(_) => write!(f, "{subject} was declined before in this run, and the person is not asked again"),
            DenialCause::NotAsked { most, .. } => {
                write!(f, "{subject} needs an approval, and a person answers at most {most} questions in a run")
            }
            DenialCause::Unanswered(rules) if rules.is_empty() => write!(f, "{subject} needs an approval, and nobody was there to give it"),
            DenialCause::Unanswered(rules) => write!(f, "{subject} needs an approval, and nobody was there to give it: {}", named(rules)),
        }
    }
}

impl Error for Denial {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            DenialCause::ControlPath(error) => Some(error),
            DenialCause::Argument(error) => Some(error),
            DenialCause::Forbidden(_)
            | DenialCause::NotPermitted
            | DenialCause::NotEvaluated { .. }
            | DenialCause::UnknownFunction
            | DenialCause::Malformed(_)
            | DenialCause::Declined(_)
            | DenialCause::DeclinedBefore(_)
            | DenialCause::NotAsked { .. }
            | DenialCause::Unanswered(_) => None,
        }
    }
}

impl Diagnostic for Denial {
    fn code(&self) -> &'static str {
        match &self.cause {
            DenialCause::Forbidden(_) => "policy.forbidden",
            DenialCause::NotPermitted => "policy.not-permitted",
            DenialCause::NotEvaluated { .. } => "policy.not-evaluated",
            DenialCause::UnknownFunction => "policy.unknown-function",
            DenialCause::ControlPath(error) => error.code(),
            DenialCause::Argument(_) => "policy.argument-mismatch",
            DenialCause::Malformed(_) => "policy.malformed-request",
            DenialCause::Declined(_) => "policy.declined",
            DenialCause::DeclinedBefore(_) => "policy.declined-before",
            DenialCause::NotAsked { .. } => "policy.too-many-questions",
            DenialCause::Unanswered(_) => "policy.unanswered",
        }
    }

    fn class(&self) -> Class {
        if matches!(self.cause, DenialCause::NotAsked { .. }) { Class::Limit } else { Class::Denied }
    }

    fn hint(&self) -> Option<String> {
        match &self.cause {
            DenialCause::ControlPath(error) => error.hint(),
            DenialCause::UnknownFunction => Some("`cofferdam tool list` shows what is installed".to_owned()),
            DenialCause::Unanswered(_) => {
                Some("run it where a person can answer, or let the question wait: `cofferdam run --questions wait`".to_owned())
            }
            DenialCause::DeclinedBefore(_) | DenialCause::NotAsked { .. } => {
                Some("a run that goes on with `cofferdam resume` asks anew".to_owned())
            }
            DenialCause::Argument(_) | DenialCause::Malformed(_) | DenialCause::Declined(_) => None,
            DenialCause::Forbidden(_) | DenialCause::NotPermitted | DenialCause::NotEvaluated { .. } => {
                Some("`cofferdam policy explain` says what would have to change".to_owned())
            }
        }
    }
}
