//! Calls: each in a store and an instance of its own, within its limits.

use std::{sync::Arc, time::Instant};

use cofferdam_base::{Limits, Timestamp};
use cofferdam_store::{Stage, Staged};
use wasmtime::{CallHook, Store, UpdateDeadline};

use crate::{
    bindings::tool::{
        Tool,
        exports::cofferdam::tool::handler::{self, Failure},
    },
    error::SandboxError,
    filesystem::{Access, Mount, StageLost},
    guest::{Guest, View},
    http::HttpClient,
    limit::{Limit, LimitReached},
    outcome::{GuestFailure, Invocation, Stopped, Usage, Verdict, Verification},
    sandbox::Prepared,
    stop::explain,
};

/// Where a tool finds the workspace.
pub const WORKSPACE: &str = "/workspace";
/// Where `verify` finds the workspace as it was before the call.
pub const BEFORE: &str = "/before";
/// Sentences of evidence in one verdict. Prevents a verdict that nobody can read, made of a million empty ones.
pub const MAX_EVIDENCE: usize = 1_000;

/// One call of one function, with all that decides what the tool sees beside the workspace: so it can be repeated exactly.
#[derive(Debug, Clone, Copy)]
pub struct GuestCall<'a> {
    /// The function's name.
    pub function: &'a str,
    /// JSON text, already checked against the function's signed schema.
    pub arguments: &'a str,
    /// What the tool's clock starts with.
    pub time: Timestamp,
    /// What the tool's random bytes come from.
    pub seed: [u8; 32],
}

/// A call that came to its end.
struct Ended<R> {
    result: R,
    mounts: Vec<Mount>,
    usage: Usage,
    log: String,
}

impl Prepared {
    /// Calls `invoke`. The tool sees the stage as `/workspace`, and nothing else of this machine; it sends requests by `http`, if it is
    /// given one.
    ///
    /// Runs on this thread, which needs 1 MiB of stack.
    ///
    /// # Errors
    /// [`Stopped`]: the tool did not answer within its limits. The stage is dropped.
    pub fn invoke(
        &self,
        call: &GuestCall<'_>,
        stage: Stage,
        http: Option<Arc<dyn HttpClient>>,
        limits: &Limits,
    ) -> Result<Invocation, Stopped> {
        let views = vec![View { name: WORKSPACE, access: Access::ReadWrite, stage }];
        let arguments = arguments(call, limits)?;
        let ended = self.run(call.time, &call.seed, views, http, limits, |tool, store| {
            let result = tool.cofferdam_tool_handler().call_invoke(store, &arguments)?;
            bounded(
                limits,
                match &result {
                    Ok(outcome) => outcome.len(),
                    Err(failure) => failure.code.len().saturating_add(failure.message.len()),
                },
            )?;
            Ok(result.map_err(|Failure { code, message }| GuestFailure { code, message }))
        })?;
        let Ended { result, mounts, usage, log } = ended;
        match only_stage(mounts) {
            Ok(stage) => Ok(Invocation { result, stage, usage, log }),
            Err(reason) => Err(Stopped { reason, usage, log }),
        }
    }

    /// Calls `verify`. The tool sees what the call would leave as `/workspace` and what it found as `/before`, both read-only. It is
    /// for the caller to give it an `http` that sends nothing, and answers what the call was answered.
    ///
    /// Runs on this thread, which needs 1 MiB of stack.
    ///
    /// # Errors
    /// [`Stopped`]: the tool did not answer within its limits.
    pub fn verify(
        &self,
        call: &GuestCall<'_>,
        outcome: &str,
        staged: Staged,
        http: Option<Arc<dyn HttpClient>>,
        limits: &Limits,
    ) -> Result<Verification, Stopped> {
        let views = vec![
            View { name: WORKSPACE, access: Access::ReadOnly, stage: staged.view() },
            View { name: BEFORE, access: Access::ReadOnly, stage: staged.before() },
        ];
        let arguments = arguments(call, limits)?;
        let ended = self.run(call.time, &call.seed, views, http, limits, |tool, store| {
            Ok(match tool.cofferdam_tool_handler().call_verify(store, &arguments, outcome)? {
                handler::Verdict::Pass(evidence) => {
                    let bytes = evidence.iter().fold(0usize, |sum, sentence| sum.saturating_add(sentence.len()));
                    bounded(limits, if evidence.len() > MAX_EVIDENCE { usize::MAX } else { bytes })?;
                    Verdict::Pass(evidence)
                }
                handler::Verdict::Fail(reason) => {
                    bounded(limits, reason.len())?;
                    Verdict::Fail(reason)
                }
            })
        })?;
        let Ended { result: verdict, mounts, usage, log } = ended;
        match with_reads(staged, mounts) {
            Ok(staged) => Ok(Verification { verdict, staged, usage, log }),
            Err(reason) => Err(Stopped { reason, usage, log }),
        }
    }

    /// Calls `describe`: the tool's functions as JSON text, at most `output_bytes`. The tool sees no files and sends nothing.
    ///
    /// # Errors
    /// [`Stopped`]: the tool did not answer within its limits.
    pub fn describe(&self, limits: &Limits) -> Result<String, Stopped> {
        let ended = self.run(Timestamp(0), &[0; 32], Vec::new(), None, limits, |tool, store| {
            let text = tool.cofferdam_tool_handler().call_describe(store)?;
            bounded(limits, text.len())?;
            Ok(text)
        })?;
        Ok(ended.result)
    }

    /// Runs one export in a fresh store and instance.
    fn run<R>(
        &self,
        time: Timestamp,
        seed: &[u8; 32],
        views: Vec<View>,
        http: Option<Arc<dyn HttpClient>>,
        limits: &Limits,
        export: impl FnOnce(&Tool, &mut Store<Guest>) -> wasmtime::Result<R>,
    ) -> Result<Ended<R>, Stopped> {
        let began = Instant::now();
        let beating = self.shared.ticker.start().map_err(|error| SandboxError::Engine(Box::new(error)))?;
        let mut store = self.open_store(Guest::new(time, seed, views, http, limits), limits)?;
        let result = self.tool.instantiate(&mut store).and_then(|tool| export(&tool, &mut store));
        drop(beating);
        // Cannot fail where `set_fuel` did not.
        let fuel = limits.fuel.saturating_sub(store.get_fuel().unwrap_or_default());
        let guest = store.into_data();
        let log = guest.log.take();
        let usage = Usage { fuel, memory_peak: guest.meter.memory_bytes(), log_bytes: log.len() as u64, wall: began.elapsed() };
        match result {
            Ok(result) => Ok(Ended { result, mounts: guest.into_mounts(), usage, log }),
            Err(error) => Err(Stopped { reason: explain(error, &guest.meter), usage, log }),
        }
    }

    /// A store that ends its guest at each of the limits.
    fn open_store(&self, guest: Guest, limits: &Limits) -> Result<Store<Guest>, SandboxError> {
        let mut store = Store::new(&self.shared.engine, guest);
        store.limiter(|guest| &mut guest.meter);
        store.set_fuel(limits.fuel).map_err(|error| SandboxError::Engine(error.into_boxed_dyn_error()))?;
        store.epoch_deadline_callback(|store| store.data().check_deadline().map(|()| UpdateDeadline::Continue(1)));
        store.set_epoch_deadline(1);
        store.call_hook(|store, hook| match hook {
            // Before and after each call to the host: an epoch cannot interrupt one.
            CallHook::CallingHost | CallHook::ReturningFromHost => store.data().check_deadline(),
            CallHook::CallingWasm | CallHook::ReturningFromWasm => Ok(()),
        });
        store.set_hostcall_fuel(usize::try_from(limits.host_call_bytes).unwrap_or(usize::MAX));
        // Handles to the host's objects, and those that the guest makes for itself. Lending one counts as another.
        store.set_max_component_handles(usize::try_from(limits.resources.saturating_mul(2)).unwrap_or(usize::MAX));
        Ok(store)
    }
}

/// The stage of a call that had one.
fn only_stage(mounts: Vec<Mount>) -> Result<Stage, SandboxError> {
    let stage = mounts.into_iter().next().map_or(Err(StageLost), Mount::into_stage);
    stage.map_err(|lost| SandboxError::Engine(Box::new(lost)))
}

/// What was verified, relying also on what the verification saw.
fn with_reads(staged: Staged, mounts: Vec<Mount>) -> Result<Staged, SandboxError> {
    mounts.into_iter().try_fold(staged, |staged, mount| {
        let stage = mount.into_stage().map_err(|lost| SandboxError::Engine(Box::new(lost)))?;
        staged.with_reads(stage.into_reads()).map_err(|conflict| SandboxError::WorkspaceChanged(Box::new(conflict)))
    })
}

fn arguments(call: &GuestCall<'_>, limits: &Limits) -> Result<handler::Call, SandboxError> {
    if call.arguments.len() as u64 > limits.argument_bytes {
        return Err(SandboxError::Limit(Limit::Arguments));
    }
    Ok(handler::Call { function: call.function.to_owned(), arguments: call.arguments.to_owned() })
}

/// The guest's answer is in the host's memory by now, within `host_call_bytes`; more than `output_bytes` goes no further.
fn bounded(limits: &Limits, bytes: usize) -> wasmtime::Result<()> {
    if bytes as u64 > limits.output_bytes { Err(LimitReached::trap(Limit::Output)) } else { Ok(()) }
}
