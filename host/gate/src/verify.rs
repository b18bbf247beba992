//! The work is checked: first by the host with its own eyes, then by the tool's verify hook in an instance of its own.

use std::sync::Arc;

use cofferdam_ledger::event::{Check, Event};
use cofferdam_sandbox::{GuestCall, HttpClient, Usage, Verdict};
use cofferdam_store::Staged;
use cofferdam_trust::manifest::Effect;

use crate::{
    attendant::{Attendant, Step, enter},
    execute::Executed,
    gate::Gate,
    network::Replayed,
    postcondition::{Held, Scene},
    record::Record,
    refusal::Fault,
    transcript::Said,
};

/// A call whose postconditions hold and whose verify hook passed.
#[must_use]
pub(crate) struct Verified<'a> {
    pub(crate) executed: Executed<'a>,
    /// The stage, relying also on all that the verification read.
    pub(crate) staged: Staged,
    pub(crate) postconditions: usize,
    pub(crate) evidence: Vec<String>,
    pub(crate) verify_usage: Usage,
}

impl<'a> Verified<'a> {
    /// Checks the work.
    pub(crate) fn verify(
        executed: Executed<'a>,
        gate: &Gate,
        record: &mut Record<'_>,
        attendant: &mut dyn Attendant,
    ) -> Result<Self, Fault> {
        enter(attendant, Step::Postconditions)?;
        let held = match postconditions(&executed) {
            Ok(held) => held,
            Err(fault) => {
                let text = fault.to_string();
                record.note_with(Said::Evidence, text, verdict(Check::Failed, Check::None))?;
                return Err(fault);
            }
        };
        let host =
            if held.count > 0 || executed.permitted.request.manifest().effect != Effect::Staged { Check::Passed } else { Check::None };

        enter(attendant, Step::Verify)?;
        let request = &executed.permitted.request;
        let arguments = request.arguments.text();
        let call = GuestCall {
            function: request.function.name().as_str(),
            arguments: &arguments,
            time: executed.replay.time,
            seed: executed.replay.seed,
        };
        let limits = request.tool.verified().limits();
        let replayed = executed.exchange.as_ref().map(|exchange| Arc::new(Replayed::new(exchange.asked())));
        let http = replayed.clone().map(|replayed| replayed as Arc<dyn HttpClient>);
        let verification = request.tool.prepared()?.verify(&call, &executed.output.text(), executed.staged.clone(), http, limits)?;
        gate.note_secrets(verification.staged.reads(), executed.exchange.as_deref(), record)?;
        // Whoever asked for something has to have a use for it that can be checked.
        let unasked = replayed.and_then(|replayed| replayed.unasked());
        match verification.verdict {
            Verdict::Pass(_) if let Some(request) = unasked => {
                let fault = Fault::Unchecked { request };
                record.note_with(Said::Evidence, fault.to_string(), verdict(host, Check::Failed))?;
                Err(fault)
            }
            Verdict::Pass(evidence) => {
                record.note_with(Said::Evidence, serde_json::to_string(&evidence)?, verdict(host, Check::Passed))?;
                Ok(Self { executed, staged: verification.staged, postconditions: held.count, evidence, verify_usage: verification.usage })
            }
            Verdict::Fail(reason) => {
                record.note_with(Said::Evidence, reason.clone(), verdict(host, Check::Failed))?;
                Err(Fault::Verdict { reason })
            }
        }
    }
}

/// Only a function that stages changed something, and every postcondition of the manifest holds.
fn postconditions(executed: &Executed<'_>) -> Result<Held, Fault> {
    let function = executed.permitted.request.manifest();
    let count = executed.staged.changes().len();
    if function.effect != Effect::Staged && count > 0 {
        return Err(Fault::ChangedWhileReading { count });
    }
    let scene =
        Scene { arguments: executed.permitted.request.arguments.value(), output: executed.output.value(), staged: &executed.staged };
    Ok(scene.verify(&function.postconditions)?)
}

fn verdict(postconditions: Check, hook: Check) -> impl FnOnce(cofferdam_base::CallId, cofferdam_ledger::commitment::Commitment) -> Event {
    move |call, evidence| Event::Verdict { call, postconditions, hook, evidence }
}
