//! What `list`, `glob` and `read` do, and that an honest call is verified and passes the host's postconditions.

use cofferdam_tool_files::TOOL;
use cofferdam_tool_sdk::testing::{Bench, Manifest, Run, accepts};
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
    bench.run(&TOOL, function, arguments).failure().code()
}

fn listed(bench: &Bench, arguments: Value) -> Vec<String> {
    let run = honest(bench, "list", arguments);
    run.outcome()["entries"].as_array().into_iter().flatten().filter_map(|entry| entry["path"].as_str()).map(str::to_owned).collect()
}

fn globbed(bench: &Bench, arguments: Value) -> Vec<String> {
    let run = honest(bench, "glob", arguments);
    run.outcome()["paths"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn project() -> Bench {
    Bench::new(&[
        (".git/config", b""),
        (".git/info/exclude", b"notes.txt\n"),
        (".gitignore", b"\xef\xbb\xbf# build\n/target\n*.log\n!keep.log\n[bad\n"),
        (".hidden/x", b""),
        ("a-b", b"12345"),
        ("a.txt", b""),
        ("a/b.txt", b""),
        ("a/deep/c.log", b""),
        ("a/deep/keep.log", b""),
        ("a/deep/.gitignore", b"!c.log\nsecret*\n"),
        ("a/deep/secret.txt", b""),
        ("notes.txt", b""),
        ("target/debug/out", b""),
        ("a/target/kept", b""),
    ])
}

#[test]
fn the_manifest_matches_the_functions() {
    Manifest::parse(include_str!("../tool.toml")).assert_matches(&TOOL);
}

#[test]
fn list_is_sorted_by_component_and_leaves_out_what_is_ignored() {
    let bench = project();
    assert_eq!(listed(&bench, json!({})), ["a", "a-b", "a.txt"]);
    let all = ["a", "a/b.txt", "a/deep", "a/deep/c.log", "a/deep/keep.log", "a/target", "a/target/kept", "a-b", "a.txt"];
    assert_eq!(listed(&bench, json!({"depth": 64})), all);
    assert_eq!(listed(&bench, json!({"hidden": true})), [".gitignore", ".hidden", "a", "a-b", "a.txt"]);
    // Named, an ignored folder is looked into, and so is a hidden one.
    assert_eq!(listed(&bench, json!({"path": "target", "depth": 2})), ["target/debug", "target/debug/out"]);
    assert_eq!(listed(&bench, json!({"path": "./a//deep/"})), ["a/deep/c.log", "a/deep/keep.log"]);
    assert_eq!(honest(&bench, "list", json!({})).outcome()["entries"][1], json!({"path": "a-b", "kind": "file", "size": 5}));
}

#[test]
fn a_list_that_is_cut_says_so() {
    let bench = project();
    let run = honest(&bench, "list", json!({"limit": 2}));
    assert_eq!(run.outcome()["truncated"], true);
    assert_eq!(run.outcome()["advice"], "list a deeper `path`, lower `depth`, or raise `limit` (at most 2000)");
    let run = honest(&bench, "list", json!({"limit": 3}));
    assert_eq!((&run.outcome()["truncated"], run.outcome().get("advice")), (&json!(false), None));
}

#[test]
fn list_refuses_what_is_no_folder() {
    let bench = project();
    assert_eq!(failure_code(&bench, "list", json!({"path": "a.txt"})), "workspace.not-folder");
    assert_eq!(failure_code(&bench, "list", json!({"path": "absent"})), "workspace.not-found");
    assert_eq!(failure_code(&bench, "list", json!({"path": "../up"})), "call.arguments");
    assert!(!accepts(&TOOL, "list", &json!({"limit": 2001})));
    assert!(!accepts(&TOOL, "list", &json!({"depth": 0})));
}

#[test]
fn glob_matches_names_or_paths() {
    let bench = project();
    assert_eq!(globbed(&bench, json!({"pattern": "*.txt"})), ["a/b.txt", "a.txt"]);
    assert_eq!(globbed(&bench, json!({"pattern": "a/*.txt"})), ["a/b.txt"]);
    assert_eq!(globbed(&bench, json!({"pattern": "**/*.{log,txt}"})), ["a/b.txt", "a/deep/c.log", "a/deep/keep.log", "a.txt"]);
    assert_eq!(globbed(&bench, json!({"pattern": "deep/?.log", "path": "a"})), ["a/deep/c.log"]);
    assert_eq!(globbed(&bench, json!({"pattern": "[ab]*", "path": "a/b.txt"})), ["a/b.txt"]);
    assert_eq!(honest(&bench, "glob", json!({"pattern": "*", "limit": 1})).outcome()["truncated"], true);
    assert_eq!(failure_code(&bench, "glob", json!({"pattern": "[a"})), "files.bad-pattern");
    assert_eq!(failure_code(&bench, "glob", json!({"pattern": "*", "path": "absent"})), "workspace.not-found");
}

#[test]
fn read_gives_exactly_the_lines_that_were_asked_for() {
    let bench = Bench::new(&[("a", "\u{feff}one\r\ntwo\nthree".as_bytes()), ("empty", b"")]);
    let content = |arguments: Value| honest(&bench, "read", arguments).outcome()["content"].clone();
    assert_eq!(
        content(json!({"path": "a"})),
        json!({"kind": "text", "text": "\u{feff}one\r\ntwo\nthree", "start": 1, "end": 3, "lines": 3, "truncated": false})
    );
    assert_eq!(content(json!({"path": "a", "start": 2, "end": 2}))["text"], "two\n");
    assert_eq!(content(json!({"path": "a", "start": 3, "end": 9}))["end"], 3);
    let cut = content(json!({"path": "a", "start": 2, "max_bytes": 5}));
    assert_eq!((&cut["text"], &cut["end"], &cut["advice"]), (&json!("two\n"), &json!(2), &json!("read on from `start` 3")));
    let cut = content(json!({"path": "a", "max_bytes": 4}));
    assert_eq!((&cut["text"], &cut["end"], &cut["truncated"]), (&json!("\u{feff}o"), &json!(1), &json!(true)));
    assert_eq!(
        content(json!({"path": "empty"})),
        json!({"kind": "text", "text": "", "start": 1, "end": 0, "lines": 0, "truncated": false})
    );
}

#[test]
fn read_tells_size_and_digest_of_the_whole_file() {
    let bench = Bench::new(&[("a", b"abc"), ("binary", b"a\0b"), ("latin-1", b"caf\xe9")]);
    let outcome = honest(&bench, "read", json!({"path": "a"})).outcome().clone();
    // FIPS 180-4, appendix B.1.
    assert_eq!(outcome["sha256"], "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(outcome["size"], 3);
    for path in ["binary", "latin-1"] {
        assert_eq!(honest(&bench, "read", json!({"path": path})).outcome()["content"], json!({"kind": "binary"}));
    }
}

#[test]
fn read_refuses_lines_that_are_not_there() {
    let bench = Bench::new(&[("a", b"one\ntwo\n"), ("folder/", b"")]);
    assert_eq!(failure_code(&bench, "read", json!({"path": "a", "start": 3})), "files.no-such-lines");
    assert_eq!(failure_code(&bench, "read", json!({"path": "a", "start": 2, "end": 1})), "files.no-such-lines");
    assert_eq!(failure_code(&bench, "read", json!({"path": "folder"})), "workspace.is-folder");
    assert_eq!(failure_code(&bench, "read", json!({"path": "absent"})), "workspace.not-found");
}

#[cfg(unix)]
#[test]
fn links_are_named_and_not_followed() {
    let bench = Bench::new(&[("a/x.txt", b"needle\n")]);
    std::os::unix::fs::symlink("..", bench.folder().join("a/loop")).unwrap();
    let run = honest(&bench, "list", json!({"depth": 64}));
    assert_eq!(run.outcome()["entries"][1], json!({"path": "a/loop", "kind": "link"}));
    assert_eq!(globbed(&bench, json!({"pattern": "**/*"})), ["a/x.txt"]);
    let run = honest(&bench, "search", json!({"pattern": "needle"}));
    assert_eq!(run.outcome()["files"], 1);
}

#[cfg(unix)]
#[test]
fn ignore_rules_that_cannot_be_read_are_named() {
    let bench = Bench::new(&[("a/.gitignore", &b"x\n".repeat(200_000)), ("a/x", b""), ("b/x", b""), ("c/.gitignore/x", b""), ("c/x", b"")]);
    std::os::unix::fs::symlink(".gitignore", bench.folder().join("b/.gitignore")).unwrap();
    let run = honest(&bench, "glob", json!({"pattern": "x"}));
    assert_eq!(run.outcome()["paths"], json!(["a/x", "b/x", "c/x"]));
    let named = json!([{"path": "a/.gitignore", "reason": "too-large"}, {"path": "b/.gitignore", "reason": "unreadable"}]);
    assert_eq!(run.outcome()["skipped"], json!({"total": 2, "first": named}));
}

#[test]
fn a_folder_too_deep_is_named() {
    let path = "d/".repeat(70) + "x";
    let bench = Bench::new(&[(&path, b"")]);
    let run = honest(&bench, "glob", json!({"pattern": "x"}));
    assert_eq!(run.outcome()["paths"], json!([]));
    assert_eq!(
        run.outcome()["skipped"],
        json!({"total": 1, "first": [{"path": "d/".repeat(64).trim_end_matches('/'), "reason": "too-deep"}]})
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_section_that_is_read_is_verified(body in "[aé𝄞\r\n]{0,12}", start in 1_u32..5, end in proptest::option::of(1_u32..6), max in 4_u32..9) {
        let bench = Bench::new(&[("a", body.as_bytes())]);
        let mut arguments = json!({"path": "a", "start": start, "max_bytes": max});
        if let Some(end) = end {
            arguments["end"] = json!(end);
        }
        let run = bench.run(&TOOL, "read", arguments);
        if start as usize > body.split_inclusive('\n').count().max(1) || end.is_some_and(|end| end < start) {
            prop_assert_eq!(run.failure().code(), "files.no-such-lines");
        } else {
            prop_assert_eq!(run.verdict().err(), None);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn two_walks_find_the_same(rules in proptest::collection::vec("[!/]?[ab*]{1,2}/?", 0..4), inner in "[!/]?[ab*]{1,2}/?", hidden: bool, depth in 1_u32..5) {
        let bench = Bench::new(&[
            (".gitignore", rules.join("\n").as_bytes()),
            ("a/.gitignore", inner.as_bytes()),
            ("a/a/b", b""), ("a/b/a/b", b""), ("a/.b/a", b""), ("b/a", b""), ("b/b/b", b""), (".a/b", b""), ("ab", b""),
        ]);
        honest(&bench, "list", json!({"hidden": hidden, "depth": depth}));
        honest(&bench, "list", json!({"path": "a", "hidden": hidden, "depth": depth, "limit": 3}));
        honest(&bench, "glob", json!({"pattern": "**/b", "hidden": hidden}));
    }
}
