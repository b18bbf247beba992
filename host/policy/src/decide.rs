//! From a request to a decision: `forbid`, then `ask`, then `permit`, then nothing, which denies.
//!
//! A question needs a rule that permits: otherwise a project's `@ask` could turn "denied" into "asked", and a cloned
//! repository could loosen something.

use std::{collections::BTreeSet, sync::Arc};

use cedar_policy::{Context, Entity, EntityUid, Request, RestrictedExpression};
use cofferdam_base::text::is_deceptive;

use crate::{
    control::UncontrolledPath,
    decision::Subject,
    denial::DenialCause,
    engine::{ActionRules, Engine, Prepared},
    entity::uid,
    host::Host,
    label::Labels,
    request::{Act, NetRequest, PathAccess, PolicyRequest, RunAct, ToolAct},
    rule::{Rule, RuleEffect},
    schema::{Represented, action_name},
};

/// Longest name of a secret, topic or provider, and longest HTTP method, in bytes.
const MAX_LABEL_BYTES: usize = 255;
/// Longest path of a URL in bytes; with the patterns of the rules, it bounds the time of a decision.
const MAX_URL_PATH_BYTES: usize = 8 * 1024;

/// Longest resource in a grant or denial, in characters; a path always fits. Bounds what a malformed request makes us keep.
const MAX_SUBJECT_CHARS: usize = 8 * 1024;

/// What the rules say about one request, before it becomes a decision.
pub(crate) struct Outcome {
    /// The arguments that no rule can see.
    pub(crate) outside: Vec<String>,
    pub(crate) asks: Vec<Arc<Rule>>,
    pub(crate) permits: Vec<Arc<Rule>>,
}

impl Outcome {
    /// Whether nobody has to be asked.
    pub(crate) fn needs_no_answer(&self) -> bool {
        self.asks.is_empty() && self.outside.is_empty()
    }
}

impl Engine {
    /// Decides, without the digest that goes into a grant. What rules let go, the call does not carry any more; they are among those that
    /// permit it, and so in the ledger.
    pub(crate) fn decide(&self, request: &PolicyRequest<'_>) -> Result<Outcome, DenialCause> {
        let Act::ByTool { call, tool, act: ToolAct::Call { function, arguments, labels } } = request.act else {
            return self.decide_labelled(request);
        };
        let rules = self.declassifying(request, labels)?;
        if rules.is_empty() {
            return self.decide_labelled(request);
        }
        let let_go: BTreeSet<String> = rules.iter().filter_map(|rule| rule.declassifies().map(ToOwned::to_owned)).collect();
        let labels = labels.clone().without(&let_go);
        let act = Act::ByTool { call, tool, act: ToolAct::Call { function, arguments, labels: &labels } };
        let mut outcome = self.decide_labelled(&PolicyRequest { act, ..*request })?;
        outcome.permits.extend(rules);
        outcome.permits.sort();
        outcome.permits.dedup();
        Ok(outcome)
    }

    /// The rules that let something confidential go with a call.
    fn declassifying(&self, request: &PolicyRequest<'_>, labels: &Labels) -> Result<Vec<Arc<Rule>>, DenialCause> {
        if labels.secrets().is_empty() {
            return Ok(Vec::new());
        }
        let (prepared, _) = self.prepare(request)?;
        let mut permits = self.matching(RuleEffect::Permit, &prepared)?;
        permits.retain(|rule| rule.declassifies().is_some_and(|secret| labels.secrets().contains(secret)));
        Ok(permits)
    }

    fn decide_labelled(&self, request: &PolicyRequest<'_>) -> Result<Outcome, DenialCause> {
        let (prepared, outside) = self.prepare(request)?;
        let forbids = self.matching(RuleEffect::Forbid, &prepared)?;
        if !forbids.is_empty() {
            return Err(DenialCause::Forbidden(forbids));
        }
        let permits = self.matching(RuleEffect::Permit, &prepared)?;
        if permits.is_empty() {
            return Err(DenialCause::NotPermitted);
        }
        Ok(Outcome { outside, asks: self.matching(RuleEffect::Ask, &prepared)?, permits })
    }

    /// Translates a request; what has no translation is denied.
    pub(crate) fn prepare(&self, request: &PolicyRequest<'_>) -> Result<(Prepared<'_>, Vec<String>), DenialCause> {
        let mut context = self.types.circumstances(request.origin, request.integrity);
        let mut outside = Vec::new();
        let (name, principal, resource) = match request.act {
            Act::ByTool { call, tool, act } => {
                let installed = self.installed.tool(tool).ok_or(DenialCause::UnknownFunction)?;
                let principal = self.types.call(call.as_str(), tool, &installed.publisher);
                let (name, resource) = match act {
                    ToolAct::Call { function, arguments, labels } => {
                        let signature = installed.function(function).ok_or(DenialCause::UnknownFunction)?;
                        let Represented { arguments, outside: unseen } =
                            signature.arguments.represent(arguments).map_err(DenialCause::Argument)?;
                        context.push(("arguments".to_owned(), arguments));
                        // Names that stand once always make a record.
                        let labels = self.types.labels(labels, &signature.arguments);
                        context.extend(labels.ok_or(DenialCause::Malformed("labels"))?);
                        outside = unseen;
                        (action_name(tool, function), Some(self.types.tool(tool, &installed.publisher)))
                    }
                    ToolAct::Path { access, path } => {
                        if access != PathAccess::Read {
                            UncontrolledPath::verify(path.clone()).map_err(DenialCause::ControlPath)?;
                        }
                        (access.action().to_owned(), self.types.path(path))
                    }
                    ToolAct::Net(NetRequest { method, host, port, is_secure, path, via }) => {
                        context.push(("method".to_owned(), label("method", method, MAX_LABEL_BYTES)?));
                        context.push(("path".to_owned(), label("path", path, MAX_URL_PATH_BYTES)?));
                        context.push(("port".to_owned(), RestrictedExpression::new_long(port.into())));
                        context.push(("secure".to_owned(), RestrictedExpression::new_bool(is_secure)));
                        context.push(("via".to_owned(), self.types.via(via)));
                        ("net:request".to_owned(), self.types.host(host, self.installed.is_model_host(host)))
                    }
                    ToolAct::Private { host, address, kind, port } => {
                        context.push(("address".to_owned(), label("address", address, MAX_LABEL_BYTES)?));
                        context.push(("kind".to_owned(), label("kind of address", kind, MAX_LABEL_BYTES)?));
                        context.push(("port".to_owned(), RestrictedExpression::new_long(port.into())));
                        ("net:private".to_owned(), self.types.host(host, self.installed.is_model_host(host)))
                    }
                    ToolAct::Secret { name, via } => {
                        context.push(("via".to_owned(), self.types.via(via)));
                        label("secret's name", name, MAX_LABEL_BYTES)?;
                        ("secret:use".to_owned(), Some(Entity::with_uid(uid(&self.types.secret, name))))
                    }
                };
                (name, principal, resource)
            }
            Act::ByRun { run, act } => {
                let (name, resource) = match act {
                    RunAct::MemoryCommit { topic } => {
                        label("topic", topic, MAX_LABEL_BYTES)?;
                        ("memory:commit".to_owned(), Some(Entity::with_uid(uid(&self.types.topic, topic))))
                    }
                    RunAct::ModelSend { provider, host } => {
                        context.push(("provider".to_owned(), label("provider", provider, MAX_LABEL_BYTES)?));
                        ("model:send".to_owned(), self.types.host(host, self.installed.is_model_host(host)))
                    }
                    RunAct::ToolLoad { tool } => {
                        let installed = self.installed.tool(tool).ok_or(DenialCause::UnknownFunction)?;
                        ("tool:load".to_owned(), Some(self.types.tool(tool, &installed.publisher)))
                    }
                };
                (name, Entity::with_uid(uid(&self.types.run, run.as_str())), resource)
            }
        };
        // Values of the types above always translate; if one ever does not, nothing permits it.
        let prepared = self.action(&name).zip(resource).and_then(|(rules, resource)| prepare(rules, context, principal, resource));
        Ok((prepared.ok_or(DenialCause::NotPermitted)?, outside))
    }
}

fn prepare(rules: &ActionRules, context: Vec<(String, RestrictedExpression)>, principal: Entity, resource: Entity) -> Option<Prepared<'_>> {
    let who: EntityUid = principal.uid();
    let request = Request::new(who, rules.action.clone(), resource.uid(), Context::from_pairs(context).ok()?, None).ok()?;
    Some(Prepared { rules, request, entities: rules.with_entities([principal, resource])? })
}

/// A text that goes into a context or a name: neither empty, nor long, nor unprintable.
fn label(part: &'static str, text: &str, limit: usize) -> Result<RestrictedExpression, DenialCause> {
    if text.is_empty() || text.len() > limit || text.chars().any(is_deceptive) {
        return Err(DenialCause::Malformed(part));
    }
    Ok(RestrictedExpression::new_string(text.to_owned()))
}

/// What a request is about, for people and the ledger.
pub(crate) fn subject(request: &PolicyRequest<'_>) -> Subject {
    let cut = |text: &str| text.chars().take(MAX_SUBJECT_CHARS).collect();
    let of = |actor: &str, action: String, resource: &str| Subject { actor: actor.to_owned(), action, resource: cut(resource) };
    match request.act {
        Act::ByTool { call, tool, act } => match act {
            ToolAct::Call { function, .. } => of(call.as_str(), action_name(tool, function), tool.as_str()),
            ToolAct::Path { access, path } => of(call.as_str(), access.action().to_owned(), path.as_str()),
            ToolAct::Net(NetRequest { method, host, port, is_secure, path, .. }) => {
                let place = place(host, port, is_secure);
                of(call.as_str(), "net:request".to_owned(), &format!("{method} {place}{path}"))
            }
            ToolAct::Private { host, address, kind, port } => {
                of(call.as_str(), "net:private".to_owned(), &format!("{host}:{port}, which is {address} ({kind})"))
            }
            ToolAct::Secret { name, .. } => of(call.as_str(), "secret:use".to_owned(), name),
        },
        Act::ByRun { run, act } => match act {
            RunAct::MemoryCommit { topic } => of(run.as_str(), "memory:commit".to_owned(), topic),
            RunAct::ModelSend { host, .. } => of(run.as_str(), "model:send".to_owned(), host.as_str()),
            RunAct::ToolLoad { tool } => of(run.as_str(), "tool:load".to_owned(), tool.as_str()),
        },
    }
}

/// Scheme, host and port, without what goes without saying.
fn place(host: &Host, port: u16, is_secure: bool) -> String {
    let host = if host.as_str().contains(':') { format!("[{host}]") } else { host.to_string() };
    match (is_secure, port) {
        (true, 443) => host,
        (true, _) => format!("{host}:{port}"),
        (false, 80) => format!("http://{host}"),
        (false, _) => format!("http://{host}:{port}"),
    }
}

#[cfg(test)]
mod tests;
