//! Every code of a load error has an input that triggers it.

use crate::environment::*;
use cofferdam_base::{Class, Diagnostic};
use cofferdam_policy::*;
use serde_json::json;

fn refused(sources: &[PolicySource]) -> LoadError {
    refused_in(sources, &environment())
}

fn refused_in(sources: &[PolicySource], environment: &Environment) -> LoadError {
    let error = Policies::load(sources, environment).expect_err("it loads");
    assert_eq!(error.class(), Class::Failed);
    assert!(error.hint().unwrap().contains("cofferdam policy check"));
    let sentence = error.to_string();
    assert!(!sentence.ends_with('.') && !sentence.contains(['\n', '\u{1b}', '\u{202e}']), "{sentence}");
    error
}

fn code(text: &str) -> &'static str {
    refused(&[user(text)]).code()
}

fn with_cases(text: &str, cases: &str) -> PolicySource {
    PolicySource { cases: Some(cases.to_owned()), ..user(text) }
}

#[test]
fn rejects_rules_that_do_not_parse() {
    for text in [
        "permit (principal, action, resource)",
        "nonsense;",
        "@id(\"a\") permit (principal, action, resource == ?resource);",
        "@id(\"a\") @id(\"b\") permit (principal, action, resource);",
    ] {
        assert_eq!(code(text), "policy.syntax", "{text}");
    }
    let error = refused(&[user("// one\n\n@id(\"a\")\npermit (principal);")]);
    assert!(error.to_string().contains("user.cedar:3"), "{error}");
}

#[test]
fn rejects_wrong_annotations() {
    let scope = "(principal, action, resource);";
    for text in [
        format!("permit {scope}"),
        format!("@id permit {scope}"),
        format!("@id(\"Not Kebab\") permit {scope}"),
        format!("@id(\"a\") @advice(\"x\") permit {scope}"),
        format!("@id(\"a\") @ask(\"x\") permit {scope}"),
        format!("@id(\"a\") @ask(\"\") forbid {scope}"),
        format!("@id(\"a\") @reason(\"\\u{{202e}}\") forbid {scope}"),
        format!("@id(\"a\") @reason(\"{}\") forbid {scope}", "x".repeat(301)),
        format!("@id(\"a\") @ask(\"x\") @reason(\"y\") forbid {scope}"),
    ] {
        assert_eq!(code(&text), "policy.annotation", "{text}");
    }
}

#[test]
fn rejects_two_rules_or_files_of_one_name() {
    let rule = "@id(\"a\") permit (principal, action, resource);\n";
    assert_eq!(code(&rule.repeat(2)), "policy.duplicate-rule");
    assert_eq!(refused(&[user(rule), user(rule)]).code(), "policy.duplicate-file");
}

#[test]
fn rejects_a_permit_in_a_file_that_may_only_restrict() {
    let error = refused(&[project("@id(\"a\") permit (principal, action, resource);")]);
    assert_eq!(error.code(), "policy.permit-in-restrictions");
    assert_eq!(error.to_string(), "rule `a` (project.cedar:1) is a `permit` in a file that may only restrict");
}

#[test]
fn rejects_misspelt_actions() {
    for action in ["files.raed", "path:raed", "read", "", "Files.read"] {
        assert_eq!(
            code(&format!("@id(\"a\") forbid (principal, action == Action::\"{action}\", resource);")),
            "policy.unknown-action",
            "{action}"
        );
    }
    assert_eq!(code("@id(\"a\") forbid (principal, action == Other::Action::\"files.read\", resource);"), "policy.unknown-action");
}

#[test]
fn rejects_rules_that_do_not_fit_the_schema() {
    let about =
        |condition: &str| format!("@id(\"a\") forbid (principal, action == Action::\"files.search\", resource) when {{ {condition} }};");
    for condition in [
        "context.arguments.pth == \"a\"",
        "context.arguments.path == 1",
        "context.arguments.limit > 1",
        "context.origin == \"model\"",
        "context.origin == Origin::\"modle\"",
        "context.integrity == Integrity::\"tainted\"",
        "resource.name == \"files\"",
        "principal in Person::\"ada\"",
        "ip(\"127.0.0.1\")",
    ] {
        assert_eq!(code(&about(condition)), "policy.not-valid", "{condition}");
    }
    assert!(Policies::load(&[user(&about("context.arguments has limit && context.arguments.limit > 1"))], &environment()).is_ok());
    let two = format!("{}\n{}", about("context.arguments.a"), about("context.arguments.b").replace("\"a\"", "\"b\""));
    assert!(refused(&[user(&two)]).to_string().starts_with("2 rule(s) do not fit the schema: `a` (user.cedar:1)"));
}

#[test]
fn rejects_a_rule_about_an_argument_outside_the_subset() {
    let text = "@id(\"a\") forbid (principal, action == Action::\"example.send\", resource) when { context.arguments.share == 1 };";
    assert_eq!(code(text), "policy.not-valid");
}

#[test]
fn rejects_text_that_hides_something() {
    assert_eq!(code("// \u{202e}"), "policy.deceptive-text");
    let named = PolicySource { name: "a\u{200b}.cedar".to_owned(), ..user("") };
    assert_eq!(refused(&[named]).code(), "policy.deceptive-text");
}

#[test]
fn rejects_what_is_too_large() {
    assert_eq!(code(&" ".repeat(300_000)), "policy.too-large");
    assert_eq!(code(&format!("@id(\"a\") permit (principal, action, resource) when {{ {} }};", "(".repeat(100))), "policy.too-large");
    assert_eq!(refused(&[with_cases("", &" ".repeat(300_000))]).code(), "policy.too-large");
    assert_eq!(refused(&[PolicySource { name: "a".repeat(300), ..user("") }]).code(), "policy.too-large");
    let many: Vec<PolicySource> = (0..65).map(|index| PolicySource { name: index.to_string(), ..user("") }).collect();
    assert_eq!(refused(&many).code(), "policy.too-large");
}

#[test]
fn rejects_cases_that_cannot_be_read() {
    for cases in [
        "x",
        "surprise = 1",
        "[[tool]]\nname = \"t\"\npublisher = \"\"\nfunctions = {}\n[[case]]\nname = \"a\"\nexpect = \"deny\"\naction = \"memory:commit\"\ntopic = \"t\"",
        "[[case]]\nname = \"a\"",
        "[[case]]\nname = \"a\"\nexpect = \"maybe\"\naction = \"path:read\"",
        "[[case]]\nname = \"a\"\nexpect = \"deny\"\naction = \"path:raed\"",
        "[[case]]\nname = \"a\"\nexpect = \"deny\"\naction = \"path:read\"\npath = \"../x\"\ntool = \"files\"",
        "[[case]]\nname = \"a\"\nexpect = \"deny\"\naction = \"path:read\"\npath = \"x\"",
        "[[case]]\nname = \"a\"\nexpect = \"deny\"\naction = \"path:read\"\npath = \"x\"\ntool = \"files\"\ntopic = \"t\"",
        "[[case]]\nname = \"a\"\nexpect = \"deny\"\naction = \"files.read\"\npath = \"x\"",
        &"[[case]]\nname = \"a\"\nexpect = \"deny\"\naction = \"memory:commit\"\ntopic = \"t\"\n".repeat(1001),
    ] {
        assert_eq!(refused(&[with_cases("", cases)]).code(), "policy.cases-unusable", "{}", cases.chars().take(200).collect::<String>());
    }
}

#[test]
fn reports_every_failing_case() {
    let cases = "[[case]]\nname = \"one\"\nexpect = \"allow\"\naction = \"memory:commit\"\ntopic = \"t\"\n";
    let both = format!("{cases}{}", cases.replace("one", "two"));
    let error = refused(&[with_cases("@id(\"a\") forbid (principal, action, resource);", &both)]);
    assert_eq!(error.code(), "policy.case-failed");
    let sentence = "`memory:commit` on `t` is forbidden by `a` (user.cedar:1)";
    assert_eq!(
        error.to_string(),
        format!("2 case(s) of `user.cedar` came out otherwise: `one` expects allow, and {sentence}; `two` expects allow, and {sentence}")
    );
}

#[test]
fn a_built_in_rule_needs_a_case_and_a_users_gets_a_warning() {
    let rule = "@id(\"a\") permit (principal, action, resource);";
    let builtin = PolicySource { set: RuleSet::Grants(GrantOwner::BuiltIn), ..user(rule) };
    assert_eq!(refused(&[builtin]).code(), "policy.unexercised-rule");
    let policies = load(&[user(rule)]);
    assert!(matches!(policies.warnings(), [Warning::Unexercised { rule }] if rule.id() == "a"));
}

#[test]
fn rejects_signatures_that_rules_cannot_speak_about() {
    let tool = |publisher: &str| ToolSignature { tool: "t".parse().unwrap(), publisher: publisher.to_owned(), functions: vec![] };
    let function = FunctionSignature {
        name: "f".parse().unwrap(),
        effect: Effect::Read,
        input: json!({}),
        content: std::collections::BTreeSet::new(),
    };
    for tools in [
        vec![tool("")],
        vec![tool("a\u{202e}")],
        vec![tool(&"a".repeat(300))],
        vec![tool("a"), tool("a")],
        vec![ToolSignature { functions: vec![function.clone(), function.clone()], ..tool("a") }],
        (0..257).map(|index| ToolSignature { tool: format!("t{index}").parse().unwrap(), ..tool("a") }).collect(),
    ] {
        assert_eq!(refused_in(&[], &Environment { tools, model_hosts: vec![] }).code(), "policy.tool-signature");
    }
}
