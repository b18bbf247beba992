//! What `get` and `post` do, and that an honest call is verified: on answers that a test makes up.

mod pages;
mod redirects;
mod refusals;
mod support;

use cofferdam_tool_fetch::{MAX_TEXT_CHARS, TOOL};
use cofferdam_tool_sdk::{
    http::{Method, Request},
    testing::{Manifest, accepts},
};
use serde_json::json;
use support::{answer, honest, site};

#[test]
fn the_manifest_matches_the_functions() {
    Manifest::parse(include_str!("../../tool.toml")).assert_matches(&TOOL);
}

#[test]
fn get_asks_once_and_gives_the_text_as_it_is() {
    let site = site(&[("GET https://example.org/a.json", answer(200, "application/json; charset=utf-8", "{\"a\": \"\u{e9}\"}\r\n"))]);
    let run = honest(&site, "get", json!({"url": "https://EXAMPLE.org/a.json#part"}));
    assert_eq!(
        *run.outcome(),
        json!({
            "url": "https://example.org/a.json", "redirects": [], "status": 200, "content_type": "application/json",
            "text": "{\"a\": \"\u{e9}\"}\n", "total_chars": 11, "truncated": false,
        })
    );
    let [Request { method, url, headers, body }] = run.requests().try_into().unwrap();
    assert_eq!((method, url.as_str(), body.as_slice()), (Method::Get, "https://example.org/a.json", &b""[..]));
    assert_eq!(headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["accept", "user-agent"]);
}

#[test]
fn post_hands_over_what_it_is_given() {
    let site = site(&[("POST https://example.org/notes", answer(201, "text/plain", "made"))]);
    for (content_type, header) in [
        ("application/json", "application/json"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("text/plain", "text/plain; charset=utf-8"),
    ] {
        let run =
            honest(&site, "post", json!({"url": "https://example.org/notes", "body": "{\"n\":\"\u{e9}\"}", "content_type": content_type}));
        assert_eq!((&run.outcome()["status"], &run.outcome()["text"]), (&json!(201), &json!("made")));
        let [Request { method, headers, body, .. }] = run.requests().try_into().unwrap();
        assert_eq!((method, body), (Method::Post, "{\"n\":\"\u{e9}\"}".as_bytes().to_vec()));
        assert!(headers.contains(&("content-type".to_owned(), header.to_owned())));
    }
    let arguments = json!({"url": "https://example.org/", "body": "", "content_type": "text/html"});
    assert!(!accepts(&TOOL, "post", &arguments));
}

#[test]
fn an_http_error_is_an_answer() {
    let site = site(&[("GET https://example.org/gone", answer(404, "text/html", "<title>Gone</title><p>Not here</p>"))]);
    let run = honest(&site, "get", json!({"url": "https://example.org/gone"}));
    assert_eq!(
        (&run.outcome()["status"], &run.outcome()["title"], &run.outcome()["text"]),
        (&json!(404), &json!("Gone"), &json!("Not here"))
    );
}

#[test]
fn an_answer_without_a_body_is_one_whatever_its_type() {
    let site = site(&[("GET https://example.org/none", answer(204, "", ""))]);
    let run = honest(&site, "get", json!({"url": "https://example.org/none"}));
    assert_eq!((&run.outcome()["text"], &run.outcome()["content_type"]), (&json!(""), &json!("")));
}

#[test]
fn a_long_text_is_cut_between_characters_and_says_so() {
    for (chars, truncated) in [(MAX_TEXT_CHARS, false), (MAX_TEXT_CHARS + 1, true)] {
        let site = site(&[("GET https://example.org/long", answer(200, "text/plain", "\u{e9}".repeat(chars)))]);
        let run = honest(&site, "get", json!({"url": "https://example.org/long"}));
        assert_eq!((&run.outcome()["total_chars"], &run.outcome()["truncated"]), (&json!(chars), &json!(truncated)));
        assert_eq!(run.outcome()["text"].as_str().map(|text| text.chars().count()), Some(MAX_TEXT_CHARS));
    }
}

#[test]
fn control_characters_are_left_out() {
    let site = site(&[("GET https://example.org/t", answer(200, "text/plain", "a\u{1b}[2Jb\0c\rd"))]);
    assert_eq!(honest(&site, "get", json!({"url": "https://example.org/t"})).outcome()["text"], "a[2Jbc\nd");
}

#[test]
fn verify_compares_every_word_and_asks_only_what_was_asked() {
    let site = site(&[
        ("GET https://example.org/a", support::redirect(302, "/b")),
        ("GET https://example.org/b", answer(200, "text/html", "<title>T</title>text")),
    ]);
    let run = honest(&site, "get", json!({"url": "https://example.org/a"}));
    for (member, other) in [
        ("url", json!("https://example.org/a")),
        ("redirects", json!([])),
        ("redirects", json!(["https://example.org/c"])),
        ("status", json!(201)),
        ("content_type", json!("text/plain")),
        ("title", json!("Another")),
        ("title", json!(null)),
        ("text", json!("text.")),
        ("text", json!("tex")),
        ("text", json!("")),
        ("total_chars", json!(5)),
        ("truncated", json!(true)),
    ] {
        let mut lie = run.outcome().clone();
        lie[member] = other;
        assert!(run.verdict_on(&lie).is_err(), "{lie}");
    }
    assert!(run.verdict_on(run.outcome()).is_ok());
}
