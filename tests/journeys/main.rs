//! What people do with the product, from the command line to the files.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests drive the binary and look at real files"
)]

mod agent;
mod answers;
mod approvals;
mod caps;
mod confidential;
mod consolidation;
mod context;
mod embeddings;
#[path = "../harness/mod.rs"]
mod harness;
mod labels;
#[path = "../harness/long_run.rs"]
mod long_run;
mod long_runs;
#[path = "../harness/long_script.rs"]
mod long_script;
mod mcp;
mod mcp_http;
mod mcp_memory;
mod mcp_questions;
mod memory;
#[path = "../harness/model_server.rs"]
mod model_server;
mod network;
mod policies;
#[path = "../harness/protocol.rs"]
mod protocol;
mod providers;
mod questions;
mod recall;
mod recovery;
#[path = "../harness/terminal.rs"]
mod terminal;
mod tools;
mod transcripts;
#[path = "../harness/web_server.rs"]
mod web_server;

use harness::Person;
use serde_json::json;

#[test]
fn reads_a_file_with_its_digest_and_changes_nothing() {
    let person = Person::new();
    person.put("notes.txt", "one\ntwo\n");
    let before = person.tree();
    let came = person.run(&["--format", "json", "call", "files.read", r#"{"path": "notes.txt"}"#]).json();
    assert_eq!(came["publication"], "nothing-to-publish");
    assert_eq!(came["output"]["sha256"], format!("sha256:{}", sha256("one\ntwo\n")));
    assert_eq!(person.tree(), before);
}

/// The digest by another implementation: coreutils.
fn sha256(text: &str) -> String {
    use std::io::Write as _;
    let mut child = std::process::Command::new("sha256sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("coreutils");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&output.stdout).chars().take(64).collect()
}

#[test]
fn creates_a_file_and_takes_it_back() {
    let person = Person::new();
    person.call("edit.create", &json!({"path": "docs/a.txt", "content": "hello\n"})).ok();
    assert_eq!(person.get("docs/a.txt").as_deref(), Some("hello\n"));
    person.run(&["undo"]).ok();
    assert!(person.tree().is_empty());
    person.run(&["undo"]).refused(1, "cli.nothing-to-undo");
}

#[test]
fn a_dry_run_shows_the_diff_and_publishes_nothing() {
    let person = Person::new();
    person.put("config.toml", "port = 8080\n");
    let came = person.run(&["call", "edit.replace", r#"{"path": "config.toml", "find": "8080", "put": "9090"}"#, "--dry-run"]);
    assert!(came.stderr.contains("-port = 8080") && came.stderr.contains("+port = 9090"), "{}", came.stderr);
    came.ok();
    assert_eq!(person.get("config.toml").as_deref(), Some("port = 8080\n"));
    assert!(person.run(&["history"]).ok().is_empty());
}

#[test]
fn an_undo_is_refused_when_the_file_changed_since() {
    let person = Person::new();
    person.call("edit.create", &json!({"path": "a.txt", "content": "one"})).ok();
    person.put("a.txt", "somebody else's");
    let before = person.tree();
    person.run(&["undo"]).refused(1, "publish.changed-since");
    assert_eq!(person.tree(), before);
}

#[test]
fn an_ambiguous_replacement_is_refused() {
    let person = Person::new();
    person.put("a.txt", "x x");
    person.call("edit.replace", &json!({"path": "a.txt", "find": "x", "put": "y"})).refused(1, "gate.tool-refused");
    assert_eq!(person.get("a.txt").as_deref(), Some("x x"));
}

#[test]
fn a_question_without_a_terminal_is_refused() {
    let person = Person::new();
    person.put(".env", "KEY=1\n");
    person.call("files.read", &json!({"path": ".env"})).refused(3, "policy.unanswered");
}

#[test]
fn a_project_can_only_tighten_and_only_after_acceptance() {
    let person = Person::new();
    person.put("a.txt", "x");
    person
        .put(".cofferdam/policies/no-edits.cedar", "@id(\"no-edits\")\nforbid(principal, action in Action::\"staged-call\", resource);\n");
    person.call("files.read", &json!({"path": "a.txt"})).refused(4, "policy.not-accepted");
    person.run(&["policy", "accept"]).ok();
    person.call("files.read", &json!({"path": "a.txt"})).ok();
    person.call("edit.delete", &json!({"path": "a.txt"})).refused(3, "policy.forbidden");
    person.put(".cofferdam/policies/no-edits.cedar", "@id(\"no-edits\")\nforbid(principal, action, resource);\n");
    person.call("files.read", &json!({"path": "a.txt"})).refused(4, "policy.changed");
    std::fs::remove_file(person.work().join(".cofferdam/policies/no-edits.cedar")).expect("removed");
    person.call("files.read", &json!({"path": "a.txt"})).refused(4, "policy.missing");
}

#[test]
fn a_third_party_tool_is_signed_added_used_and_revoked() {
    let person = Person::new();
    person.run(&["doctor"]).ok();
    let id = person.run(&["key", "generate", "publisher.pem"]).ok().trim().to_owned();
    person
        .run(&["key", "add", "publisher.pem.pub", "--name", "me", "--tool", "edit", "--fingerprint", "ed25519:00"])
        .refused(2, "cli.argument");
    person.run(&["key", "add", "publisher.pem.pub", "--name", "me", "--tool", "edit", "--fingerprint", &id]).ok();
    assert!(person.run(&["key", "list"]).ok().contains(&id));
    person.run(&["key", "revoke", &id, "--reason", "a test"]).ok();
    assert!(person.run(&["key", "list"]).ok().contains("revoked"));
}

#[test]
fn every_help_page_has_an_example() {
    let person = Person::new();
    for command in [
        &["init"][..],
        &["run"],
        &["resume"],
        &["runs"],
        &["mcp", "serve"],
        &["mcp", "client", "add"],
        &["mcp", "client", "list"],
        &["mcp", "client", "remove"],
        &["mcp", "client", "rotate"],
        &["memory", "list"],
        &["memory", "show"],
        &["memory", "search"],
        &["memory", "verify"],
        &["memory", "consolidate"],
        &["memory", "history"],
        &["memory", "revert"],
        &["transcript", "list"],
        &["transcript", "show"],
        &["transcript", "grep"],
        &["transcript", "export"],
        &["transcript", "redact"],
        &["transcript", "prune"],
        &["approve"],
        &["approvals", "list"],
        &["approvals", "revoke"],
        &["call"],
        &["undo"],
        &["recover"],
        &["history"],
        &["limits"],
        &["doctor"],
        &["demo"],
        &["tool", "build"],
        &["tool", "sign"],
        &["tool", "add"],
        &["tool", "update"],
        &["tool", "list"],
        &["tool", "inspect"],
        &["tool", "verify"],
        &["key", "generate"],
        &["key", "list"],
        &["key", "add"],
        &["key", "revoke"],
        &["policy", "check"],
        &["policy", "accept"],
        &["policy", "explain"],
        &["policy", "test"],
        &["policy", "profile"],
        &["policy", "diff"],
        &["ledger", "checkpoint"],
        &["ledger", "path"],
    ] {
        let help = person.run(&[command, &["--help"]].concat()).ok();
        assert!(help.contains("Example"), "{command:?}");
    }
}

#[test]
fn the_examples_of_reading_commands_run() {
    let person = Person::new();
    person.put("a.txt", "x");
    for command in [
        &["init"][..],
        &["runs"],
        &["runs", "--format", "json"],
        &["mcp", "serve"],
        &["mcp", "client", "add", "ci-agent"],
        &["mcp", "client", "add", "editor", "--trusted"],
        &["mcp", "client", "list"],
        &["mcp", "client", "list", "--format", "json"],
        &["mcp", "client", "rotate", "editor"],
        &["mcp", "client", "remove", "editor"],
        &["memory", "list"],
        &["memory", "search", "source", "map"],
        &["memory", "verify"],
        &["memory", "consolidate", "--dry-run"],
        &["memory", "consolidate", "--yes"],
        &["memory", "history"],
        &["memory", "history", "packaging", "--format", "json"],
        &["transcript", "list"],
        &["transcript", "grep", "source", "map"],
        &["transcript", "prune", "--keep", "100"],
        &["transcript", "prune", "--before", "2026-01-31", "--by", "Ann", "--yes"],
        &["approvals", "list"],
        &["approvals", "list", "--format", "json"],
        &["approvals", "revoke", "--all"],
        &["call", "files.list", "{}"],
        &["history", "--count", "100", "--format", "json"],
        &["limits", "--format", "json"],
        &["doctor", "--clear-cache"],
        &["doctor", "--self-test"],
        &["recover"],
        &["tool", "list", "--format", "json"],
        &["tool", "inspect", "edit"],
        &["tool", "verify"],
        &["policy", "check"],
        &["policy", "test"],
        &["policy", "diff", "--profile", "developer"],
        &["policy", "explain", "edit.create", "--arguments", r#"{"path": "a.txt", "content": "b"}"#, "--said", "write b into a.txt"],
        &["policy", "explain", "files.read", "--arguments", r#"{"path": ".env"}"#],
        &["policy", "explain", "edit.create", "--access", "write", "--path", ".github/workflows/ci.yml"],
        &["ledger", "checkpoint"],
        &["ledger", "path"],
    ] {
        let _ = person.run(command).ok();
    }
}

#[test]
fn the_demo_comes_out_as_it_says() {
    let person = Person::new();
    let folder = person.home("demo");
    let shown = person.run(&["demo", "--keep", &folder.to_string_lossy()]).ok();
    assert!(shown.contains("fresh, then stale") && shown.contains("0 findings"), "{shown}");
}
