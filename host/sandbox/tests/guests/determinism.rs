//! The same call gives the same outcome, log, changes and fuel, wherever it runs.

use cofferdam_base::{Digest, Timestamp};
use cofferdam_sandbox::{Allocator, Component, GuestCall, Prepared, Sandbox};
use cofferdam_store::ChangeSet;

use crate::support::{Place, SANDBOX, call, component, guest, limits};

type Everything = (String, String, u64, u64, ChangeSet);

fn everything(guest: &Prepared, call: &GuestCall<'_>) -> Everything {
    let limits = limits();
    let done = guest.invoke(call, Place::new().stage(&limits), None, &limits).unwrap();
    let changes = done.stage.seal().unwrap().changes().clone();
    (done.result.unwrap(), done.log, done.usage.fuel, done.usage.memory_peak, changes)
}

#[test]
fn the_same_call_is_the_same_in_every_sandbox() {
    let bytes = component(guest!("witness"));
    let source = Component { bytes: &bytes, digest: Digest::of(&bytes) };
    let unpooled = Sandbox::on_demand().unwrap();
    assert_eq!(unpooled.allocator(), Allocator::OnDemand);
    let (one, other) = (SANDBOX.prepare(source, None).unwrap(), unpooled.prepare(source, None).unwrap());
    let first = everything(&one, &call("go", "{}"));
    assert_eq!(first.0.len(), 1216);
    assert_eq!(first.1.len(), 160);
    assert_eq!(first.4.len(), 1);
    for guest in [&one, &other, &one] {
        assert_eq!(everything(guest, &call("go", "{}")), first);
    }
}

#[test]
fn another_seed_or_time_is_seen_and_costs_the_same() {
    let bytes = component(guest!("witness"));
    let guest = SANDBOX.prepare(Component { bytes: &bytes, digest: Digest::of(&bytes) }, None).unwrap();
    let first = everything(&guest, &call("go", "{}"));
    for call in [GuestCall { seed: [8; 32], ..call("go", "{}") }, GuestCall { time: Timestamp(1), ..call("go", "{}") }] {
        let changed = everything(&guest, &call);
        assert_ne!(changed.0, first.0);
        assert_eq!(changed.2, first.2, "fuel");
    }
}

#[test]
fn nothing_of_the_host_is_seen() {
    let bytes = component(guest!("witness"));
    let guest = SANDBOX.prepare(Component { bytes: &bytes, digest: Digest::of(&bytes) }, None).unwrap();
    let seen = everything(&guest, &call("go", "{}")).0;
    // Bytes 80 to 95 of what it saw: the counts and sizes of environment and arguments, all zero.
    assert_eq!(&seen[160..192], "a".repeat(32));
}
