//! Which rule wins, and every way to be denied.

use crate::environment::*;
use cofferdam_base::{Class, Diagnostic, WorkspacePath};
use cofferdam_policy::*;
use serde_json::json;

const PERMIT: &str = "@id(\"all\") permit (principal, action, resource);\n";
const ASK: &str = "@id(\"asks\") @ask(\"sure?\") forbid (principal, action, resource);\n";
const FORBID: &str = "@id(\"never\") @reason(\"because\") forbid (principal, action, resource);\n";

fn read(policies: &Policies) -> Decision {
    call(policies, "files.read", json!({ "path": "a" }))
}

#[test]
fn forbid_beats_ask_beats_permit_beats_nothing() {
    for (text, expected, rules) in [
        (String::new(), 2, vec![]),
        (PERMIT.to_owned(), 0, vec!["all"]),
        ([PERMIT, ASK].concat(), 1, vec!["asks"]),
        ([PERMIT, FORBID].concat(), 2, vec!["never"]),
        ([PERMIT, ASK, FORBID].concat(), 2, vec!["never"]),
    ] {
        let decision = read(&load(&[user(&text)]));
        assert_eq!((strictness(&decision), reasons(&decision)), (expected, rules), "{text}");
    }
}

#[test]
fn an_ask_without_a_permit_behind_it_denies() {
    assert_eq!(denied(read(&load(&[user(ASK)]))), "policy.not-permitted");
}

#[test]
fn a_denial_names_rule_file_line_and_reason() {
    let Decision::Denied(denial) = read(&load(&[user(&format!("\n{PERMIT}\n{FORBID}"))])) else { panic!() };
    assert_eq!((denial.code(), denial.class(), denial.class().exit_code()), ("policy.forbidden", Class::Denied, 3));
    assert_eq!(denial.to_string(), "`files.read` on `files` is forbidden by `never` (user.cedar:4): because");
    assert!(denial.hint().unwrap().contains("cofferdam policy explain"));
}

#[test]
fn a_rule_that_cannot_be_evaluated_denies_instead_of_being_skipped() {
    // Cedar alone would skip the failing `forbid`, and the `permit` would win.
    let overflow =
        "@id(\"overflow\") forbid (principal, action == Action::\"example.count\", resource) when { context.arguments.n + 1 < 0 };";
    let policies = load(&[user(&[PERMIT, overflow].concat())]);
    assert_eq!(strictness(&call(&policies, "example.count", json!({ "n": 1 }))), 0);
    let Decision::Denied(denial) = call(&policies, "example.count", json!({ "n": i64::MAX })) else { panic!() };
    assert_eq!((denial.code(), denial.reasons()[0].id()), ("policy.not-evaluated", "overflow"));
}

#[test]
fn a_failing_permit_or_ask_denies_too() {
    let grow = "when { context.arguments.n + 1 > 0 };";
    for failing in [
        format!("@id(\"p\") permit (principal, action == Action::\"example.count\", resource) {grow}"),
        format!("@id(\"a\") @ask(\"?\") forbid (principal, action == Action::\"example.count\", resource) {grow}"),
    ] {
        let policies = load(&[user(&[PERMIT, &failing].concat())]);
        assert_eq!(denied(call(&policies, "example.count", json!({ "n": i64::MAX }))), "policy.not-evaluated");
    }
}

#[test]
fn no_policy_grants_a_change_of_a_control_path() {
    let policies = load(&[user(PERMIT)]);
    for control in [".git/config", "a/.GIT/hooks/x", "tools.lock", ".cofferdam/project.cedar", "．git/x", "."] {
        for access in [PathAccess::Write, PathAccess::Delete] {
            assert_eq!(denied(path(&policies, access, control)), "policy.control-path", "{control}");
        }
        assert_eq!(strictness(&path(&policies, PathAccess::Read, control)), 0, "{control}");
    }
}

#[test]
fn what_is_not_installed_is_denied() {
    let policies = load(&[user(PERMIT)]);
    for action in ["web.fetch", "files.write"] {
        assert_eq!(denied(call(&policies, action, json!({}))), "policy.unknown-function");
    }
    let path = WorkspacePath::parse("a").unwrap();
    assert_eq!(denied(ask(&policies, "web", ToolAct::Path { access: PathAccess::Read, path: &path })), "policy.unknown-function");
    assert_eq!(denied(run(&policies, Integrity::Trusted, RunAct::ToolLoad { tool: &"web".parse().unwrap() })), "policy.unknown-function");
}

#[test]
fn arguments_that_are_not_of_their_type_are_denied() {
    let policies = load(&[user(PERMIT)]);
    for arguments in [json!({}), json!({ "path": 1 }), json!({ "path": null }), json!([]), json!(null)] {
        assert_eq!(denied(call(&policies, "files.read", arguments)), "policy.argument-mismatch");
    }
}

#[test]
fn an_argument_that_no_rule_can_see_asks() {
    let policies = load(&[user(PERMIT)]);
    assert_eq!(strictness(&call(&policies, "example.send", json!({ "to": "a" }))), 0);
    let Decision::Ask(question) = call(&policies, "example.send", json!({ "to": "a", "share": 0.5 })) else { panic!() };
    assert_eq!(question.outside(), ["arguments.share"]);
    let forbidden = load(&[user(&[PERMIT, FORBID].concat())]);
    assert_eq!(denied(call(&forbidden, "example.send", json!({ "to": "a", "share": 0.5 }))), "policy.forbidden");
}

#[test]
fn a_rule_lets_one_confidential_thing_go_and_no_other() {
    let secret = "@id(\"secret\") @ask(\"it may carry something\") forbid (principal, action, resource) when { context has labels && !context.labels.secrets.isEmpty() };";
    let release = "@id(\"release\") @declassifies(\".env\") permit (principal, action == Action::\"example.send\", resource) when { context.arguments.to == \"ann\" };";
    let policies = load(&[user(&[PERMIT, secret, release].concat())]);
    let send = |to: &str, secrets: &[&str]| {
        let arguments = json!({ "to": to });
        let secrets = secrets.iter().map(|name| (*name).to_owned()).collect();
        let labels = label::Labels::unknown(&arguments).carrying(&secrets);
        let function = "send".parse().unwrap();
        ask(&policies, "example", ToolAct::Call { function: &function, arguments: &arguments, labels: &labels })
    };
    assert_eq!(strictness(&send("bob", &[])), 0);
    assert_eq!(reasons(&send("bob", &[".env"])), ["secret"]);
    assert_eq!(reasons(&send("ann", &[".env"])), ["all", "release"], "the ledger tells by which rule");
    assert_eq!(reasons(&send("ann", &[".env", "id_rsa"])), ["secret"]);
}

#[test]
fn malformed_parts_of_a_request_are_denied() {
    let policies = load(&[user(PERMIT)]);
    let long = "a".repeat(10_000);
    let host = Host::parse("example.com").unwrap();
    for bad in ["", "a\u{202e}b", "a\nb", &long] {
        assert_eq!(denied(run(&policies, Integrity::Trusted, RunAct::MemoryCommit { topic: bad })), "policy.malformed-request");
        assert_eq!(
            denied(run(&policies, Integrity::Trusted, RunAct::ModelSend { provider: bad, host: &host })),
            "policy.malformed-request"
        );
        assert_eq!(denied(ask(&policies, "files", ToolAct::Secret { name: bad, via: Via::Argument })), "policy.malformed-request");
        assert_eq!(denied(ask(&policies, "files", request(bad, &host, "/"))), "policy.malformed-request");
        assert_eq!(denied(ask(&policies, "files", request("GET", &host, bad))), "policy.malformed-request");
    }
}

#[test]
fn only_an_approval_turns_a_question_into_a_grant() {
    let policies = load(&[user(&[PERMIT, ASK].concat())]);
    let question = || match read(&policies) {
        Decision::Ask(question) => question,
        other @ (Decision::Allowed(_) | Decision::Denied(_)) => panic!("{other:?}"),
    };
    let grant = question().answered(Answer::Approved { by: "ada".to_owned() }).unwrap();
    assert_eq!((grant.approved_by(), grant.subject().action.as_str(), grant.policies()), (Some("ada"), "files.read", policies.digest()));
    assert_eq!(grant.reasons()[0].id(), "all");
    assert_eq!(question().answered(Answer::Declined).unwrap_err().code(), "policy.declined");
    assert_eq!(question().answered(Answer::DeclinedBefore).unwrap_err().code(), "policy.declined-before");
    let not_asked = question().answered(Answer::NotAsked { most: 20 }).unwrap_err();
    assert_eq!((not_asked.code(), not_asked.class()), ("policy.too-many-questions", Class::Limit));
    let unanswered = question().answered(Answer::Nobody).unwrap_err();
    assert_eq!(unanswered.code(), "policy.unanswered");
    assert!(unanswered.to_string().ends_with("`asks` (user.cedar:2): sure?"), "{unanswered}");
}

#[test]
fn rules_see_arguments_tools_publishers_folders_domains_and_circumstances() {
    let cases = [
        ("principal, action == Action::\"files.read\", resource", "context.arguments.path like \"*.md\""),
        ("principal in Tool::\"files\", action, resource", "true"),
        ("principal in Publisher::\"cofferdam\", action, resource is Tool in Publisher::\"cofferdam\"", "true"),
        ("principal, action in Action::\"read-call\", resource == Tool::\"files\"", "context.origin == Origin::\"model\""),
        ("principal, action in Action::\"call\", resource", "context.integrity == Integrity::\"trusted\""),
    ];
    for (scope, condition) in cases {
        let policies = load(&[user(&format!("@id(\"a\") permit ({scope}) when {{ {condition} }};"))]);
        assert_eq!(strictness(&call(&policies, "files.read", json!({ "path": "a.md" }))), 0, "{scope}");
        assert_eq!(
            strictness(&call(&policies, "example.count", json!({ "n": 1 }))) == 0,
            condition.starts_with("context.integrity"),
            "{scope}"
        );
    }
    let docs = load(&[user("@id(\"a\") permit (principal, action == Action::\"path:write\", resource in Path::\"docs/api\");")]);
    for (file, expected) in [("docs/api/v1/x.md", 0), ("docs/api", 0), ("docs/apis/x", 2), ("docs", 2)] {
        assert_eq!(strictness(&path(&docs, PathAccess::Write, file)), expected, "{file}");
    }
    let net = load(&[user(
        "@id(\"a\") permit (principal, action == Action::\"net:request\", resource in Host::\"example.com\") when { context.method == \"GET\" && context.path like \"/v1/*\" };",
    )]);
    for (host, path, expected) in [
        ("api.example.com", "/v1/x", 0),
        ("example.com", "/v1/", 0),
        ("example.com", "/v2/", 2),
        ("badexample.com", "/v1/x", 2),
        ("example.com.evil.org", "/v1/x", 2),
    ] {
        let host = Host::parse(host).unwrap();
        assert_eq!(strictness(&ask(&net, "files", request("GET", &host, path))), expected, "{host}");
    }
}
