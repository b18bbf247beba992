//! Every lie, compiled as a component and sent through the real gate: trust, policy, sandbox, postconditions, `verify` in an
//! instance of its own. Each is refused by whom its table says, leaves the workspace byte for byte as it was, and stands in
//! the ledger as refused.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test makes and looks at real folders, and fails by panicking"
)]

mod setting;

use std::collections::BTreeSet;

use cofferdam_base::{Diagnostic as _, Digest, Limits};
use cofferdam_gate::{Completed, Fault, Mode, Publication};
use cofferdam_ledger::event::{Check, Event};
use cofferdam_mutants::{SUBJECTS, Subject};
use cofferdam_sandbox::{Component, Sandbox};
use cofferdam_tool_sdk::{
    Lie,
    lie::{Caught, Wrong},
};
use cofferdam_trust::manifest::{Effect, MAX_FUNCTIONS};
use serde_json::Value;
use setting::{Setting, component};

/// Who refuses a lie in the gate, where the first refusal is the last word.
#[derive(Debug, PartialEq, Eq)]
enum Refuser {
    /// The stage of a function that reads takes no change, so that the lie cannot even be told.
    Stage,
    /// The host's postconditions.
    Host,
    /// The tool's `verify`.
    Hook,
}

impl Refuser {
    fn expected(lie: &Lie, effect: Effect) -> Self {
        match (lie.wrong, lie.caught) {
            (Wrong::TooMuchDone, Caught::Both | Caught::ByHost) if effect == Effect::Read => Self::Stage,
            (_, Caught::Both | Caught::ByHost) => Self::Host,
            (_, Caught::ByVerify) => Self::Hook,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Stage => "gate.tool-refused",
            Self::Host => "gate.postcondition",
            Self::Hook => "gate.verdict",
        }
    }

    /// The verdict in the ledger, on the postconditions and of the hook.
    fn verdict(&self) -> Option<(Check, Check)> {
        match self {
            Self::Stage => None,
            Self::Host => Some((Check::Failed, Check::None)),
            Self::Hook => Some((Check::Passed, Check::Failed)),
        }
    }
}

/// Tells every lie about a tool to the gate, and then calls its functions as they are.
fn refused_as_listed(subject: &Subject) {
    let lies: Vec<&Lie> = subject.lies().collect();
    // A signed tool has only so many functions.
    for lies in lies.chunks(MAX_FUNCTIONS - subject.honest.descriptions().len()) {
        let setting = Setting::of(subject, lies);
        lies.iter().for_each(|lie| refused(&setting, lie));
        subject.honest.descriptions().iter().for_each(|function| honest_calls_pass(subject, &setting, function.name));
    }
}

/// Asserts that a lie is refused by whom its table says, and that nothing is left of it but that.
fn refused(setting: &Setting, lie: &Lie) {
    let (before, refuser) = (setting.tree(), Refuser::expected(lie, setting.effect(lie.honest)));
    let refused = setting.call(lie.name, lie.arguments, Mode::Publish).expect_err(lie.name);
    assert_eq!(refused.code(), refuser.code(), "{}: {refused}", lie.name);
    if let Fault::Tool { code, .. } = &refused.fault {
        assert_eq!(code, "workspace.read-only", "{}", lie.name);
    }
    assert_eq!(setting.tree(), before, "{}", lie.name);
    let events = setting.events(&refused.call);
    assert_eq!(events.iter().find_map(verdict), refuser.verdict(), "{}", lie.name);
    assert!(matches!(events.last(), Some(Event::Refused { code, .. }) if code == refuser.code()), "{}: {events:?}", lie.name);
    assert!(!events.iter().any(is_about_publishing), "{}: {events:?}", lie.name);
}

fn verdict(event: &Event) -> Option<(Check, Check)> {
    if let Event::Verdict { postconditions, hook, .. } = event { Some((*postconditions, *hook)) } else { None }
}

fn is_about_publishing(event: &Event) -> bool {
    matches!(event, Event::Intent { .. } | Event::Published { .. } | Event::Aborted { .. })
}

/// The honest function passes with the arguments of its first lie, and no check refuses it with those of any.
fn honest_calls_pass(subject: &Subject, setting: &Setting, function: &str) {
    let before = setting.tree();
    let arguments: Vec<&str> = subject.lies().filter(|lie| lie.honest == function).map(|lie| lie.arguments).collect();
    let completed = setting.call(function, arguments[0], Mode::Publish).expect(function);
    match setting.effect(function) {
        Effect::Read => assert_eq!((completed.publication, setting.tree()), (Publication::NothingToPublish, before.clone())),
        Effect::Staged | Effect::Irrevocable => {
            assert_eq!(completed.publication, Publication::Published, "{function}");
            assert_ne!(setting.tree(), before, "{function}");
            assert!(setting.events(&completed.call).iter().any(is_about_publishing), "{function}");
            setting.undo(&completed.call);
        }
    }
    for arguments in arguments.into_iter().collect::<BTreeSet<_>>() {
        match setting.call(function, arguments, Mode::DryRun) {
            Ok(Completed { publication: Publication::DryRun | Publication::NothingToPublish, .. }) => {}
            Ok(completed) => panic!("{function} {arguments}: {:?}", completed.publication),
            // Where a lie does what cannot be asked for, the honest function itself says no.
            Err(refused) => assert_eq!(refused.code(), "gate.tool-refused", "{function} {arguments}: {refused}"),
        }
    }
    assert_eq!(setting.tree(), before, "{function}");
}

#[test]
fn lies_about_edits_are_refused() {
    refused_as_listed(&cofferdam_mutants::edit::SUBJECT);
}

#[test]
fn lies_about_files_are_refused() {
    refused_as_listed(&cofferdam_mutants::files::SUBJECT);
}

#[test]
fn lies_about_packages_are_refused() {
    refused_as_listed(&cofferdam_mutants::package::SUBJECT);
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn the_components_describe_what_the_tables_list() {
    let sandbox = Sandbox::new().expect("a sandbox");
    for subject in SUBJECTS {
        let bytes = component(subject.name);
        let prepared = sandbox.prepare(Component { bytes: &bytes, digest: Digest::of(&bytes) }, None).expect("a component");
        let described = prepared.describe(&Limits::default()).expect("a description");
        let [described, listed] = [&described, &subject.with_lies().describe()].map(|text| parse(text));
        let names = |functions: &Value| {
            functions.as_array().expect("functions").iter().map(|function| function["name"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&described), names(&listed), "{}", subject.name);
        assert!(described == listed, "{}: the schemas differ", subject.name);
    }
}
