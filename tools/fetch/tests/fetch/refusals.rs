//! What is refused, each under its own code.

use cofferdam_tool_fetch::TOOL;
use cofferdam_tool_sdk::{
    http::{HttpError, Response},
    testing::{Bench, accepts},
};
use serde_json::{Value, json};

use crate::support::{answer, failure_code, site};

fn page() -> Value {
    json!({"url": "https://a.example/"})
}

/// The code where the one page there is answered so.
fn refused(answer: Response) -> &'static str {
    failure_code(&site(&[("GET https://a.example/", answer)]), "get", page())
}

#[test]
fn urls_that_cannot_be_asked_for() {
    for url in ["example.org", "ftp://a.example/", "file:///etc/passwd", "https://user:word@a.example/", "javascript:alert(1)"] {
        assert_eq!(failure_code(&site(&[]), "get", json!({ "url": url })), "fetch.bad-url", "{url}");
    }
    assert!(!accepts(&TOOL, "get", &json!({"url": ""})));
    assert!(!accepts(&TOOL, "get", &json!({"url": format!("https://a.example/{}", "a".repeat(8000))})));
}

#[test]
fn each_reason_for_no_answer_has_its_code_and_its_sentence() {
    for (error, code, words) in [
        (HttpError::Denied, "fetch.denied", "not allowed"),
        (HttpError::NotFound, "fetch.no-such-host", "no address"),
        (HttpError::Refused, "fetch.connection-refused", "nobody accepts"),
        (HttpError::TimedOut, "fetch.timed-out", "too long"),
        (HttpError::TooLarge, "fetch.too-large", "larger than"),
        (HttpError::Prohibited, "fetch.private-address", "private"),
        (HttpError::Invalid, "fetch.bad-request", "no request"),
        (HttpError::Protocol, "fetch.no-answer", "no answer"),
    ] {
        let bench = Bench::new(&[]).answering(move |_| Err(error));
        let run = bench.run(&TOOL, "get", page());
        assert_eq!(run.failure().code(), code);
        assert!(run.failure().message().contains(words) && run.failure().message().contains("`https://a.example/`"), "{}", run.failure());
    }
}

#[test]
fn what_is_no_text() {
    for name in ["image/png", "application/pdf", "application/octet-stream", "application/zip", ""] {
        assert_eq!(refused(answer(200, name, "x")), "fetch.not-text", "{name}");
    }
}

#[test]
fn what_is_encoded_though_nobody_asked_for_it() {
    for encoding in ["gzip", "br", "GZIP", "zstd", "x"] {
        let mut encoded = answer(200, "text/plain", "x");
        encoded.headers.push(("content-encoding".to_owned(), encoding.as_bytes().to_vec()));
        assert_eq!(refused(encoded), "fetch.encoded", "{encoding}");
    }
}

#[test]
fn text_in_an_encoding_that_is_not_read() {
    assert_eq!(refused(answer(200, "text/plain; charset=shift_jis", "x")), "fetch.charset");
    assert_eq!(refused(answer(200, "text/plain", b"\xe9")), "fetch.charset");
    let latin = site(&[("GET https://a.example/", answer(200, "text/html; charset=ISO-8859-1", b"<p>caf\xe9"))]);
    assert_eq!(crate::support::honest(&latin, "get", page()).outcome()["text"], "caf\u{e9}");
}

#[test]
fn pages_that_are_too_large_to_lay_out() {
    assert_eq!(refused(answer(200, "text/html", "x".repeat((2 << 20) + 1))), "fetch.page-too-large");
}
