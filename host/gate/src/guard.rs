//! Policy as the stage asks it: on each resolved path that a running tool touches.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use cofferdam_base::{CallId, ToolName, WorkspacePath};
use cofferdam_policy::{Act, Decision, Grant, Integrity, Origin, PathAccess, Policies, PolicyRequest, ToolAct};
use cofferdam_store::{PathAccess as StageAccess, PathDecision, PathGuard};
use cofferdam_trust::manifest::Effect;

/// Who a call is, as policies see it.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) call: CallId,
    pub(crate) tool: ToolName,
    pub(crate) origin: Origin,
    pub(crate) integrity: Integrity,
}

impl Caller {
    /// Asks the policies about something that the call wants to do.
    pub(crate) fn decide(&self, policies: &Policies, act: ToolAct<'_>) -> Decision {
        policies.decide(&PolicyRequest {
            origin: self.origin,
            integrity: self.integrity,
            act: Act::ByTool { call: &self.call, tool: &self.tool, act },
        })
    }
}

/// Paths that were granted before the tool ran: those in its arguments, some of them approved by a person.
pub(crate) type Granted = BTreeMap<(StageAccess, WorkspacePath), Grant>;

/// The policies' word for an access to the stage.
pub(crate) fn policy_access(access: StageAccess) -> PathAccess {
    match access {
        StageAccess::Read => PathAccess::Read,
        StageAccess::Write => PathAccess::Write,
        StageAccess::Delete => PathAccess::Delete,
    }
}

/// Decides for the stage of one call.
///
/// A read that a rule asks about is refused while the tool runs, unless a person approved that very path before: nobody can
/// be asked in the middle of a call. A write that a rule asks about may be staged: the question comes with the finished change.
pub(crate) struct CallGuard {
    policies: Arc<Policies>,
    caller: Caller,
    granted: Granted,
    /// Whether it touches only what was granted before: what cannot be taken back carries out nothing that was not decided on.
    is_closed: bool,
    /// Reads that only a person could have allowed.
    unanswered: Mutex<BTreeSet<WorkspacePath>>,
}

impl CallGuard {
    pub(crate) fn new(policies: Arc<Policies>, caller: Caller, granted: Granted, effect: Effect) -> Self {
        Self { policies, caller, granted, is_closed: effect == Effect::Irrevocable, unanswered: Mutex::new(BTreeSet::new()) }
    }

    /// The reads that were refused because nobody could be asked.
    pub(crate) fn unanswered(&self) -> Vec<WorkspacePath> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl PathGuard for CallGuard {
    fn decide(&self, access: StageAccess, path: &WorkspacePath) -> PathDecision {
        if self.granted.contains_key(&(access, path.clone())) {
            return PathDecision::Allowed;
        }
        if self.is_closed {
            return PathDecision::Refused;
        }
        match (self.caller.decide(&self.policies, ToolAct::Path { access: policy_access(access), path }), access) {
            (Decision::Allowed(_), _) | (Decision::Ask(_), StageAccess::Write | StageAccess::Delete) => PathDecision::Allowed,
            (Decision::Ask(_), StageAccess::Read) => {
                self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
                PathDecision::Refused
            }
            (Decision::Denied(_), _) => PathDecision::Refused,
        }
    }
}
