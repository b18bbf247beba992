//! The built-in files, with the first-party tools and without any.

use crate::environment::*;
use cofferdam_policy::*;
use serde_json::json;

#[test]
fn every_profile_loads_without_warnings_in_every_environment() {
    for profile in Profile::ALL {
        for environment in [environment(), Environment::default()] {
            let policies = Policies::load(&builtin(profile), &environment).unwrap_or_else(|error| panic!("{profile:?}: {error}"));
            assert_eq!((policies.warnings(), policies.inactive_cases()), (&[][..], &[][..]), "{profile:?}");
            // Only one profile speaks of a tool, and says nothing where that is not locked.
            let inactive: Vec<&str> = policies.inactive_rules().iter().map(|inactive| inactive.absent.as_str()).collect();
            let is_about_absent = profile == Profile::Research && environment.tools.is_empty();
            assert_eq!(inactive, if is_about_absent { vec!["Action::\"fetch.get\""] } else { vec![] }, "{profile:?}");
        }
    }
}

#[test]
fn a_tool_with_the_name_of_an_example_does_not_break_the_built_in_cases() {
    // `example` of the environment has other functions than the stand-in of the cases.
    assert!(Policies::load(&builtin(Profile::LockedDown), &environment()).is_ok());
}

#[test]
fn the_default_lets_first_party_tools_read_and_edit() {
    let policies = default_and(&[]);
    for (action, arguments) in [
        ("files.read", json!({ "path": "src/lib.rs" })),
        ("files.search", json!({ "path": ".", "pattern": "x", "limit": null })),
        ("edit.create", json!({ "path": "a", "content": "b" })),
        ("edit.move", json!({ "from": "a", "to": "b" })),
        ("package.inspect", json!({ "path": "." })),
    ] {
        assert_eq!(strictness(&call(&policies, action, arguments)), 0, "{action}");
    }
    assert_eq!(strictness(&path(&policies, PathAccess::Write, "src/lib.rs")), 0);
}

#[test]
fn the_default_asks_before_secrets_executed_files_and_irrevocable_calls() {
    let policies = default_and(&[]);
    assert_eq!(reasons(&path(&policies, PathAccess::Read, "app/.env")), ["confirm-environment-files"]);
    assert_eq!(reasons(&path(&policies, PathAccess::Write, ".github/workflows/ci.yml")), ["confirm-executed-files"]);
    assert_eq!(reasons(&call(&policies, "example.send", json!({ "to": "a" }))), ["confirm-irrevocable-calls"]);
    let memory = RunAct::MemoryCommit { topic: "build" };
    assert_eq!(strictness(&run(&policies, Integrity::Trusted, memory)), 0);
    assert_eq!(reasons(&run(&policies, Integrity::Untrusted, memory)), ["confirm-untrusted-memory"]);
}

#[test]
fn the_default_sends_only_to_the_users_models_and_nowhere_else() {
    let policies = default_and(&[]);
    let send = |host: &str| run(&policies, Integrity::Trusted, RunAct::ModelSend { provider: "p", host: &Host::parse(host).unwrap() });
    assert_eq!(strictness(&send("MODELS.example.com.")), 0);
    assert_eq!(denied(send("evil.models.example.com")), "policy.not-permitted");
    let host = Host::parse("models.example.com").unwrap();
    assert_eq!(denied(ask(&policies, "files", request("GET", &host, "/"))), "policy.not-permitted");
    assert_eq!(denied(ask(&policies, "files", ToolAct::Secret { name: "token", via: Via::Argument })), "policy.not-permitted");
}

#[test]
fn tighter_profiles_only_tighten() {
    let default = default_and(&[]);
    for profile in [Profile::ReadOnly, Profile::LockedDown, Profile::Ci] {
        let policies = load(&builtin(profile));
        for (action, arguments) in
            [("files.read", json!({ "path": "a" })), ("edit.delete", json!({ "path": "a" })), ("example.send", json!({ "to": "a" }))]
        {
            assert!(
                strictness(&call(&policies, action, arguments.clone())) >= strictness(&call(&default, action, arguments)),
                "{profile:?} {action}"
            );
        }
    }
    assert_eq!(reasons(&call(&load(&builtin(Profile::ReadOnly)), "edit.delete", json!({ "path": "a" }))), ["no-changing-calls"]);
    assert_eq!(reasons(&call(&load(&builtin(Profile::LockedDown)), "files.read", json!({ "path": "a" }))), ["confirm-every-call"]);
}

#[test]
fn a_request_goes_where_the_call_says_by_tls_and_nowhere_else() {
    let host = Host::parse("www.example.com").unwrap();
    let by = |method, via, is_secure, port| ToolAct::Net(NetRequest { method, host: &host, port, is_secure, path: "/", via });
    let policies = default_and(&[]);
    for (method, via, is_secure, strict) in [
        ("GET", Via::Argument, true, 0),
        ("POST", Via::Argument, true, 0),
        ("GET", Via::Redirect, true, 0),
        ("POST", Via::Redirect, true, 2),
        ("GET", Via::Tool, true, 2),
        ("GET", Via::Argument, false, 2),
        ("GET", Via::Redirect, false, 2),
    ] {
        assert_eq!(strictness(&ask(&policies, "fetch", by(method, via, is_secure, 443))), strict, "{method} {via:?} {is_secure}");
    }
    let private = ToolAct::Private { host: &host, address: "10.0.0.1", kind: "private", port: 443 };
    assert_eq!(denied(ask(&policies, "fetch", private)), "policy.not-permitted");
    let granted = default_and(&[user(
        "@id(\"a\") permit (principal, action == Action::\"net:private\", resource == Host::\"www.example.com\") when { context.port == 443 && context.kind == \"private\" };",
    )]);
    assert_eq!(strictness(&ask(&granted, "fetch", private)), 0);
    for profile in [Profile::LockedDown, Profile::Ci] {
        assert_eq!(denied(ask(&load(&builtin(profile)), "fetch", by("GET", Via::Argument, true, 443))), "policy.forbidden");
    }
}

#[test]
fn without_any_file_everything_is_denied() {
    let policies = load(&[]);
    assert_eq!(denied(call(&policies, "files.read", json!({ "path": "a" }))), "policy.not-permitted");
    assert_eq!(denied(path(&policies, PathAccess::Read, "a")), "policy.not-permitted");
}
