//! Every limit is reached by a guest that tries, ends it with the limit's own error, and costs no more than the limit.

use cofferdam_base::{Class, Diagnostic, Limits};

use crate::support::{code, component, component_with_resources, guest, invoke, limits, prepared};

#[test]
fn an_endless_loop_ends_when_its_fuel_is_used_up() {
    let guest = prepared(&component(guest!("endless-loop")));
    let few = Limits { fuel: 1_000_000, ..limits() };
    let stopped = invoke(&guest, "go", "{}", &few).err().unwrap();
    assert_eq!((stopped.code(), stopped.class()), ("sandbox.fuel-exhausted", Class::Limit));
    assert_eq!(stopped.usage.fuel, few.fuel);
}

#[test]
fn an_endless_loop_ends_when_its_time_is_over() {
    let guest = prepared(&component(guest!("endless-loop")));
    let short = Limits { wall_ms: 50, fuel: u64::MAX, ..limits() };
    let stopped = invoke(&guest, "go", "{}", &short).err().unwrap();
    assert_eq!((stopped.code(), stopped.class()), ("sandbox.wall-clock", Class::Limit));
    assert!(stopped.usage.wall.as_millis() >= 50, "not before its time");
}

#[test]
fn memory_that_was_denied_is_the_reason_of_the_crash_that_follows() {
    let guest = prepared(&component(guest!("memory-bomb")));
    for memory_bytes in [limits().memory_bytes, 10 << 20] {
        let stopped = invoke(&guest, "go", "{}", &Limits { memory_bytes, ..limits() }).err().unwrap();
        assert_eq!(stopped.code(), "sandbox.memory");
        assert!(stopped.usage.memory_peak <= memory_bytes, "{}", stopped.usage.memory_peak);
    }
}

#[test]
fn memory_is_denied_to_a_guest_that_starts_with_too_much() {
    let guest = prepared(&component(guest!("panic")));
    assert_eq!(code(invoke(&guest, "go", "{}", &Limits { memory_bytes: 1 << 16, ..limits() })), "sandbox.memory");
}

#[test]
fn tables_are_limited() {
    let guest = prepared(&component(guest!("table-bomb")));
    assert_eq!(code(invoke(&guest, "go", "{}", &limits())), "sandbox.tables");
}

#[test]
fn a_deep_recursion_does_not_reach_the_host() {
    let guest = prepared(&component(guest!("deep-recursion")));
    assert_eq!(code(invoke(&guest, "go", "{}", &limits())), "sandbox.stack-overflow");
}

#[test]
fn a_flood_of_output_ends_with_what_fits() {
    let guest = prepared(&component(guest!("log-flood")));
    for function in ["out", "err"] {
        let stopped = invoke(&guest, function, "{}", &limits()).err().unwrap();
        assert_eq!(stopped.code(), "sandbox.log-flood");
        assert!(stopped.log.len() as u64 <= limits().log_bytes && stopped.log.starts_with("...."), "{}", stopped.log.len());
    }
}

#[test]
fn a_result_that_is_too_large_goes_no_further() {
    let guest = prepared(&component(guest!("output-flood")));
    assert_eq!(code(invoke(&guest, "five", "{}", &limits())), "sandbox.output-too-large");
    // More than the host ever takes over at once: it is not even copied.
    assert_eq!(code(invoke(&guest, "huge", "{}", &limits())), "sandbox.host-call-bytes");
    assert!(invoke(&guest, "five", "{}", &Limits { output_bytes: 6 << 20, ..limits() }).is_ok());
}

#[test]
fn one_call_to_the_host_hands_over_only_so_much() {
    let guest = prepared(&component(guest!("host-call-flood")));
    assert_eq!(code(invoke(&guest, "go", "{}", &limits())), "sandbox.host-call-bytes");
}

#[test]
fn arguments_are_limited() {
    let guest = prepared(&component(guest!("panic")));
    let arguments = "x".repeat(1 + (1 << 20));
    assert_eq!(code(invoke(&guest, "go", &arguments, &limits())), "sandbox.arguments-too-large");
}

#[test]
fn files_are_limited() {
    let guest = prepared(&component(guest!("many-files")));
    assert_eq!(code(invoke(&guest, "go", "{}", &limits())), "sandbox.staged-files");
}

#[test]
fn bytes_written_read_and_listed_are_limited() {
    let guest = prepared(&component(guest!("paths")));
    assert_eq!(code(invoke(&guest, "write", "new", &Limits { staged_bytes: 6, ..limits() })), "sandbox.staged-bytes");
    assert_eq!(code(invoke(&guest, "read", "file", &Limits { read_bytes: 11, ..limits() })), "sandbox.read-bytes");
    assert_eq!(code(invoke(&guest, "dir", ".", &Limits { listed_entries: 3, ..limits() })), "sandbox.listed-entries");
}

#[test]
fn a_file_that_is_too_large_is_an_answer_and_not_the_end() {
    let guest = prepared(&component(guest!("paths")));
    let small = Limits { file_bytes: 11, ..limits() };
    // EFBIG.
    assert_eq!(invoke(&guest, "read", "file", &small).unwrap().result.unwrap(), "22");
}

#[test]
fn random_bytes_are_limited() {
    let guest = prepared(&component(guest!("random-flood")));
    assert_eq!(code(invoke(&guest, "go", "{}", &limits())), "sandbox.random-bytes");
}

#[test]
fn open_handles_are_limited() {
    let guest = prepared(&component(guest!("handle-flood")));
    assert_eq!(code(invoke(&guest, "go", "{}", &Limits { resources: 50, ..limits() })), "sandbox.too-many-handles");
}

#[test]
fn handles_that_the_guest_makes_for_itself_are_limited() {
    let guest = prepared(&component_with_resources(guest!("resource-flood")));
    assert_eq!(code(invoke(&guest, "go", "{}", &limits())), "sandbox.too-many-handles");
}

#[test]
fn sleeping_moves_the_clock_and_does_not_wait() {
    let guest = prepared(&component(guest!("sleeper")));
    let short = Limits { wall_ms: 20_000, ..limits() };
    assert_eq!(invoke(&guest, "go", "{}", &short).unwrap().result.unwrap(), "00");
    // A moment that never comes is no hang either.
    assert_eq!(code(invoke(&guest, "never", "{}", &short)), "sandbox.trap");
}

#[test]
fn a_crash_a_trap_and_an_exit_have_their_own_names() {
    let guest = prepared(&component(guest!("panic")));
    assert_eq!(code(invoke(&guest, "go", "{}", &limits())), "sandbox.guest-panic");
    let guest = prepared(&component(guest!("trap")));
    assert_eq!(code(invoke(&guest, "divide", "{}", &limits())), "sandbox.trap");
    assert_eq!(code(invoke(&guest, "memory", "{}", &limits())), "sandbox.trap");
    let guest = prepared(&component(guest!("exit")));
    let stopped = invoke(&guest, "go", "{}", &limits()).err().unwrap();
    assert_eq!((stopped.code(), stopped.class(), stopped.hint()), ("sandbox.guest-exit", Class::Failed, None));
    assert_eq!(stopped.to_string(), "the tool ended itself with status 0 instead of answering");
}
