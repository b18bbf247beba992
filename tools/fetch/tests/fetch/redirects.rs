//! Where redirects lead, and where they are not followed.

use cofferdam_tool_sdk::{
    http::{Method, Response},
    testing::Bench,
};
use serde_json::{Value, json};

use crate::support::{answer, failure_code, honest, redirect, site};

fn get(url: &str) -> Value {
    json!({ "url": url })
}

fn post(url: &str) -> Value {
    json!({"url": url, "body": "b", "content_type": "text/plain"})
}

fn end() -> Response {
    answer(200, "text/plain", "end")
}

/// A site whose first page redirects once.
fn redirecting(status: u16, location: &str) -> Bench {
    let first = redirect(status, location);
    site(&[
        ("GET https://a.example/", first.clone()),
        ("POST https://a.example/", first),
        ("GET https://a.example/x", end()),
        ("POST https://a.example/x", end()),
        ("GET https://b.example/x", end()),
        ("POST https://b.example/x", end()),
        ("GET http://a.example/x", end()),
    ])
}

#[test]
fn every_redirect_is_followed_and_told() {
    for status in [301, 302, 303, 307, 308] {
        for (location, url) in [("x", "https://a.example/x"), ("//b.example/x#part", "https://b.example/x")] {
            let bench = redirecting(status, location);
            let run = honest(&bench, "get", get("https://a.example/"));
            assert_eq!((&run.outcome()["url"], &run.outcome()["redirects"]), (&json!(url), &json!(["https://a.example/"])));
            assert_eq!(run.requests().len(), 2);
        }
    }
}

#[test]
fn what_was_posted_is_not_posted_again_but_where_the_same_host_asks_for_it() {
    for (status, method, body) in
        [(301, Method::Get, ""), (302, Method::Get, ""), (303, Method::Get, ""), (307, Method::Post, "b"), (308, Method::Post, "b")]
    {
        let bench = redirecting(status, "/x");
        let run = honest(&bench, "post", post("https://a.example/"));
        let last = &run.requests()[1];
        assert_eq!((last.method, last.body.as_slice()), (method, body.as_bytes()), "{status}");
        assert_eq!(last.headers.iter().any(|(name, _)| name == "content-type"), method == Method::Post, "{status}");
    }
    // Another host gets nothing posted, but may be asked for the answer.
    for status in [307, 308] {
        assert_eq!(failure_code(&redirecting(status, "https://b.example/x"), "post", post("https://a.example/")), "fetch.redirect-post");
    }
    honest(&redirecting(303, "https://b.example/x"), "post", post("https://a.example/"));
}

#[test]
fn what_is_encrypted_stays_encrypted() {
    assert_eq!(failure_code(&redirecting(302, "http://a.example/x"), "get", get("https://a.example/")), "fetch.redirect-downgrade");
    let up = site(&[("GET http://a.example/", redirect(301, "https://a.example/x")), ("GET https://a.example/x", end())]);
    honest(&up, "get", get("http://a.example/"));
}

#[test]
fn redirects_end() {
    let pages: Vec<(String, Response)> =
        (0..6).map(|at| (format!("GET https://a.example/{at}"), redirect(302, &format!("/{}", at + 1)))).collect();
    let mut pages: Vec<(&str, Response)> = pages.iter().map(|(asked, answer)| (asked.as_str(), answer.clone())).collect();
    pages.push(("GET https://a.example/6", end()));
    let bench = site(&pages);
    assert_eq!(failure_code(&bench, "get", get("https://a.example/0")), "fetch.too-many-redirects");
    assert_eq!(honest(&bench, "get", get("https://a.example/1")).outcome()["redirects"].as_array().map(Vec::len), Some(5));

    let circle = site(&[("GET https://a.example/", redirect(302, "/b")), ("GET https://a.example/b", redirect(302, "/"))]);
    assert_eq!(failure_code(&circle, "get", get("https://a.example/")), "fetch.redirect-loop");
    assert_eq!(
        failure_code(&site(&[("GET https://a.example/", redirect(302, "#top"))]), "get", get("https://a.example/")),
        "fetch.redirect-loop"
    );
    // Posted, and got from the same place: no circle.
    let form = site(&[("POST https://a.example/", redirect(303, "/")), ("GET https://a.example/", end())]);
    honest(&form, "post", post("https://a.example/"));
}

#[test]
fn a_redirect_to_what_cannot_be_asked_for_is_refused() {
    for location in ["ftp://a.example/", "file:///etc/passwd", "data:text/html,x", "https://user@a.example/", "http://"] {
        assert_eq!(failure_code(&redirecting(302, location), "get", get("https://a.example/")), "fetch.bad-redirect", "{location}");
    }
}

#[test]
fn an_answer_that_leads_nowhere_is_the_answer() {
    for status in [300, 304, 305] {
        let run_site = site(&[("GET https://a.example/", Response { status, ..redirect(302, "/x") })]);
        assert_eq!(failure_code(&run_site, "get", get("https://a.example/")), "fetch.not-text");
    }
    let nowhere = site(&[("GET https://a.example/", answer(302, "text/plain", "look elsewhere"))]);
    assert_eq!(honest(&nowhere, "get", get("https://a.example/")).outcome()["text"], "look elsewhere");
}
