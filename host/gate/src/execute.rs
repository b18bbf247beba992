//! The tool runs: in a fresh instance, over a stage of the workspace.

use std::{collections::BTreeSet, sync::Arc};

use cofferdam_base::Timestamp;
use cofferdam_ledger::event::{Event, Usage as LedgerUsage};
use cofferdam_sandbox::{GuestCall, GuestFailure, HttpClient, Usage};
use cofferdam_store::{Stage, Staged};
use cofferdam_trust::{CheckedOutput, manifest::Effect};
use serde_json::json;

use crate::{gate::Gate, guard::CallGuard, network::Exchange, permit::Permitted, record::Record, refusal::Fault, transcript::Said};

/// What makes a call repeatable: the time that the tool sees and what its random bytes come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replay {
    pub(crate) time: Timestamp,
    pub(crate) seed: [u8; 32],
}

/// A call whose tool came to its end with an outcome that follows the signed schema. Nothing of it is verified.
#[must_use]
pub(crate) struct Executed<'a> {
    pub(crate) permitted: Permitted<'a>,
    pub(crate) output: CheckedOutput,
    pub(crate) staged: Staged,
    pub(crate) replay: Replay,
    pub(crate) usage: Usage,
    pub(crate) log: String,
    pub(crate) guard: Arc<CallGuard>,
    /// The network as the call had it; none where it had none.
    pub(crate) exchange: Option<Arc<Exchange>>,
}

impl<'a> Executed<'a> {
    /// Runs `invoke` and closes the stage.
    pub(crate) fn run(
        permitted: Permitted<'a>,
        gate: &Gate,
        exchange: Option<Arc<Exchange>>,
        replay: Replay,
        record: &mut Record<'_>,
    ) -> Result<Self, Fault> {
        let verified = permitted.request.tool.verified();
        let limits = verified.limits();
        let (workspace, policies) = (gate.workspace.clone(), gate.policies.clone());
        let guard =
            Arc::new(CallGuard::new(policies, permitted.caller.clone(), permitted.granted.clone(), permitted.request.manifest().effect));
        let stage = match permitted.request.manifest().effect {
            // What cannot be taken back is not mixed with what can.
            Effect::Read | Effect::Irrevocable => Stage::read_only(workspace, guard.clone(), limits),
            Effect::Staged => Stage::new(workspace, guard.clone(), limits),
        };
        let arguments = permitted.request.arguments.text();
        let call =
            GuestCall { function: permitted.request.function.name().as_str(), arguments: &arguments, time: replay.time, seed: replay.seed };
        let http = exchange.clone().map(|exchange| exchange as Arc<dyn HttpClient>);
        let invocation = permitted.request.tool.prepared()?.invoke(&call, stage, http, limits)?;
        let text = match invocation.result {
            Ok(text) => text,
            Err(GuestFailure { code, message }) => {
                gate.note_secrets(&invocation.stage.into_reads(), exchange.as_deref(), record)?;
                // The host knows better than the tool why a request failed.
                return Err(exchange.and_then(|exchange| exchange.take_fault()).unwrap_or(Fault::Tool { code, message }));
            }
        };
        let staged = invocation.stage.seal()?;
        gate.note_secrets(staged.reads(), exchange.as_deref(), record)?;
        let output = permitted.request.function.check_output(&text)?;
        // What is answered can repeat what was asked, and the two may come to stand apart.
        let reads = record.commit_to(Said::Reads, seen(&staged, exchange.as_deref(), &permitted.carried(&record.secrets))?)?;
        let usage = invocation.usage;
        record.note_with(Said::Outcome, text, |call, outcome| Event::Invocation { call, outcome, reads, usage: ledger_usage(usage) })?;
        Ok(Self { permitted, output, staged, replay, usage, log: invocation.log, guard, exchange })
    }
}

/// What a call saw of the world, as a transcript tells of it: of the workspace, of the network, and what is confidential in it.
fn seen(staged: &Staged, exchange: Option<&Exchange>, secrets: &BTreeSet<String>) -> Result<String, Fault> {
    let requests = exchange.map(Exchange::told).transpose()?.unwrap_or_default();
    if requests.is_empty() && secrets.is_empty() {
        return Ok(serde_json::to_string(staged.reads())?);
    }
    let mut seen = serde_json::to_value(staged.reads())?;
    if let Some(list) = seen.as_array_mut() {
        list.extend(requests);
        list.extend((!secrets.is_empty()).then(|| json!({"confidential": secrets})));
    }
    Ok(seen.to_string())
}

fn ledger_usage(usage: Usage) -> LedgerUsage {
    LedgerUsage { fuel: usage.fuel, wall_ms: u64::try_from(usage.wall.as_millis()).unwrap_or(u64::MAX), memory_bytes: usage.memory_peak }
}
