//! What each function does, and that an honest call is verified and passes the host's postconditions.

use cofferdam_tool_edit::TOOL;
use cofferdam_tool_sdk::testing::{Bench, Change, Manifest, Run, accepts};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Runs a call that must succeed, be verified, and pass the postconditions.
fn honest<'a>(bench: &'a Bench, function: &str, arguments: Value) -> Run<'a> {
    let run = bench.run(&TOOL, function, arguments);
    assert_eq!(run.verdict().map(|evidence| evidence.facts().is_empty()), Ok(false), "{function}");
    assert_eq!(Manifest::parse(include_str!("../tool.toml")).check(&run), Ok(()), "{function}");
    run
}

fn failure_code(bench: &Bench, function: &str, arguments: Value) -> &'static str {
    let run = bench.run(&TOOL, function, arguments);
    assert_eq!(run.changes(), [].into(), "a call that failed changed nothing");
    run.failure().code()
}

#[test]
fn the_manifest_matches_the_functions() {
    Manifest::parse(include_str!("../tool.toml")).assert_matches(&TOOL);
}

#[test]
fn create_makes_a_file_and_the_folders_that_lead_to_it() {
    let bench = Bench::new(&[("a/x", b"x")]);
    let run = honest(&bench, "create", json!({"path": "a/b/c.txt", "content": "é\r\n\r\nend"}));
    assert_eq!(run.content("a/b/c.txt"), Some("é\r\n\r\nend".into()));
    assert_eq!(run.changes(), [("a/b".to_owned(), Change::FolderMade), ("a/b/c.txt".to_owned(), Change::Written)].into());
    assert_eq!(run.outcome()["lines"], 3);
    assert_eq!(honest(&bench, "create", json!({"path": "empty", "content": ""})).outcome()["size"], 0);
}

#[test]
fn create_refuses_what_exists() {
    let bench = Bench::new(&[("a", b"x"), ("folder/", b"")]);
    assert_eq!(failure_code(&bench, "create", json!({"path": "a", "content": ""})), "workspace.exists");
    assert_eq!(failure_code(&bench, "create", json!({"path": "folder", "content": ""})), "workspace.exists");
    assert_eq!(failure_code(&bench, "create", json!({"path": "a/b", "content": ""})), "workspace.not-folder");
}

#[test]
fn replace_takes_the_one_occurrence_exactly() {
    let bench = Bench::new(&[("a", "\u{feff}one\r\ntwo\r\nthree".as_bytes())]);
    let run = honest(&bench, "replace", json!({"path": "a", "find": "two\r\n", "put": "2\r\n2.5\r\n"}));
    assert_eq!(run.content("a"), Some("\u{feff}one\r\n2\r\n2.5\r\nthree".into()));
    assert_eq!((&run.outcome()["first_line"], &run.outcome()["last_line"]), (&json!(2), &json!(3)));
    assert_eq!(honest(&bench, "replace", json!({"path": "a", "find": "one", "put": ""})).outcome()["size"], 15);
}

#[test]
fn replace_refuses_a_text_that_occurs_never_or_more_than_once() {
    let bench = Bench::new(&[("a", b"x = 1\r\ny = 1\r\naaa\r\n"), ("many", &b"z\n".repeat(5000)), ("binary", b"\xff")]);
    let message = |find: &str| bench.run(&TOOL, "replace", json!({"path": "a", "find": find, "put": "!"})).failure().to_string();
    assert_eq!(message("missing"), "`find` occurs 0 times in `a`");
    assert_eq!(message("1\ny"), "`find` occurs 0 times in `a`, and would occur with the line ends that the file has");
    assert_eq!(message("= 1"), "`find` occurs 2 times in `a`, starting in lines 1, 2");
    assert_eq!(message("aa"), "`find` occurs 2 times in `a`, starting in lines 3, 3");
    let many = bench.run(&TOOL, "replace", json!({"path": "many", "find": "z", "put": "!"})).failure().to_string();
    assert_eq!(many, "`find` occurs at least 1000 times in `many`, starting in lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..");
    assert_eq!(failure_code(&bench, "replace", json!({"path": "a", "find": "missing", "put": ""})), "edit.no-match");
    assert_eq!(failure_code(&bench, "replace", json!({"path": "a", "find": "1", "put": ""})), "edit.ambiguous");
    assert_eq!(failure_code(&bench, "replace", json!({"path": "a", "find": "y", "put": "y"})), "edit.no-change");
    assert_eq!(failure_code(&bench, "replace", json!({"path": "binary", "find": "y", "put": ""})), "edit.not-text");
    assert_eq!(failure_code(&bench, "replace", json!({"path": "absent", "find": "y", "put": ""})), "workspace.not-found");
    assert!(!accepts(&TOOL, "replace", &json!({"path": "a", "find": "", "put": ""})));
}

#[test]
fn insert_keeps_the_style_of_the_file() {
    for (before, line, text, now) in [
        ("one\ntwo\n", 1, "zero", "zero\none\ntwo\n"),
        ("one\ntwo\n", 2, "a\nb\n", "one\na\nb\ntwo\n"),
        ("one\ntwo\n", 3, "three\n", "one\ntwo\nthree\n"),
        ("one\r\ntwo\r\n", 2, "a\nb", "one\r\na\r\nb\r\ntwo\r\n"),
        ("one\ntwo\n", 2, "a\r\nb\r\n", "one\na\nb\ntwo\n"),
        // No line end at the end of the file before, and none after.
        ("one\ntwo", 3, "three\n", "one\ntwo\nthree"),
        ("one", 2, "two", "one\ntwo"),
        ("one", 1, "zero", "zero\none"),
        ("", 1, "one", "one\n"),
        ("\u{feff}one\r\n", 1, "zero", "\u{feff}zero\r\none\r\n"),
        ("\u{feff}", 1, "zero", "\u{feff}zero\n"),
        ("one\n", 1, "\n", "\none\n"),
        ("one\n", 2, "a\r", "one\na\n"),
    ] {
        let bench = Bench::new(&[("a", before.as_bytes())]);
        let run = honest(&bench, "insert", json!({"path": "a", "line": line, "text": text}));
        assert_eq!(run.content("a"), Some(now.into()), "{text:?} into {before:?} before line {line}");
    }
}

#[test]
fn insert_refuses_a_line_that_the_file_does_not_have() {
    let bench = Bench::new(&[("a", b"one\ntwo"), ("empty", b""), ("binary", b"\xff")]);
    assert_eq!(failure_code(&bench, "insert", json!({"path": "a", "line": 4, "text": "x"})), "edit.no-such-line");
    assert_eq!(failure_code(&bench, "insert", json!({"path": "empty", "line": 2, "text": "x"})), "edit.no-such-line");
    assert_eq!(failure_code(&bench, "insert", json!({"path": "binary", "line": 1, "text": "x"})), "edit.not-text");
    assert!(!accepts(&TOOL, "insert", &json!({"path": "a", "line": 0, "text": "x"})));
    assert!(!accepts(&TOOL, "insert", &json!({"path": "a", "line": 1, "text": ""})));
}

#[test]
fn delete_takes_a_file_and_refuses_a_folder() {
    let bench = Bench::new(&[("a/b", b"\xff\0"), ("a/c", b"")]);
    assert_eq!(honest(&bench, "delete", json!({"path": "a/b"})).changes(), [("a/b".to_owned(), Change::Deleted)].into());
    assert_eq!(failure_code(&bench, "delete", json!({"path": "a"})), "workspace.is-folder");
    assert_eq!(failure_code(&bench, "delete", json!({"path": "."})), "workspace.is-folder");
    assert_eq!(failure_code(&bench, "delete", json!({"path": "z"})), "workspace.not-found");
}

#[test]
fn move_takes_a_file_to_a_new_path() {
    let bench = Bench::new(&[("a", b"\xff\0"), ("b", b""), ("folder/", b"")]);
    let run = honest(&bench, "move", json!({"from": "a", "to": "new/deep/a"}));
    assert_eq!((run.content("a"), run.content("new/deep/a")), (None, Some(b"\xff\0".to_vec())));
    assert_eq!(failure_code(&bench, "move", json!({"from": "a", "to": "b"})), "workspace.exists");
    assert_eq!(failure_code(&bench, "move", json!({"from": "a", "to": "./a"})), "workspace.exists");
    assert_eq!(failure_code(&bench, "move", json!({"from": "a", "to": "folder"})), "workspace.exists");
    assert_eq!(failure_code(&bench, "move", json!({"from": "folder", "to": "new"})), "workspace.is-folder");
    assert_eq!(failure_code(&bench, "move", json!({"from": "a", "to": "b/c"})), "workspace.not-folder");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn an_insertion_that_is_made_is_verified(body in "[ab\r\n\u{feff}]{0,12}", line in 1_u32..8, text in "[x\r\n]{1,5}") {
        let bench = Bench::new(&[("a", body.as_bytes())]);
        let run = bench.run(&TOOL, "insert", json!({"path": "a", "line": line, "text": text}));
        if run.changes().is_empty() {
            prop_assert_eq!(run.failure().code(), "edit.no-such-line");
        } else {
            prop_assert_eq!(run.verdict().err(), None);
        }
    }

    #[test]
    fn a_replacement_that_is_made_is_verified(body in "[ab\n]{0,12}", find in "[ab\n]{1,3}", put in "[abc\n]{0,3}") {
        let bench = Bench::new(&[("a", body.as_bytes())]);
        let run = bench.run(&TOOL, "replace", json!({"path": "a", "find": find, "put": put}));
        if run.changes().is_empty() {
            prop_assert!(matches!(run.failure().code(), "edit.no-match" | "edit.ambiguous" | "edit.no-change"));
        } else {
            prop_assert_eq!(run.verdict().err(), None);
            prop_assert_eq!(Manifest::parse(include_str!("../tool.toml")).check(&run), Ok(()));
        }
    }
}
