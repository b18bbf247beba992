//! The tool runs: in a fresh instance, over a stage of the workspace.

use std::sync::Arc;

use cofferdam_base::Timestamp;
use cofferdam_ledger::event::{Event, Usage as LedgerUsage};
use cofferdam_policy::Policies;
use cofferdam_sandbox::{GuestCall, GuestFailure, Usage};
use cofferdam_store::{Stage, Staged, Workspace};
use cofferdam_trust::{CheckedOutput, manifest::Effect};

use crate::{guard::CallGuard, permit::Permitted, record::Record, refusal::Fault, transcript::Said};

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
}

impl<'a> Executed<'a> {
    /// Runs `invoke` and closes the stage.
    pub(crate) fn run(
        permitted: Permitted<'a>,
        workspace: Arc<Workspace>,
        policies: Arc<Policies>,
        replay: Replay,
        record: &mut Record<'_>,
    ) -> Result<Self, Fault> {
        let verified = permitted.request.tool.verified();
        let limits = verified.limits();
        let guard = Arc::new(CallGuard::new(policies, permitted.caller.clone(), permitted.granted.clone()));
        let stage = match permitted.request.manifest().effect {
            Effect::Read => Stage::read_only(workspace, guard.clone(), limits),
            Effect::Staged | Effect::Irrevocable => Stage::new(workspace, guard.clone(), limits),
        };
        let arguments = permitted.request.arguments.text();
        let call =
            GuestCall { function: permitted.request.function.name().as_str(), arguments: &arguments, time: replay.time, seed: replay.seed };
        let invocation = permitted.request.tool.prepared()?.invoke(&call, stage, None, limits)?;
        let text = invocation.result.map_err(|GuestFailure { code, message }| Fault::Tool { code, message })?;
        let output = permitted.request.function.check_output(&text)?;
        let staged = invocation.stage.seal()?;
        let reads = record.commit_to(Said::Reads, serde_json::to_string(staged.reads())?)?;
        let usage = invocation.usage;
        record.note_with(Said::Outcome, text, |call, outcome| Event::Invocation { call, outcome, reads, usage: ledger_usage(usage) })?;
        Ok(Self { permitted, output, staged, replay, usage, log: invocation.log, guard })
    }
}

fn ledger_usage(usage: Usage) -> LedgerUsage {
    LedgerUsage { fuel: usage.fuel, wall_ms: u64::try_from(usage.wall.as_millis()).unwrap_or(u64::MAX), memory_bytes: usage.memory_peak }
}
