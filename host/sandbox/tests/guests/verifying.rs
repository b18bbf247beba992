//! `verify` sees what would be and what was, and can change nothing.

use cofferdam_base::Diagnostic;
use cofferdam_sandbox::{GuestFailure, Prepared, Verdict};
use cofferdam_store::Staged;

use crate::support::{Place, call, component, guest, limits, prepared};

const READ_ONLY: &str = "69";

fn staged(guest: &Prepared, place: &Place, function: &str, path: &str) -> Staged {
    let limits = limits();
    let done = guest.invoke(&call(function, path), place.stage(&limits), None, &limits).unwrap();
    assert_eq!(done.result.unwrap(), "00");
    done.stage.seal().unwrap()
}

fn evidence(guest: &Prepared, staged: &Staged, function: &str, path: &str) -> String {
    match guest.verify(&call(function, path), "{}", staged.clone(), None, &limits()).unwrap().verdict {
        Verdict::Pass(evidence) => evidence.concat(),
        Verdict::Fail(reason) => panic!("{reason}"),
    }
}

#[test]
fn sees_the_workspace_as_it_would_be_and_as_it_was() {
    let (guest, place) = (prepared(&component(guest!("paths"))), Place::new());
    let staged = staged(&guest, &place, "write", "planted");
    assert_eq!(evidence(&guest, &staged, "read", "planted"), "planted");
    assert_eq!(evidence(&guest, &staged, "before", "planted"), "old");
}

#[test]
fn can_change_nothing() {
    let (guest, place) = (prepared(&component(guest!("paths"))), Place::new());
    let staged = staged(&guest, &place, "write", "new");
    for function in ["write", "make", "unlink", "name", "put", "change"] {
        assert_eq!(evidence(&guest, &staged, function, "planted"), READ_ONLY, "{function}");
    }
    for function in ["truncate", "symlink", "hardlink"] {
        assert_ne!(evidence(&guest, &staged, function, "planted"), "00", "{function}");
    }
    assert_eq!(staged.changes().len(), 1);
}

#[test]
fn a_verdict_can_be_a_failure_with_its_reason() {
    let (guest, place) = (prepared(&component(guest!("paths"))), Place::new());
    let staged = staged(&guest, &place, "write", "new");
    let verified = guest.verify(&call("read", "new"), "x is wrong", staged, None, &limits()).unwrap();
    assert_eq!(verified.verdict, Verdict::Fail("x is wrong".to_owned()));
}

#[test]
fn what_it_read_is_relied_on_too() {
    let (guest, place) = (prepared(&component(guest!("paths"))), Place::new());
    let staged = staged(&guest, &place, "write", "new");
    let path = cofferdam_base::WorkspacePath::parse("folder/inner").unwrap();
    assert!(staged.reads().get(&path).is_none());
    let verified = guest.verify(&call("read", "folder/inner"), "{}", staged, None, &limits()).unwrap();
    assert!(verified.staged.reads().get(&path).is_some());
}

#[test]
fn evidence_is_limited() {
    let (guest, place) = (prepared(&component(guest!("output-flood"))), Place::new());
    let limits = limits();
    let staged = place.stage(&limits).seal().unwrap();
    let stopped = guest.verify(&call("five", "{}"), "{}", staged, None, &limits).err().unwrap();
    assert_eq!(stopped.code(), "sandbox.output-too-large");
}

#[test]
fn a_tool_refuses_with_a_code_and_a_message() {
    let (guest, place) = (prepared(&component(guest!("refusal"))), Place::new());
    let limits = limits();
    let done = guest.invoke(&call("go", "{}"), place.stage(&limits), None, &limits).unwrap();
    assert_eq!(done.result, Err(GuestFailure { code: "!no".to_owned(), message: "!no".to_owned() }));
}

#[test]
fn describe_answers_without_any_files() {
    let guest = prepared(&component(guest!("paths")));
    assert_eq!(guest.describe(&limits()).unwrap(), "[]");
}
