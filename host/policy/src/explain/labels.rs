//! Which label made a rule match or not: each is tried as every other, and what changes then is told.

use std::{collections::BTreeSet, fmt, sync::Arc};

use cedar_policy::Policy;
use cofferdam_base::text::inline;
use serde_json::Value;

use crate::{
    engine::Engine,
    label::{ArgumentRole, Labels, Turned, word},
    request::{Act, PolicyRequest, ToolAct},
    rule::{Rule, RuleEffect},
};

/// A rule that looks at labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelReason {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Whether it matches.
    pub is_match: bool,
    /// The labels of which each alone decides that; none where several do together, or none does.
    pub turns: Vec<LabelTurn>,
}

/// A label that decides by itself whether a rule matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelTurn {
    /// How rules write it: `context.labels.target`.
    pub label: String,
    /// What it is.
    pub is: String,
    /// What it would have to be for the opposite.
    pub other: Vec<String>,
}

impl fmt::Display for LabelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, is_match, turns } = self;
        write!(f, "by labels, `{}` ({}:{}) {}", rule.id(), rule.file(), rule.line(), if *is_match { "matches" } else { "does not match" })?;
        if turns.is_empty() {
            return f.write_str(": no single label decides it");
        }
        let otherwise = if *is_match { "would not" } else { "would" };
        let told = |LabelTurn { label, is, other }: &LabelTurn| {
            format!("{} is {}, and with {} it {otherwise}", inline(label, 120), inline(is, 80), inline(&other.join(" or "), 200))
        };
        write!(f, ": {}", turns.iter().map(told).collect::<Vec<_>>().join("; "))
    }
}

/// Shows the labels of a call.
pub(super) fn show(labels: &Labels, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let directed = if labels.has_user_words() { "something of it is the user's" } else { "nothing of it is the user's" };
    write!(f, "  labels: target {}, content {}; {directed}", word(labels.target()), word(labels.content()))?;
    if !labels.sources().is_empty() {
        let sources: Vec<&str> = labels.sources().iter().map(String::as_str).collect();
        write!(f, "; may be derived from {}", inline(&sources.join(", "), 200))?;
    }
    if !labels.secrets().is_empty() {
        let secrets: Vec<&str> = labels.secrets().iter().map(String::as_str).collect();
        write!(f, "; may carry what is confidential in {}", inline(&secrets.join(", "), 200))?;
    }
    writeln!(f)?;
    for (argument, label) in labels.arguments() {
        let role = match label.role {
            ArgumentRole::Target => "target",
            ArgumentRole::Content => "content",
        };
        writeln!(f, "    `{}` is {} ({role})", inline(argument, 80), label.derivation.as_str())?;
    }
    Ok(())
}

impl Engine {
    /// The rules about a call's action that look at labels, strictest first.
    pub(super) fn by_label(&self, request: &PolicyRequest<'_>) -> Vec<LabelReason> {
        let Act::ByTool { call, tool, act: ToolAct::Call { function, arguments, labels } } = request.act else { return Vec::new() };
        let matching = |labels: &Labels| -> BTreeSet<Arc<Rule>> {
            let act = Act::ByTool { call, tool, act: ToolAct::Call { function, arguments, labels } };
            let Ok((prepared, _)) = self.prepare(&PolicyRequest { act, ..*request }) else { return BTreeSet::new() };
            // A rule that cannot be evaluated is the cause of the denial, and is named there.
            RuleEffect::STRICTEST_FIRST.iter().flat_map(|effect| self.matching(*effect, &prepared).unwrap_or_default()).collect()
        };
        let Ok((prepared, _)) = self.prepare(request) else { return Vec::new() };
        let rules: BTreeSet<&Arc<Rule>> =
            prepared.rules.policies().filter(|policy| reads_labels(policy)).filter_map(|policy| self.rule(policy)).collect();
        if rules.is_empty() {
            return Vec::new();
        }
        let now = matching(labels);
        let turned: Vec<(Turned, BTreeSet<Arc<Rule>>)> = labels
            .turned()
            .into_iter()
            .map(|turned| {
                let then = matching(&turned.labels);
                (turned, then)
            })
            .collect();
        let reason = |rule: &Arc<Rule>| {
            let is_match = now.contains(rule);
            let mut turns: Vec<LabelTurn> = Vec::new();
            for (Turned { name, is, would_be, .. }, _) in turned.iter().filter(|(_, then)| then.contains(rule) != is_match) {
                match turns.iter_mut().find(|turn| turn.label == *name && turn.is == *is) {
                    Some(turn) => turn.other.push(would_be.clone()),
                    None => turns.push(LabelTurn { label: name.clone(), is: is.clone(), other: vec![would_be.clone()] }),
                }
            }
            LabelReason { rule: Arc::clone(rule), is_match, turns }
        };
        // A rule that does not match, whatever one label is, says nothing about this call.
        let is_telling = |reason: &LabelReason| reason.is_match || !reason.turns.is_empty();
        let mut reasons: Vec<LabelReason> = rules.into_iter().map(reason).filter(is_telling).collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.rule.effect()));
        reasons
    }
}

/// Whether the conditions of a policy look at labels.
fn reads_labels(policy: &Policy) -> bool {
    // What has no JSON form is taken for one that does: then it is said that no label decides.
    policy.to_json().map_or(true, |json| mentions_labels(&json))
}

/// Whether there is `context.labels` or `context.derived`, or `context has` one of them, in Cedar's JSON.
fn mentions_labels(json: &Value) -> bool {
    let is_of_context = |operands: &Value| {
        let is_label = |name: &Value| {
            name == "labels" || name == "derived" || name.pointer("/0").is_some_and(|first| first == "labels" || first == "derived")
        };
        operands.pointer("/left/Var").is_some_and(|variable| variable == "context") && operands.get("attr").is_some_and(is_label)
    };
    match json {
        Value::Object(members) => {
            members.iter().any(|(name, value)| (matches!(name.as_str(), "." | "has") && is_of_context(value)) || mentions_labels(value))
        }
        Value::Array(items) => items.iter().any(mentions_labels),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
