//! Rules made ready to be evaluated, and one evaluation.
//!
//! Cedar's answer lists the satisfied forbids *or* the satisfied permits and skips a policy that fails. Here `forbid`,
//! `@ask` and `permit` rules are three sets that are evaluated one after the other, each rule at most once for a decision,
//! and any failure denies. For every action the sets hold only the rules that can match it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use cedar_policy::{ActionConstraint, AuthorizationError, Authorizer, Entities, Entity, EntityUid, Policy, PolicyId, PolicySet, Request};

use crate::{
    denial::DenialCause,
    entity::EntityTypes,
    error::LoadError,
    rule::{ParsedRule, Rule, RuleEffect},
    schema::Installed,
    validate::Validated,
};

/// What can be decided about.
pub(crate) struct Engine {
    pub(crate) types: EntityTypes,
    pub(crate) installed: Installed,
    actions: HashMap<String, ActionRules>,
    rules: HashMap<PolicyId, Arc<Rule>>,
    authorizer: Authorizer,
}

/// The rules that can match one action.
pub(crate) struct ActionRules {
    pub(crate) action: EntityUid,
    forbids: PolicySet,
    asks: PolicySet,
    permits: PolicySet,
    /// The action in its groups.
    entities: Entities,
}

/// A request in Cedar's terms.
pub(crate) struct Prepared<'e> {
    pub(crate) rules: &'e ActionRules,
    pub(crate) request: Request,
    pub(crate) entities: Entities,
}

impl Engine {
    /// Makes validated rules ready.
    pub(crate) fn new(validated: &Validated<'_>, installed: Installed) -> Result<Self, LoadError> {
        let types = EntityTypes::new()?;
        let groups = validated.schema.action_entities().map_err(|error| LoadError::refused_signatures(&error))?;
        let mut actions = HashMap::new();
        for action in groups.iter() {
            let rules = ActionRules::new(action, &groups, &validated.active)?;
            actions.insert(action.uid().id().unescaped().to_owned(), rules);
        }
        let rules = validated.active.iter().map(|parsed| (parsed.policy.id().clone(), Arc::clone(&parsed.rule))).collect();
        Ok(Self { types, installed, actions, rules, authorizer: Authorizer::new() })
    }

    /// The rules for an action of the schema.
    pub(crate) fn action(&self, name: &str) -> Option<&ActionRules> {
        self.actions.get(name)
    }

    /// The rule that a policy is.
    pub(crate) fn rule(&self, policy: &Policy) -> Option<&Arc<Rule>> {
        self.rules.get(policy.id())
    }

    /// The rules of one effect that match, in the order of their files and lines.
    ///
    /// # Errors
    /// A rule that cannot be evaluated, for example because a sum overflows.
    pub(crate) fn matching(&self, effect: RuleEffect, prepared: &Prepared<'_>) -> Result<Vec<Arc<Rule>>, DenialCause> {
        let set = match effect {
            RuleEffect::Forbid => &prepared.rules.forbids,
            RuleEffect::Ask => &prepared.rules.asks,
            RuleEffect::Permit => &prepared.rules.permits,
        };
        if set.is_empty() {
            return Ok(Vec::new());
        }
        let response = self.authorizer.is_authorized(&prepared.request, set, &prepared.entities);
        let mut failed: Vec<(&PolicyId, String)> = response
            .diagnostics()
            .errors()
            .map(|AuthorizationError::PolicyEvaluationError(error)| (error.policy_id(), error.inner().to_string()))
            .collect();
        failed.sort();
        if let Some((id, message)) = failed.into_iter().next() {
            return Err(match self.rules.get(id) {
                Some(rule) => DenialCause::NotEvaluated { rule: Arc::clone(rule), message },
                None => DenialCause::NotPermitted,
            });
        }
        let mut matching: Vec<Arc<Rule>> = response.diagnostics().reason().filter_map(|id| self.rules.get(id).cloned()).collect();
        matching.sort();
        Ok(matching)
    }
}

impl ActionRules {
    /// All of them.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Policy> {
        [&self.forbids, &self.asks, &self.permits].into_iter().flat_map(PolicySet::policies)
    }

    fn new(action: &Entity, groups: &Entities, active: &[&ParsedRule]) -> Result<Self, LoadError> {
        let uid = action.uid();
        let mut names: HashSet<EntityUid> = groups.ancestors(&uid).into_iter().flatten().cloned().collect();
        names.insert(uid.clone());
        let entities = Entities::from_entities([action.clone()], None).map_err(|error| LoadError::refused_signatures(&error))?;
        let mut rules = Self { action: uid, forbids: PolicySet::new(), asks: PolicySet::new(), permits: PolicySet::new(), entities };
        for parsed in active.iter().filter(|parsed| can_match(&parsed.policy, &names)) {
            let set = match parsed.rule.effect() {
                RuleEffect::Forbid => &mut rules.forbids,
                RuleEffect::Ask => &mut rules.asks,
                RuleEffect::Permit => &mut rules.permits,
            };
            set.add(parsed.policy.clone()).map_err(|_| LoadError::DuplicateRule { rule: Arc::clone(&parsed.rule) })?;
        }
        Ok(rules)
    }

    /// The action's own entities and those of one request.
    pub(crate) fn with_entities(&self, entities: impl IntoIterator<Item = Entity>) -> Option<Entities> {
        self.entities.clone().add_entities(entities, None).ok()
    }
}

/// Whether the action scope of a policy admits an action, given by its own name and those of its groups.
fn can_match(policy: &Policy, names: &HashSet<EntityUid>) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(uid) => names.contains(&uid),
        ActionConstraint::In(uids) => uids.iter().any(|uid| names.contains(uid)),
    }
}
