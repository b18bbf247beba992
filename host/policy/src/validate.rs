//! Which rules hold here: checked against the schema, with those about absent tools set aside.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use cedar_policy::{
    EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint, ResourceConstraint, Schema, ValidationError, ValidationMode,
    ValidationWarning, Validator,
};

use crate::{
    error::LoadError,
    impossible::{Impossible, never_applies},
    rule::{ParsedRule, Rule},
    schema::{ActionName, Installed},
};

/// A rule that no request can match, because it is about a tool or publisher that is not installed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InactiveRule {
    /// The rule.
    pub rule: Arc<Rule>,
    /// What is missing: `Tool::"web"`.
    pub absent: String,
}

/// Something about an accepted file that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// A rule's texts can be confused with others (Unicode TR39), or mix scripts.
    Confusable {
        /// The rule.
        rule: Arc<Rule>,
        /// What Cedar says.
        message: String,
    },
    /// No case exercises the rule.
    Unexercised {
        /// The rule.
        rule: Arc<Rule>,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confusable { rule, message } => {
                write!(f, "rule {rule} is easily misread: {}", cofferdam_base::text::inline(message, 300))
            }
            Self::Unexercised { rule } => write!(f, "rule {rule} is exercised by no case"),
        }
    }
}

/// Rules that hold, and those that were set aside.
pub(crate) struct Validated<'a> {
    pub(crate) schema: Schema,
    pub(crate) active: Vec<&'a ParsedRule>,
    pub(crate) inactive: Vec<InactiveRule>,
    pub(crate) warnings: Vec<Warning>,
}

/// Checks the rules against the schema of the installed tools, in Cedar's strict mode.
///
/// A rule is set aside only if it cannot match any request without what is absent: a `forbid` that merely mentions an absent
/// tool in its conditions, or lists its actions beside others, stays.
pub(crate) fn validate<'a>(rules: &[&'a ParsedRule], installed: &Installed) -> Result<Validated<'a>, LoadError> {
    let mut candidates = PolicySet::new();
    let mut by_id: BTreeMap<PolicyId, Candidate<'a>> = BTreeMap::new();
    let mut inactive = Vec::new();
    for parsed in rules {
        let absent_actions = absent_actions(parsed, installed)?;
        if let Some(absent) = absent_in_scope(&parsed.policy, installed) {
            inactive.push(InactiveRule { rule: Arc::clone(&parsed.rule), absent });
            continue;
        }
        candidates.add(parsed.policy.clone()).map_err(|_| LoadError::DuplicateRule { rule: Arc::clone(&parsed.rule) })?;
        by_id.insert(parsed.policy.id().clone(), Candidate { parsed, absent_actions });
    }
    let schema = installed.schema(&by_id.values().flat_map(|candidate| candidate.absent_actions.iter().cloned()).collect())?;
    let result = Validator::new(schema.clone()).validate(&candidates, ValidationMode::Strict);
    if !result.validation_passed() {
        let of_rule = |error: &ValidationError| {
            let rule = Arc::clone(&by_id.get(error.policy_id())?.parsed.rule);
            let sentence = error.to_string();
            // The place is said by the rule; Cedar's id of it is ours and tells nothing.
            let prefix = format!("for policy `{}`, ", error.policy_id());
            Some((rule, sentence.strip_prefix(&prefix).unwrap_or(&sentence).to_owned()))
        };
        let mut messages: Vec<(Arc<Rule>, String)> = result.validation_errors().filter_map(of_rule).collect();
        messages.sort();
        return Err(LoadError::NotValid(messages));
    }
    let (mut warnings, mut impossible) = (Vec::new(), BTreeMap::new());
    for warning in result.validation_warnings() {
        if matches!(warning, ValidationWarning::InvalidActionApplication(_)) {
            impossible.insert(warning.policy_id(), Impossible::Scope);
        } else if matches!(warning, ValidationWarning::ImpossiblePolicy(_)) {
            impossible.entry(warning.policy_id()).or_insert(Impossible::AlwaysFalse);
        } else if let Some(candidate) = by_id.get(warning.policy_id()) {
            warnings.push(Warning::Confusable { rule: Arc::clone(&candidate.parsed.rule), message: warning.to_string() });
        }
    }
    let mut never = Vec::new();
    for (candidate, why) in impossible.iter().filter_map(|(id, why)| by_id.get(*id).zip(Some(why))) {
        let rule = Arc::clone(&candidate.parsed.rule);
        match candidate.absent_actions.first() {
            Some(action) => inactive.push(InactiveRule { rule, absent: format!("Action::\"{action}\"") }),
            None => never.push((rule, why.clone())),
        }
    }
    never_applies(never)?;
    let active = by_id.iter().filter(|(id, _)| !impossible.contains_key(id)).map(|(_, candidate)| candidate.parsed).collect();
    inactive.sort();
    warnings.sort();
    Ok(Validated { schema, active, inactive, warnings })
}

struct Candidate<'a> {
    parsed: &'a ParsedRule,
    absent_actions: BTreeSet<String>,
}

/// The actions of absent tools that a rule names, in its scope or in its conditions.
fn absent_actions(parsed: &ParsedRule, installed: &Installed) -> Result<BTreeSet<String>, LoadError> {
    let mut absent = BTreeSet::new();
    for literal in parsed.policy.entity_literals() {
        if literal.type_name().basename() != "Action" {
            continue;
        }
        let action = literal.id().unescaped().to_owned();
        let meaning = if literal.type_name().namespace().is_empty() { installed.action(&action) } else { ActionName::Unknown };
        match meaning {
            ActionName::Known => {}
            ActionName::Absent => {
                absent.insert(action);
            }
            ActionName::Unknown => return Err(LoadError::UnknownAction { rule: Arc::clone(&parsed.rule), action }),
        }
    }
    Ok(absent)
}

/// A tool or publisher without which the scope matches nothing, and which is not installed.
fn absent_in_scope(policy: &Policy, installed: &Installed) -> Option<String> {
    let principal = match policy.principal_constraint() {
        PrincipalConstraint::In(uid) | PrincipalConstraint::Eq(uid) | PrincipalConstraint::IsIn(_, uid) => Some(uid),
        PrincipalConstraint::Any | PrincipalConstraint::Is(_) => None,
    };
    let resource = match policy.resource_constraint() {
        ResourceConstraint::In(uid) | ResourceConstraint::Eq(uid) | ResourceConstraint::IsIn(_, uid) => Some(uid),
        ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
    };
    [principal, resource].into_iter().flatten().find(|uid| is_absent(uid, installed)).map(|uid| uid.to_string())
}

fn is_absent(uid: &EntityUid, installed: &Installed) -> bool {
    let id = uid.id().unescaped();
    match uid.type_name().to_string().as_str() {
        "Tool" => id.parse().map_or(true, |tool| installed.tool(&tool).is_none()),
        "Publisher" => !installed.has_publisher(id),
        _ => false,
    }
}
