//! What is found to be impossible, and that Cedar agrees.

use std::collections::HashSet;

use cedar_policy::{Authorizer, Context, Decision, Entities, Entity, PolicySet, Request, RestrictedExpression};
use proptest::prelude::*;

use super::*;

fn is_impossible(condition: &str) -> bool {
    contradicts(&Policy::parse(None, format!("forbid (principal, action, resource) {condition};")).unwrap())
}

#[test]
fn conditions_that_no_values_fulfil_are_found() {
    for condition in [
        r#"when { context.origin == Origin::"model" && context.origin == Origin::"mcp" }"#,
        r#"when { context.origin == Origin::"model" } when { context.origin != Origin::"model" }"#,
        r#"when { context.origin == Origin::"model" } unless { [Origin::"model", Origin::"mcp"].contains(context.origin) }"#,
        r#"when { context.origin in [Origin::"model", Origin::"mcp"] && context.origin == Origin::"user" }"#,
        r#"unless { context.integrity == Integrity::"trusted" || Integrity::"untrusted" == context.integrity }"#,
        r#"when { context.labels.directed && (context.arguments has path && !context.labels.directed) }"#,
        r#"when { context.labels.directed == true && context.labels.directed == false }"#,
        r#"when { resource.path == "a" && resource.path == "b" }"#,
        r#"when { resource.path == "a" && !["a", "b"].contains(resource.path) }"#,
        r#"when { resource.folded like "*/a" } unless { resource.folded like "*/a" }"#,
        r#"when { if context.labels.directed then resource.path == "a" else false } unless { resource.path == "a" }"#,
        r#"when { context.derived has to && context.derived.to == Derivation::"nothing" }"#,
        r#"when { context.arguments.line == 1 && context.arguments.line == 2 }"#,
    ] {
        assert!(is_impossible(condition), "{condition}");
    }
}

#[test]
fn conditions_that_some_values_fulfil_or_that_are_not_understood_are_not() {
    for condition in [
        "",
        r#"when { context.origin == Origin::"model" || context.origin == Origin::"mcp" }"#,
        r#"when { context.origin != Origin::"model" && context.origin != Origin::"mcp" }"#,
        r#"when { context.labels.target == Derivation::"nothing" && context.labels.content == Derivation::"user" }"#,
        r#"when { resource.path != "a" && resource.path != "b" }"#,
        r#"when { resource in Path::"a" && resource in Path::"a/b" }"#,
        r#"when { context.arguments.line > 5 && context.arguments.line < 3 }"#,
        r#"when { resource.path == "a" && resource.folded == "b" }"#,
        r#"when { ["a", "b"].contains(resource.path) && ["b", "c"].contains(resource.path) }"#,
        r#"when { context.labels.sources.contains("web.get") } unless { context.labels.sources.contains("mail.get") }"#,
    ] {
        assert!(!is_impossible(condition), "{condition}");
    }
}

#[test]
fn what_would_take_long_to_find_is_given_up() {
    let many: Vec<String> = (0..20).map(|n| format!("(resource.folded like \"a{n}\" || resource.folded like \"b{n}\")")).collect();
    let many = many.join(" && ");
    assert!(!is_impossible(&format!("when {{ {many} && resource.executed && !resource.executed }}")));
    // Not so what is compared with values, wherever it stands.
    assert!(is_impossible(&format!("when {{ {many} && resource.path == \"a\" && resource.path == \"b\" }}")));
}

/// Cedar's own word on a condition, for every request that its atoms can tell apart.
fn matches_some_request(condition: &str) -> bool {
    let uid = |kind: &str, id: &str| format!("{kind}::\"{id}\"").parse::<cedar_policy::EntityUid>().unwrap();
    let policy = Policy::parse(None, format!("permit (principal, action, resource) when {{ {condition} }};")).unwrap();
    let policies = PolicySet::from_policies([policy]).unwrap();
    let is_match = |origin: &str, integrity: &str, path: &str| {
        let entity = |kind: &str, id: &str| RestrictedExpression::new_entity_uid(uid(kind, id));
        let context = [("origin".to_owned(), entity("Origin", origin)), ("integrity".to_owned(), entity("Integrity", integrity))];
        let attributes = [("path".to_owned(), RestrictedExpression::new_string(path.to_owned()))].into();
        let resource = Entity::new(uid("Path", path), attributes, HashSet::new()).unwrap();
        let context = Context::from_pairs(context).unwrap();
        let request = Request::new(uid("Call", "c"), uid("Action", "a"), uid("Path", path), context, None).unwrap();
        let entities = Entities::from_entities([resource], None).unwrap();
        Authorizer::new().is_authorized(&request, &policies, &entities).decision() == Decision::Allow
    };
    let paths = |origin: &str, integrity: &str| ["a", "b", "c"].iter().any(|path| is_match(origin, integrity, path));
    Origin::ALL.iter().any(|origin| Integrity::ALL.iter().any(|integrity| paths(origin.as_str(), integrity.as_str())))
}

fn conditions() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        (0..4usize, any::<bool>()).prop_map(|(origin, is)| {
            let origin = Origin::ALL[origin].as_str();
            format!("(context.origin {} Origin::\"{origin}\")", if is { "==" } else { "!=" })
        }),
        (0..4usize, 0..4usize).prop_map(|(one, other)| {
            let [one, other] = [one, other].map(|origin| Origin::ALL[origin].as_str());
            format!("[Origin::\"{one}\", Origin::\"{other}\"].contains(context.origin)")
        }),
        any::<bool>().prop_map(|is| format!("(Integrity::\"{}\" == context.integrity)", if is { "trusted" } else { "untrusted" })),
        prop_oneof![Just("a"), Just("b")].prop_map(|path| format!("(resource.path == \"{path}\")")),
        any::<bool>().prop_map(|value| value.to_string()),
    ];
    atom.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("!({one})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} && {other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} || {other})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(one, other, last)| format!("(if {one} then {other} else {last})")),
        ]
    })
}

proptest! {
    #[test]
    fn a_condition_is_impossible_exactly_where_cedar_matches_no_request(condition in conditions()) {
        let policy = Policy::parse(None, format!("forbid (principal, action, resource) when {{ {condition} }};")).unwrap();
        prop_assert_eq!(contradicts(&policy), !matches_some_request(&condition));
    }
}
