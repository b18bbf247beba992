//! Rules and cases about tools that are not installed.

use crate::environment::*;
use cofferdam_policy::*;
use serde_json::json;

fn inactive(policies: &Policies) -> Vec<(&str, &str)> {
    policies.inactive_rules().iter().map(|inactive| (inactive.rule.id(), inactive.absent.as_str())).collect()
}

#[test]
fn a_rule_about_an_absent_tool_is_listed_and_the_rest_holds() {
    let policies = default_and(&[user(
        "@id(\"by-action\") forbid (principal, action == Action::\"web.fetch\", resource) when { context.arguments.url like \"*\" };
         @id(\"by-condition\") forbid (principal, action, resource) when { action == Action::\"web.fetch\" };
         @id(\"by-tool\") forbid (principal in Tool::\"web\", action, resource);
         @id(\"by-publisher\") forbid (principal, action, resource in Publisher::\"nobody\");
         @id(\"holds\") forbid (principal in Tool::\"files\", action == Action::\"path:read\", resource);",
    )]);
    let expected = [
        ("by-action", "Action::\"web.fetch\""),
        ("by-condition", "Action::\"web.fetch\""),
        ("by-tool", "Tool::\"web\""),
        ("by-publisher", "Publisher::\"nobody\""),
    ];
    assert_eq!(inactive(&policies), expected);
    assert!(policies.warnings().iter().all(|warning| matches!(warning, Warning::Unexercised { rule } if rule.id() == "holds")));
}

#[test]
fn a_rule_that_only_mentions_an_absent_tool_stays_in_force() {
    let policies = default_and(&[user(
        "@id(\"list\") forbid (principal, action in [Action::\"web.fetch\", Action::\"files.read\"], resource);
         @id(\"unless\") forbid (principal, action == Action::\"edit.delete\", resource) unless { principal in Tool::\"web\" };",
    )]);
    assert_eq!(inactive(&policies), []);
    assert_eq!(reasons(&call(&policies, "files.read", json!({ "path": "a" }))), ["list"]);
    assert_eq!(reasons(&call(&policies, "edit.delete", json!({ "path": "a" }))), ["unless"]);
}

#[test]
fn the_rule_holds_once_the_tool_is_there() {
    let rule = user("@id(\"a\") forbid (principal, action == Action::\"files.read\", resource);");
    let without = Environment { tools: environment().tools.split_off(1), ..environment() };
    let sources = [builtin(Profile::Careful), vec![rule]].concat();
    assert_eq!(inactive(&Policies::load(&sources, &without).unwrap()).len(), 1);
    assert_eq!(reasons(&call(&load(&sources), "files.read", json!({ "path": "a" }))), ["a"]);
}

#[test]
fn cases_about_absent_tools_are_listed_and_silence_the_exercise_warning() {
    let rule = "@id(\"a\") forbid (principal, action == Action::\"web.fetch\", resource);\n@id(\"b\") forbid (principal, action == Action::\"secret:use\", resource);";
    let cases = "[[case]]\nname = \"fetching\"\naction = \"web.fetch\"\narguments = {}\nexpect = \"deny\"\n";
    let policies = load(&[PolicySource { cases: Some(cases.to_owned()), ..user(rule) }]);
    assert_eq!(
        policies.inactive_cases().iter().map(|case| (case.case.as_str(), case.tool.as_str())).collect::<Vec<_>>(),
        [("fetching", "web")]
    );
    assert_eq!(policies.warnings(), []);
}

#[test]
fn confusable_texts_in_rules_are_warned_about() {
    let policies = load(&[user("@id(\"a\") forbid (principal, action in Action::\"path\", resource in Path::\"p\u{430}th\");")]);
    assert!(policies.warnings().iter().any(|warning| matches!(warning, Warning::Confusable { rule, .. } if rule.id() == "a")));
}
