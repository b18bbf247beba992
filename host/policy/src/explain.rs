//! Why a request is decided as it is, and what would have to change.

use std::{fmt, sync::Arc};

mod labels;

pub use labels::{LabelReason, LabelTurn};

use crate::{
    decision::{Decision, Subject},
    denial::{Denial, DenialCause},
    label::Labels,
    policies::Policies,
    request::{Act, PolicyRequest, ToolAct},
    rule::{Rule, RuleEffect},
};

/// A decision with every rule that matches, not only those that decided.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What was asked.
    pub subject: Subject,
    /// What is decided.
    pub decision: Decision,
    /// The rules that match, strictest first, with file and line.
    pub matching: Vec<Arc<Rule>>,
    /// What would have to change for it to be allowed without a question.
    pub change: Vec<String>,
    /// Where the arguments come from; none for what has none.
    pub labels: Option<Labels>,
    /// The rules about this action that look at labels, and which labels made them match or not.
    pub by_label: Vec<LabelReason>,
}

impl Policies {
    /// Explains the decision about a request.
    #[must_use]
    pub fn explain(&self, request: &PolicyRequest<'_>) -> Explanation {
        let decision = self.decide(request);
        let subject = crate::decide::subject(request);
        let (mut matching, mut change) = (Vec::new(), Vec::new());
        if let Ok((prepared, outside)) = self.engine.prepare(request) {
            let mut permitted = false;
            for effect in RuleEffect::STRICTEST_FIRST {
                // A rule that cannot be evaluated is the cause of the denial, and is named there.
                let rules = self.engine.matching(effect, &prepared).unwrap_or_default();
                permitted |= effect == RuleEffect::Permit && !rules.is_empty();
                if effect != RuleEffect::Permit {
                    change
                        .extend(rules.iter().map(|rule| format!("rule `{}` ({}:{}) must not match", rule.id(), rule.file(), rule.line())));
                }
                matching.extend(rules);
            }
            change.extend(outside.iter().map(|argument| format!("`{argument}` must be of a type that rules can see")));
            if !permitted {
                change.push(format!("a `permit` for {subject} in a file of the user or the organisation, never of the project"));
            }
        }
        if let Decision::Denied(denial) = &decision {
            change.extend(change_of(denial));
        }
        let labels = match request.act {
            Act::ByTool { act: ToolAct::Call { labels, .. }, .. } => Some(labels.clone()),
            Act::ByTool { .. } | Act::ByRun { .. } => None,
        };
        Explanation { subject, decision, by_label: self.engine.by_label(request), matching, change, labels }
    }
}

/// What would have to change where no rule decides.
fn change_of(denial: &Denial) -> Option<String> {
    match denial.cause() {
        DenialCause::NotEvaluated { rule, message } => {
            Some(format!("rule {rule} must be evaluable: {}", cofferdam_base::text::inline(message, 200)))
        }
        DenialCause::UnknownFunction => Some("the tool must be installed and have the function".to_owned()),
        DenialCause::ControlPath(_) => Some("nothing can grant it: change the path by hand".to_owned()),
        DenialCause::Argument(_) | DenialCause::Malformed(_) => Some("the request itself must be another".to_owned()),
        DenialCause::Forbidden(_)
        | DenialCause::NotPermitted
        | DenialCause::Declined(_)
        | DenialCause::DeclinedBefore(_)
        | DenialCause::NotAsked { .. }
        | DenialCause::Unanswered(_) => None,
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.decision {
            Decision::Allowed(_) => writeln!(f, "{} is allowed", self.subject)?,
            Decision::Ask(_) => writeln!(f, "{} needs an approval", self.subject)?,
            Decision::Denied(denial) => writeln!(f, "{denial}")?,
        }
        for rule in &self.matching {
            let does = match rule.effect() {
                RuleEffect::Forbid => "forbidden by",
                RuleEffect::Ask => "asked about by",
                RuleEffect::Permit => "permitted by",
            };
            writeln!(f, "  {does} {rule}")?;
        }
        if let Some(labels) = &self.labels {
            labels::show(labels, f)?;
        }
        self.by_label.iter().try_for_each(|reason| writeln!(f, "  {reason}"))?;
        self.change.iter().try_for_each(|change| writeln!(f, "  to allow it: {change}"))
    }
}
