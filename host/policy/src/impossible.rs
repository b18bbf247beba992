//! Rules that can match nothing: a rule that looks like protection, or like a grant, and never is one.
//!
//! Cedar's validator finds conditions that are false by their types, and scopes that fit no request. It takes every comparison
//! with a value for possible by itself, so that `context.origin == Origin::"model" && context.origin == Origin::"mcp"` passes;
//! such conditions are found here, by trying the values that a rule compares with.

mod condition;

use std::{collections::BTreeSet, fmt, sync::Arc};

use cedar_policy::{ActionConstraint, EntityUid, Policy, PrincipalConstraint, ResourceConstraint};

use crate::{
    error::LoadError,
    rule::{ParsedRule, Rule},
    schema::Installed,
};

/// Why a rule can match nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impossible {
    /// No action of its scope is done by its principal to its resource.
    Scope,
    /// Its conditions are false by themselves.
    AlwaysFalse,
    /// No values fulfil its conditions together.
    Contradiction,
    /// Its actions are functions of other tools than the one that it is about.
    OtherTool {
        /// What it is about: `Tool::"files"`.
        about: String,
    },
}

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope => f.write_str("its action does not apply to its principal and resource"),
            Self::AlwaysFalse => f.write_str("its conditions are always false"),
            Self::Contradiction => f.write_str("its conditions contradict each other"),
            Self::OtherTool { about } => write!(f, "its actions are not of `{}`", cofferdam_base::text::inline(about, 80)),
        }
    }
}

/// Rules of which each can match something.
///
/// # Errors
/// All that cannot.
pub(crate) fn verify_possible(rules: &[&ParsedRule], installed: &Installed) -> Result<(), LoadError> {
    let why = |parsed: &&ParsedRule| {
        let policy = &parsed.policy;
        let why = other_tool(policy, installed).or_else(|| condition::contradicts(policy).then_some(Impossible::Contradiction))?;
        Some((Arc::clone(&parsed.rule), why))
    };
    never_applies(rules.iter().filter_map(why).collect())
}

/// The error about rules that can match nothing, where there are any.
pub(crate) fn never_applies(mut rules: Vec<(Arc<Rule>, Impossible)>) -> Result<(), LoadError> {
    rules.sort();
    if rules.is_empty() { Ok(()) } else { Err(LoadError::NeverApplies { rules }) }
}

/// A tool or publisher in the scope of which none of the named functions is. Cedar knows that a call is in some tool, and not in which.
fn other_tool(policy: &Policy, installed: &Installed) -> Option<Impossible> {
    let actions = match policy.action_constraint() {
        ActionConstraint::Any => return None,
        ActionConstraint::Eq(uid) => vec![uid],
        ActionConstraint::In(uids) => uids,
    };
    let mut owners = BTreeSet::new();
    for action in &actions {
        // A group, or an action of no tool, can be any tool's.
        let (name, _) = action.id().unescaped().split_once('.')?;
        let tool = name.parse().ok()?;
        // One that is not there has no say about who signed it.
        let publisher = installed.tool(&tool)?.publisher.clone();
        owners.insert(("Tool", name.to_owned()));
        owners.insert(("Publisher", publisher));
    }
    let principal = match policy.principal_constraint() {
        PrincipalConstraint::In(uid) | PrincipalConstraint::IsIn(_, uid) => Some(uid),
        PrincipalConstraint::Any | PrincipalConstraint::Is(_) | PrincipalConstraint::Eq(_) => None,
    };
    let resource = match policy.resource_constraint() {
        ResourceConstraint::In(uid) | ResourceConstraint::IsIn(_, uid) | ResourceConstraint::Eq(uid) => Some(uid),
        ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
    };
    let is_owner = |uid: &EntityUid| owners.iter().any(|(kind, id)| uid.type_name().to_string() == *kind && uid.id().unescaped() == id);
    let is_of_tools = |uid: &EntityUid| ["Tool", "Publisher"].contains(&uid.type_name().to_string().as_str());
    let other = [principal, resource].into_iter().flatten().find(|uid| is_of_tools(uid) && !is_owner(uid))?;
    Some(Impossible::OtherTool { about: other.to_string() })
}
