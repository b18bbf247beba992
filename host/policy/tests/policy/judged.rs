//! What a request comes to: in cases that a person tests, and under two sets of policies.

use crate::environment::*;
use cofferdam_base::{Diagnostic as _, WorkspacePath};
use cofferdam_policy::*;

const RULE: &str = "@id(\"a\") forbid (principal, action == Action::\"memory:commit\", resource);";

fn case(name: &str, topic: &str, expect: &str) -> String {
    format!("[[case]]\nname = \"{name}\"\nexpect = \"{expect}\"\naction = \"memory:commit\"\ntopic = \"{topic}\"\n")
}

#[test]
fn every_case_is_judged_as_loading_judges_it() {
    let cases = [
        case("kept", "t", "deny"),
        case("wrong", "t", "allow"),
        "[[case]]\nname = \"absent\"\nexpect = \"deny\"\naction = \"web.get\"\narguments = {}\n".to_owned(),
    ];
    let source = PolicySource { cases: Some(cases.concat()), ..user(RULE) };
    let judged = judge_cases(&source, &environment()).unwrap();
    let [kept, wrong, absent] = judged.as_slice() else { panic!("{judged:?}") };
    assert!(matches!(&kept.outcome, CaseOutcome::Passed(verdict) if verdict.ruling == Ruling::Deny && verdict.rules[0].id() == "a"));
    let CaseOutcome::Failed(verdict) = &wrong.outcome else { panic!("{wrong:?}") };
    assert!(matches!(&absent.outcome, CaseOutcome::Inactive(tool) if tool.as_str() == "web"));
    let error = Policies::load(&[source], &environment()).expect_err("a case fails");
    assert_eq!(error.to_string(), format!("1 case(s) of `user.cedar` came out otherwise: `wrong` expects allow, and {}", verdict.found));
}

#[test]
fn a_file_that_does_not_load_has_no_judged_cases() {
    for (text, code) in [
        ("permit", "policy.syntax"),
        ("@id(\"a\") forbid (principal, action == Action::\"files.raed\", resource);", "policy.unknown-action"),
        ("@id(\"a\") forbid (principal, action, resource) when { false };", "policy.never-applies"),
    ] {
        assert_eq!(judge_cases(&user(text), &environment()).expect_err(text).code(), code);
    }
    assert_eq!(judge_cases(&user(RULE), &environment()).unwrap(), []);
}

#[test]
fn a_flip_is_another_decision_and_not_another_rule() {
    let before = default_and(&[]);
    let others = default_and(&[user(
        "@id(\"asks\") @ask(\"sure?\") forbid (principal, action == Action::\"path:write\", resource in Path::\"docs\");
         @id(\"permits\") permit (principal, action == Action::\"path:read\", resource);",
    )]);
    let flip = |access, path: &str| {
        by_tool("edit", ToolAct::Path { access, path: &WorkspacePath::parse(path).unwrap() }, |request| before.flip(&others, &request))
    };
    let flipped = flip(PathAccess::Write, "docs/a.md").unwrap();
    assert_eq!((flipped.before.ruling, flipped.after.ruling), (Ruling::Allow, Ruling::Ask));
    assert_eq!((flipped.before.rules[0].id(), flipped.after.rules[0].id(), flipped.after.rules[0].line()), ("use-workspace", "asks", 1));
    assert_eq!((flip(PathAccess::Write, "a.md"), flip(PathAccess::Read, "docs/a.md")), (None, None));
}
