//! What a request comes to, and by which rules: what cases are judged by, and what two sets of policies are compared by.

use std::{fmt, sync::Arc};

use cofferdam_base::text::inline;
use serde::Deserialize;

use crate::{
    decide::{Outcome, subject},
    decision::Subject,
    denial::{Denial, DenialCause},
    engine::Engine,
    policies::Policies,
    request::PolicyRequest,
    rule::Rule,
};

/// Allowed, asked about, or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ruling {
    /// Allowed without a question.
    Allow,
    /// A person is asked.
    Ask,
    /// Denied.
    Deny,
}

impl Ruling {
    /// Its word in cases and for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a request comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// That.
    pub ruling: Ruling,
    /// The rules that decided, strictest first, with file and line; none where no rule did.
    pub rules: Vec<Arc<Rule>>,
    /// How it came out, as the end of a sentence.
    pub found: String,
    /// The rules that permit what is asked about.
    behind: Vec<Arc<Rule>>,
}

impl Verdict {
    /// What a request comes to.
    pub(crate) fn of(engine: &Engine, request: &PolicyRequest<'_>) -> Self {
        let named = |rules: &[Arc<Rule>]| rules.iter().map(|rule| format!("`{}`", rule.id())).collect::<Vec<_>>().join(", ");
        match engine.decide(request) {
            Ok(outcome) if outcome.needs_no_answer() => {
                let found = format!("is allowed by {}", named(&outcome.permits));
                Self { ruling: Ruling::Allow, rules: outcome.permits, found, behind: Vec::new() }
            }
            Ok(Outcome { outside, asks, permits }) => {
                let found = match asks.is_empty() {
                    true => format!("is asked about because no rule sees {}", inline(&outside.join(", "), 200)),
                    false => format!("is asked about by {}", named(&asks)),
                };
                Self { ruling: Ruling::Ask, rules: asks, found, behind: permits }
            }
            Err(cause) => {
                let rules = if let DenialCause::Forbidden(rules) = &cause { rules.clone() } else { Vec::new() };
                let found = Denial { subject: subject(request), cause }.to_string();
                Self { ruling: Ruling::Deny, rules, found, behind: Vec::new() }
            }
        }
    }

    /// The same, where it was allowed by the rule that stands in for the permits of other files.
    pub(crate) fn of_file_without_permits(mut self, everything: &Arc<Rule>) -> Self {
        if self.rules.contains(everything) {
            (self.rules, self.found) = (Vec::new(), "is forbidden by no rule of the file".to_owned());
        }
        self.behind.retain(|rule| rule != everything);
        self
    }

    /// The rules without which it would have come out otherwise.
    pub(crate) fn exercised(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter().chain(&self.behind)
    }
}

/// A request that two sets of policies decide otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// What was asked.
    pub subject: Subject,
    /// What it came to.
    pub before: Verdict,
    /// What it comes to under the others.
    pub after: Verdict,
}

impl Policies {
    /// What a request comes to, without a grant: nothing may be done by it.
    #[must_use]
    pub fn verdict(&self, request: &PolicyRequest<'_>) -> Verdict {
        Verdict::of(&self.engine, request)
    }

    /// How others decide a request otherwise; none where both allow, ask or deny, by whatever rules.
    #[must_use]
    pub fn flip(&self, others: &Self, request: &PolicyRequest<'_>) -> Option<Flip> {
        let (before, after) = (self.verdict(request), others.verdict(request));
        (before.ruling != after.ruling).then(|| Flip { subject: subject(request), before, after })
    }
}
