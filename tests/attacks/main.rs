//! What somebody tries who wants the product to do what it must not, from outside: files changed under it, hostile input.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests drive the binary and look at real files"
)]

mod bad_input;
mod confinement;
#[path = "../harness/mod.rs"]
mod harness;
mod tampering;
#[path = "../harness/terminal.rs"]
mod terminal;

use harness::{Came, Person};
use serde_json::json;

fn read(person: &Person) -> Came {
    person.call("files.read", &json!({"path": "a.txt"}))
}

fn person_with_a_file() -> Person {
    let person = Person::new();
    person.put("a.txt", "x");
    person
}

#[test]
fn a_truncated_ledger_is_refused() {
    let person = person_with_a_file();
    read(&person).ok();
    person.run(&["ledger", "checkpoint"]).ok();
    let leaves = person.find(&person.home("data/projects"), "ledger.jsonl");
    let original = std::fs::read(&leaves).expect("a file");
    std::fs::write(&leaves, &original[..original.len() / 2]).expect("written");
    assert_eq!(read(&person).exit, 4);
}

#[test]
fn a_ledger_that_is_gone_is_missed() {
    let person = person_with_a_file();
    read(&person).ok();
    let leaves = person.find(&person.home("data/projects"), "ledger.jsonl");
    std::fs::remove_dir_all(leaves.parent().expect("it is in a folder")).expect("removed");
    read(&person).refused(4, "ledger.missing");
}

#[test]
fn paths_that_leave_the_workspace_are_refused() {
    let person = person_with_a_file();
    for path in ["../x", "/etc/passwd", "a/../../x", "..", "a\u{0}b"] {
        person.call("files.read", &json!({"path": path})).refused(3, "gate.path-outside");
    }
}

#[test]
fn a_link_that_leads_out_does_not_exist() {
    let person = person_with_a_file();
    std::os::unix::fs::symlink("/etc/passwd", person.work().join("link")).expect("a link");
    let came = person.call("files.read", &json!({"path": "link"}));
    assert_eq!(came.exit, 1, "{}", came.stderr);
    assert!(!came.stdout.contains("root:"));
}

#[test]
fn control_paths_are_written_by_nobody() {
    let person = person_with_a_file();
    for path in [".git/hooks/pre-commit", ".GIT/config", "tools.lock", ".cofferdam/policies/x.cedar", "sub/.git/config"] {
        person.call("edit.create", &json!({"path": path, "content": "x"})).refused(3, "policy.control-path");
    }
    assert_eq!(person.tree().len(), 1);
}

#[test]
fn files_that_others_execute_need_a_person() {
    let person = person_with_a_file();
    person.call("edit.create", &json!({"path": ".github/workflows/ci.yml", "content": "x"})).refused(3, "policy.unanswered");
    assert_eq!(person.tree().len(), 1);
}

#[test]
fn bad_arguments_are_named_and_nothing_is_lost() {
    let person = person_with_a_file();
    let before = person.tree();
    for arguments in [
        "",
        "{",
        "[]",
        "null",
        "1",
        "{\"path\": 1}",
        "{\"pat\": \"a.txt\"}",
        "{\"path\": \"a.txt\", \"path\": \"b\"}",
        "{\"path\": \"\u{202e}\"}",
        "\u{0}",
    ] {
        if arguments.contains('\0') {
            continue;
        }
        let came = person.run(&["call", "files.read", arguments]);
        assert!(came.exit == 1 || came.exit == 5, "{arguments}: {} {}", came.exit, came.stderr);
        assert!(came.stderr.contains("error["), "{arguments}: {}", came.stderr);
        assert!(!came.stderr.contains("panicked") && !came.stderr.contains('\u{202e}'), "{}", came.stderr);
    }
    assert_eq!(person.tree(), before);
}

#[test]
fn unknown_tools_and_functions_are_named() {
    let person = person_with_a_file();
    person.call("nothing.read", &json!({})).refused(1, "gate.unknown-tool");
    person.call("files", &json!({})).refused(1, "gate.unknown-tool");
    assert_eq!(person.call("files.nothing", &json!({})).exit, 1);
}

#[test]
fn a_hundred_megabytes_of_arguments_end_in_a_limit() {
    let person = person_with_a_file();
    let file = person.home("large.json");
    std::fs::create_dir_all(person.home("")).expect("a folder");
    std::fs::write(&file, vec![b' '; 100 << 20]).expect("written");
    let came = person.run(&["call", "files.read", "--file", &file.to_string_lossy()]);
    came.refused(1, "cli.file");
}

#[test]
fn processes_take_turns_and_a_change_under_a_call_is_a_conflict() {
    let person = person_with_a_file();
    read(&person).ok();
    let running: Vec<_> = (0..6)
        .map(|n| {
            let arguments = json!({"path": format!("n{n}.txt"), "content": "x"}).to_string();
            let mut command = person.command(&["call", "edit.create", &arguments]);
            let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn();
            child.expect("it runs")
        })
        .collect();
    let mut published = 0;
    for child in running {
        let came = harness::came(child.wait_with_output().expect("it ends"));
        // The folder was listed by the verify hook: a file that another process put there meanwhile is a conflict.
        match came.exit {
            0 => published += 1,
            _ => drop(came.refused(1, "store.conflict")),
        }
    }
    assert!(published > 0);
    assert_eq!(person.tree().len(), 1 + published);
    person.run(&["ledger", "checkpoint"]).ok();
}
