//! What one call does is nothing to another that runs at the same time.

use std::{
    sync::{Arc, Barrier, Condvar, Mutex},
    thread,
};

use cofferdam_base::{Class, Diagnostic, Digest, Limits, WorkspacePath};
use cofferdam_sandbox::{CONCURRENT_CALLS, Component, Sandbox};
use cofferdam_store::{PathAccess, PathDecision, PathGuard};

use crate::support::{Place, call, code, component, component_with_resources, content, guest, invoke, limits, prepared};

#[test]
fn each_hostile_guest_ends_alone() {
    let fine = prepared(&component(guest!("witness")));
    let expected = invoke(&fine, "go", "{}", &limits()).unwrap();
    let (outcome, fuel) = (expected.result.unwrap(), expected.usage.fuel);
    let tight = Limits { fuel: u64::MAX, staged_files: 100, resources: 50, ..limits() };
    for (bytes, end) in [
        (component(guest!("endless-loop")), "sandbox.wall-clock"),
        (component(guest!("deep-recursion")), "sandbox.stack-overflow"),
        (component(guest!("memory-bomb")), "sandbox.memory"),
        (component(guest!("table-bomb")), "sandbox.tables"),
        (component(guest!("log-flood")), "sandbox.log-flood"),
        (component(guest!("output-flood")), "sandbox.output-too-large"),
        (component(guest!("host-call-flood")), "sandbox.host-call-bytes"),
        (component(guest!("many-files")), "sandbox.staged-files"),
        (component(guest!("random-flood")), "sandbox.random-bytes"),
        (component(guest!("handle-flood")), "sandbox.too-many-handles"),
        (component_with_resources(guest!("resource-flood")), "sandbox.too-many-handles"),
        (component(guest!("panic")), "sandbox.guest-panic"),
        (component(guest!("trap")), "sandbox.trap"),
        (component(guest!("exit")), "sandbox.guest-exit"),
    ] {
        let hostile = prepared(&bytes);
        let start = Barrier::new(2);
        thread::scope(|threads| {
            let attack = threads.spawn(|| {
                start.wait();
                let wall_ms = if end == "sandbox.wall-clock" { 100 } else { tight.wall_ms };
                code(invoke(&hostile, "go", "{}", &Limits { wall_ms, ..tight.clone() }))
            });
            start.wait();
            for _ in 0..20 {
                let done = invoke(&fine, "go", "{}", &limits()).unwrap();
                assert_eq!((done.result.unwrap(), done.usage.fuel), (outcome.clone(), fuel), "beside {end}");
            }
            assert_eq!(attack.join().unwrap(), end);
        });
    }
}

#[test]
fn the_end_of_one_calls_time_is_not_the_end_of_anothers() {
    let endless = prepared(&component(guest!("endless-loop")));
    let limits = |wall_ms, fuel| Limits { wall_ms, fuel, ..limits() };
    thread::scope(|threads| {
        let long = threads.spawn(|| invoke(&endless, "go", "{}", &limits(3_600_000, 300_000_000)));
        for _ in 0..5 {
            assert_eq!(code(invoke(&endless, "go", "{}", &limits(10, u64::MAX))), "sandbox.wall-clock");
        }
        assert_eq!(code(long.join().unwrap()), "sandbox.fuel-exhausted", "it had time enough for all its fuel");
    });
}

/// Lets nobody through before it is opened.
#[derive(Default)]
struct Gate {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl PathGuard for Gate {
    fn decide(&self, _: PathAccess, _: &WorkspacePath) -> PathDecision {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        self.changed.notify_all();
        drop(self.changed.wait_while(state, |(_, open)| !*open).unwrap());
        PathDecision::Allowed
    }
}

#[test]
fn one_call_too_many_is_refused_and_no_other_is_harmed() {
    let bytes = component(guest!("paths"));
    let sandbox = Sandbox::new().unwrap();
    let guest = sandbox.prepare(Component { bytes: &bytes, digest: Digest::of(&bytes) }, None).unwrap();
    let (place, limits, gate) = (Place::new(), limits(), Arc::new(Gate::default()));
    let read = || guest.invoke(&call("read", "file"), place.guarded_stage(Arc::clone(&gate) as Arc<dyn PathGuard>, &limits), None, &limits);
    thread::scope(|threads| {
        let calls: Vec<_> = (0..CONCURRENT_CALLS).map(|_| threads.spawn(read)).collect();
        drop(gate.changed.wait_while(gate.state.lock().unwrap(), |(waiting, _)| *waiting < CONCURRENT_CALLS as usize).unwrap());
        let stopped = read().err().unwrap();
        assert_eq!((stopped.code(), stopped.class()), ("sandbox.busy", Class::Limit));
        gate.state.lock().unwrap().1 = true;
        gate.changed.notify_all();
        for call in calls {
            assert_eq!(call.join().unwrap().unwrap().result.unwrap(), "what is here");
        }
    });
}

#[test]
fn a_workspace_that_changes_under_a_call_ends_it() {
    let (guest, place, limits) = (prepared(&component(guest!("paths"))), Place::new(), limits());
    let mut stage = place.stage(&limits);
    let path = WorkspacePath::parse("file").unwrap();
    stage.stat(&path, cofferdam_store::Follow::Yes).unwrap();
    std::fs::write(place.root().join("file"), "something else, and longer").unwrap();
    assert_eq!(code(guest.invoke(&call("read", "file"), stage, None, &limits)), "sandbox.workspace-changed");
    assert_eq!(content(&place.root().join("file")), "something else, and longer");
}
