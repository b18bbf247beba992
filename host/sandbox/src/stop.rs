//! Why a guest stopped: the engine's many errors, as ours.

use wasmtime::{Error, PoolConcurrencyLimitError, Trap, component::ResourceTableError};
use wasmtime_wasi::I32Exit;

use crate::{
    error::SandboxError,
    filesystem::{StageLost, WorkspaceChanged},
    limit::{Limit, LimitReached},
    memory::Meter,
};

/// What wasmtime says when a call hands over more than `Store::set_hostcall_fuel` allows. It has no type to ask for; tests in
/// `tests/hostile.rs` fail if a later release says it in other words.
const HOST_CALL_TOO_LARGE: &str = "fuel allocated for hostcalls has been exhausted";
/// What wasmtime says when a store has more handles than `Store::set_max_component_handles` allows; tested likewise.
const TOO_MANY_HANDLES: &str = "store handle limit exceeded";

/// The error of a call, by its cause.
pub(crate) fn explain(error: Error, meter: &Meter) -> SandboxError {
    let limit = SandboxError::Limit;
    if let Some(LimitReached(reached)) = error.downcast_ref() {
        return limit(*reached);
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return limit(Limit::Calls);
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return limit(Limit::Handles);
    }
    match error.downcast_ref() {
        Some(Trap::OutOfFuel) => return limit(Limit::Fuel),
        Some(Trap::Interrupt) => return limit(Limit::WallClock),
        Some(Trap::StackOverflow) => return limit(Limit::Stack),
        _ => {}
    }
    let error = match error.downcast::<WorkspaceChanged>() {
        Ok(WorkspaceChanged(conflict)) => return SandboxError::WorkspaceChanged(conflict),
        Err(error) => error,
    };
    if error.is::<StageLost>() {
        return SandboxError::Engine(error.into_boxed_dyn_error());
    }
    let text = error.root_cause().to_string();
    if text.contains(HOST_CALL_TOO_LARGE) {
        return limit(Limit::HostCall);
    }
    if text.contains(TOO_MANY_HANDLES) {
        return limit(Limit::Handles);
    }
    // A guest that gets no memory gives up in one of the ways below (or is not even instantiated): this says why.
    if let Some(denied) = meter.denied() {
        return limit(denied);
    }
    if let Some(I32Exit(status)) = error.downcast_ref() {
        return SandboxError::GuestExit { status: *status };
    }
    if let Some(Trap::UnreachableCodeReached) = error.downcast_ref() {
        return SandboxError::GuestPanic;
    }
    SandboxError::Trap(error.into_boxed_dyn_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::{Diagnostic, Limits};

    #[test]
    fn a_stage_that_a_panic_has_left_is_the_hosts_fault() {
        let error = explain(Error::new(StageLost), &Meter::new(&Limits::default()));
        assert_eq!(error.code(), "sandbox.engine");
        assert_eq!(cofferdam_base::error::causes(&error), ["the stage of the call cannot be used any more"]);
        assert!(error.hint().is_some_and(|hint| hint.contains("cofferdam doctor")));
    }
}
