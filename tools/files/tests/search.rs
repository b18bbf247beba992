//! What `search` does, and that an honest search is verified.

use cofferdam_tool_files::{MAX_RESULT_BYTES, TOOL};
use cofferdam_tool_sdk::testing::{Bench, Manifest, Run, accepts};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Runs a search that must succeed, be verified, and change nothing.
fn honest(bench: &Bench, arguments: Value) -> Run<'_> {
    let run = bench.run(&TOOL, "search", arguments);
    assert_eq!(run.verdict().map(|evidence| evidence.facts().is_empty()), Ok(false));
    assert_eq!(Manifest::parse(include_str!("../tool.toml")).check(&run), Ok(()));
    run
}

fn places(bench: &Bench, arguments: Value) -> Vec<String> {
    let run = honest(bench, arguments);
    let hits = run.outcome()["hits"].as_array().into_iter().flatten();
    hits.map(|hit| format!("{}:{}:{}", hit["path"].as_str().unwrap_or_default(), hit["line"], hit["column"])).collect()
}

fn bench() -> Bench {
    Bench::new(&[
        (".gitignore", b"ignored\n"),
        (".github/ci.yml", b"Needle\n"),
        ("a.rs", "fn nïx() {}\r\nlet é = Needle;\r\n\r\nneedle needle".as_bytes()),
        ("a/b.txt", b"one\nneedle\ntwo\n"),
        ("binary", b"needle\0"),
        ("ignored", b"needle\n"),
        ("latin-1", b"needle \xe9\n"),
    ])
}

#[test]
fn hits_have_file_line_and_column_in_characters() {
    let bench = bench();
    assert_eq!(places(&bench, json!({"pattern": "needle"})), ["a/b.txt:2:1", "a.rs:4:1"]);
    assert_eq!(places(&bench, json!({"pattern": "needle", "case": "insensitive"})), ["a/b.txt:2:1", "a.rs:2:9", "a.rs:4:1"]);
    assert_eq!(places(&bench, json!({"pattern": "needle", "case": "smart"})), ["a/b.txt:2:1", "a.rs:2:9", "a.rs:4:1"]);
    assert_eq!(places(&bench, json!({"pattern": "Needle", "case": "smart", "hidden": true})), [".github/ci.yml:1:1", "a.rs:2:9"]);
    // A line has no line end, so that `$` matches before both kinds of it.
    assert_eq!(places(&bench, json!({"pattern": "(;|two)$"})), ["a/b.txt:3:1", "a.rs:2:15"]);
    assert_eq!(places(&bench, json!({"pattern": "^$"})), ["a.rs:3:1"]);
}

#[test]
fn a_search_is_narrowed_by_path_and_glob() {
    let bench = bench();
    assert_eq!(places(&bench, json!({"pattern": "needle", "path": "a"})), ["a/b.txt:2:1"]);
    assert_eq!(places(&bench, json!({"pattern": "needle", "path": "a.rs"})), ["a.rs:4:1"]);
    assert_eq!(places(&bench, json!({"pattern": "needle", "path": "ignored"})), ["ignored:1:1"]);
    assert_eq!(places(&bench, json!({"pattern": "needle", "glob": "*.txt"})), ["a/b.txt:2:1"]);
    assert_eq!(places(&bench, json!({"pattern": "needle", "glob": "a/**"})), ["a/b.txt:2:1"]);
}

#[test]
fn a_search_says_what_it_left_out() {
    let bench = bench();
    let outcome = honest(&bench, json!({"pattern": "nothing like it"})).outcome().clone();
    assert_eq!(outcome, json!({"hits": [], "files": 2, "binary": 2, "truncated": false}));
    let large = Bench::new(&[("large", &vec![b'a'; (8 << 20) + 1])]);
    let outcome = honest(&large, json!({"pattern": "a"})).outcome().clone();
    assert_eq!(outcome["skipped"], json!({"total": 1, "first": [{"path": "large", "reason": "too-large"}]}));
}

#[test]
fn context_shows_the_lines_around() {
    let bench = bench();
    let hit = honest(&bench, json!({"pattern": "needle", "path": "a/b.txt", "context": 5})).outcome()["hits"][0].clone();
    assert_eq!((&hit["before"], &hit["after"]), (&json!(["one"]), &json!(["two"])));
    let hit = honest(&bench, json!({"pattern": "fn", "context": 1})).outcome()["hits"][0].clone();
    assert_eq!((&hit["text"], &hit["before"], &hit["after"]), (&json!("fn nïx() {}"), &json!([]), &json!(["let é = Needle;"])));
}

#[test]
fn a_long_line_is_cut_around_the_match() {
    let line = format!("{}needle{}\n", "é".repeat(500), "b".repeat(500));
    let bench = Bench::new(&[("a", line.as_bytes())]);
    for (pattern, context) in [("needle", 0), ("éb|^é", 1), ("b$", 1)] {
        let hit = honest(&bench, json!({"pattern": pattern, "context": context})).outcome()["hits"][0].clone();
        let text = hit["text"].as_str().unwrap();
        assert!(text.contains('…') && text.chars().count() <= 302, "{text}");
    }
}

#[test]
fn a_search_stops_at_its_limit_and_at_the_size_of_a_result() {
    let bench = Bench::new(&[("a", &b"x\n".repeat(1001)), ("long", &[&b"y".repeat(299)[..], b"\n"].concat().repeat(1001))]);
    let outcome = honest(&bench, json!({"pattern": "x", "limit": 1000})).outcome().clone();
    assert_eq!((outcome["hits"].as_array().map(Vec::len), &outcome["truncated"]), (Some(1000), &json!(true)));
    assert!(outcome["advice"].is_string());
    let outcome = honest(&bench, json!({"pattern": "y", "limit": 1000, "context": 5})).outcome().clone();
    let hits = outcome["hits"].as_array().map(Vec::len).unwrap_or_default();
    assert!(hits < 1000 && outcome["truncated"] == true);
    assert!(outcome.to_string().len() < 2 * MAX_RESULT_BYTES);
}

#[test]
fn a_bad_expression_is_refused() {
    let bench = bench();
    let code = |arguments: Value| bench.run(&TOOL, "search", arguments).failure().code();
    assert_eq!(code(json!({"pattern": "(a"})), "files.bad-expression");
    assert_eq!(code(json!({"pattern": "((a{1000}){1000}){1000}"})), "files.bad-expression");
    assert_eq!(code(json!({"pattern": "(".repeat(60) + &")".repeat(60)})), "files.bad-expression");
    assert_eq!(code(json!({"pattern": "a", "glob": "[a"})), "files.bad-pattern");
    assert_eq!(code(json!({"pattern": "a", "path": "absent"})), "workspace.not-found");
    assert!(!accepts(&TOOL, "search", &json!({"pattern": ""})));
    assert!(!accepts(&TOOL, "search", &json!({"pattern": "a", "context": 6})));
    assert!(!accepts(&TOOL, "search", &json!({"pattern": "a", "case": "Smart"})));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn an_honest_search_is_verified(
        body in "[aAb\r\n]{0,20}", pattern in "(\\^)?[ab.]{1,2}(\\$)?", context in 0_u32..3, limit in 1_u32..4, smart: bool,
    ) {
        let bench = Bench::new(&[("x", body.as_bytes()), ("y/z", b"ab\nba\n")]);
        honest(&bench, json!({"pattern": pattern, "context": context, "limit": limit, "case": if smart { "smart" } else { "insensitive" }}));
    }
}
