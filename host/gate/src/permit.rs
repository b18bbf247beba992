//! Policy before anything runs: the call itself, and the paths and requests in its arguments.

use std::collections::BTreeSet;

use cofferdam_ledger::event::Subject;
use cofferdam_policy::{Decision, Grant, ToolAct, Via};
use cofferdam_store::PathAccess;
use cofferdam_trust::manifest::{Access, Effect};

use crate::{
    ask::{Asking, Shown},
    attendant::Attendant,
    confidential::approved_reads,
    gate::Gate,
    guard::{Caller, Granted, policy_access},
    network::Settled,
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
    /// For the requests that its arguments name.
    pub(crate) settled: Settled,
}

impl<'a> Permitted<'a> {
    /// Decides on the call, and on the paths and the requests in its arguments.
    ///
    /// A path that will be written or deleted and that a rule only asks about passes here: the person is asked when there is
    /// a change to look at. What cannot be taken back is decided on with what it will read, which is settled before.
    pub(crate) fn decide(
        mut request: Request<'a>,
        caller: Caller,
        gate: &Gate,
        record: &mut Record<'_>,
        attendant: &mut dyn Attendant,
    ) -> Result<Self, Fault> {
        let (full_name, signers) = (request.full_name(), request.signers());
        let mut before = None;
        if request.manifest().effect == Effect::Irrevocable {
            let shown = Shown::of_call(&request, &full_name, &signers, None);
            let mut asking = Asking { gate, record, attendant, subject: Subject::Call, shown };
            let granted = settle_paths(&request, &caller, &mut asking)?;
            let carried = asking.gate.secrets_at(&granted)?;
            asking.record.secrets.extend(carried.iter().cloned());
            request.labels = request.labels.carrying(&carried);
            before = Some(granted);
        }
        let shown = Shown::of_call(&request, &full_name, &signers, None);
        let mut asking = Asking { gate, record, attendant, subject: Subject::Call, shown };
        let act = ToolAct::Call { function: request.function.name(), arguments: request.arguments.value(), labels: &request.labels };
        let grant = asking.settle(caller.decide(&gate.policies, act))?;
        let granted = match before {
            Some(granted) => granted,
            None => settle_paths(&request, &caller, &mut asking)?,
        };
        asking.record.secrets.extend(approved_reads(&granted));
        let settled = settle_requests(&request, &caller, &mut asking)?;
        Ok(Self { request, caller, grant, granted, settled })
    }

    /// What may be carried by what comes of the call: what is confidential in what it read, and what whoever made it had in view.
    pub(crate) fn carried(&self, read: &BTreeSet<String>) -> BTreeSet<String> {
        read.union(self.request.labels.secrets()).cloned().collect()
    }
}

/// Decides on the paths in the arguments.
fn settle_paths(request: &Request<'_>, caller: &Caller, asking: &mut Asking<'_, '_>) -> Result<Granted, Fault> {
    let mut granted = Granted::new();
    for (access, path) in &request.paths {
        let access = access_of(*access);
        let decision = caller.decide(&asking.gate.policies, ToolAct::Path { access: policy_access(access), path });
        match (decision, access) {
            (Decision::Ask(_), PathAccess::Write | PathAccess::Delete) => {}
            (decision, _) => {
                granted.insert((access, path.clone()), asking.settle(decision)?);
            }
        }
    }
    Ok(granted)
}

/// Decides on the requests that the arguments name, and on the secrets that would go with them: now a person can be asked.
fn settle_requests(request: &Request<'_>, caller: &Caller, asking: &mut Asking<'_, '_>) -> Result<Settled, Fault> {
    let mut settled = Settled::default();
    for declared in &request.requests {
        let network = asking.gate.network.as_ref().ok_or_else(|| Fault::NoNetwork { request: declared.text() })?;
        let act = ToolAct::Net(declared.as_rules_see(Via::Argument));
        let grant = asking.settle(caller.decide(&asking.gate.policies, act))?;
        settled.requests.push((declared.clone(), grant));
        if let Some(credential) = network.credential_for(&declared.target, asking.gate.clock.now())? {
            let act = ToolAct::Secret { name: &credential.name, via: Via::Argument };
            let grant = asking.settle(caller.decide(&asking.gate.policies, act))?;
            settled.secrets.insert(credential.name.clone(), grant);
        }
    }
    Ok(settled)
}

/// The stage's word for an access that a signed manifest speaks of.
pub(crate) fn access_of(access: Access) -> PathAccess {
    match access {
        Access::Read => PathAccess::Read,
        Access::Write => PathAccess::Write,
        Access::Delete => PathAccess::Delete,
    }
}
