//! Policy before anything runs: the call itself, and the paths in its arguments.

use cofferdam_ledger::event::Subject;
use cofferdam_policy::{Decision, Grant, ToolAct};
use cofferdam_store::PathAccess;
use cofferdam_trust::manifest::{Access, Effect};

use crate::{
    ask::{Asking, Shown},
    attendant::Attendant,
    gate::Gate,
    guard::{Caller, Granted, policy_access},
    record::Record,
    refusal::Fault,
    request::Request,
};

/// A call that policy, and where it asked a person, lets run.
#[must_use]
pub(crate) struct Permitted<'a> {
    pub(crate) request: Request<'a>,
    pub(crate) caller: Caller,
    /// For the call itself.
    pub(crate) grant: Grant,
    /// For the paths in its arguments.
    pub(crate) granted: Granted,
}

impl<'a> Permitted<'a> {
    /// Decides on the call and on the paths in its arguments.
    ///
    /// A path that will be written or deleted and that a rule only asks about passes here: the person is asked when there is
    /// a change to look at.
    pub(crate) fn decide(
        request: Request<'a>,
        caller: Caller,
        gate: &Gate,
        record: &mut Record<'_>,
        attendant: &mut dyn Attendant,
    ) -> Result<Self, Fault> {
        if request.manifest().effect == Effect::Irrevocable {
            return Err(Fault::Irrevocable { function: request.full_name() });
        }
        let full_name = request.full_name();
        let signers = request.signers();
        let shown = Shown::of_call(&request, &full_name, &signers, None);
        let policies = &gate.policies;
        let mut asking = Asking { gate, record, attendant, subject: Subject::Call, shown };
        let act = ToolAct::Call { function: request.function.name(), arguments: request.arguments.value(), labels: &request.labels };
        let grant = asking.settle(caller.decide(policies, act))?;
        let mut granted = Granted::new();
        for (access, path) in &request.paths {
            let access = access_of(*access);
            let decision = caller.decide(policies, ToolAct::Path { access: policy_access(access), path });
            match (decision, access) {
                (Decision::Ask(_), PathAccess::Write | PathAccess::Delete) => {}
                (decision, _) => {
                    granted.insert((access, path.clone()), asking.settle(decision)?);
                }
            }
        }
        Ok(Self { request, caller, grant, granted })
    }
}

/// The stage's word for an access that a signed manifest speaks of.
pub(crate) fn access_of(access: Access) -> PathAccess {
    match access {
        Access::Read => PathAccess::Read,
        Access::Write => PathAccess::Write,
        Access::Delete => PathAccess::Delete,
    }
}
