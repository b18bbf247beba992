//! Rules that can match nothing are refused, with why, and those that wait for a tool are not.

use crate::environment::*;
use cofferdam_base::Diagnostic as _;
use cofferdam_policy::*;

fn refused(text: &str) -> String {
    let error = Policies::load(&[user(text)], &environment()).expect_err(text);
    assert_eq!(error.code(), "policy.never-applies", "{text}: {error}");
    assert!(error.hint().unwrap().contains("take it out") && error.hint().unwrap().contains("`cofferdam policy check`"));
    error.to_string()
}

#[test]
fn every_kind_is_told_with_its_place() {
    for (rule, why) in [
        ("forbid (principal, action, resource) when { false };", "its conditions are always false"),
        ("forbid (principal, action, resource) unless { true };", "its conditions are always false"),
        (
            "forbid (principal, action == Action::\"edit.delete\", resource) when { action == Action::\"files.read\" };",
            "its conditions are always false",
        ),
        (
            "forbid (principal is Run, action == Action::\"path:read\", resource);",
            "its action does not apply to its principal and resource",
        ),
        (
            "forbid (principal, action == Action::\"secret:use\", resource is Path);",
            "its action does not apply to its principal and resource",
        ),
        (
            "permit (principal, action in Action::\"call\", resource) when { context.origin == Origin::\"user\" && context.origin == Origin::\"mcp\" };",
            "its conditions contradict each other",
        ),
        (
            "forbid (principal, action in Action::\"path\", resource) when { resource.extension == \"pem\" } unless { [\"pem\", \"key\"].contains(resource.extension) };",
            "its conditions contradict each other",
        ),
        ("forbid (principal in Tool::\"files\", action == Action::\"edit.delete\", resource);", "its actions are not of `Tool::\"files\"`"),
        (
            "forbid (principal, action in [Action::\"edit.delete\", Action::\"edit.move\"], resource in Publisher::\"acme\");",
            "its actions are not of `Publisher::\"acme\"`",
        ),
    ] {
        let said = refused(&format!("// One line.\n\n@id(\"a\")\n{rule}"));
        assert_eq!(said, format!("1 rule(s) can match no request at all: `a` (user.cedar:3): {why}"));
    }
}

#[test]
fn all_of_them_are_told_at_once() {
    let rule = "@id(\"a\") forbid (principal, action, resource) when { false };\n";
    let said = refused(&format!("{rule}{}", rule.replace("\"a\"", "\"b\"")));
    assert!(said.starts_with("2 rule(s) can match no request at all: `a` (user.cedar:1)") && said.contains("`b` (user.cedar:2)"), "{said}");
}

#[test]
fn a_rule_about_what_is_not_there_is_inactive_and_the_others_are_in_force() {
    let text = "@id(\"absent\") forbid (principal in Tool::\"files\", action == Action::\"web.get\", resource);
        @id(\"owner\") forbid (principal in Tool::\"edit\", action in [Action::\"edit.delete\", Action::\"files.read\"], resource);
        @id(\"publisher\") forbid (principal in Publisher::\"cofferdam\", action == Action::\"edit.delete\", resource in Tool::\"edit\");
        @id(\"group\") forbid (principal in Tool::\"files\", action in Action::\"staged-call\", resource);";
    let policies = load(&[user(text)]);
    assert_eq!(policies.inactive_rules().iter().map(|inactive| inactive.rule.id()).collect::<Vec<_>>(), ["absent"]);
}

#[test]
fn no_built_in_rule_is_impossible() {
    // Of those that are built in, loading does not look at the conditions.
    for profile in Profile::ALL {
        for source in builtin(profile) {
            let read = PolicySource { set: RuleSet::Grants(GrantOwner::User), cases: None, ..source };
            Policies::load(&[read], &environment()).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}
