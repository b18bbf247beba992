//! What a guest can do with `wasi:http`, and what it cannot.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use cofferdam_base::{Diagnostic, Limits};
use cofferdam_sandbox::{HttpClient, HttpFailure, HttpRequest, HttpResponse, Prepared, Verdict};

use crate::support::{Place, call, code, component_with_http, guest, invoke, invoke_with_http, limits, prepared};

/// Answers every request alike, and remembers it.
struct Answering {
    answer: Result<HttpResponse, HttpFailure>,
    asked: Mutex<Vec<(HttpRequest, u64)>>,
}

impl Answering {
    fn with(answer: Result<HttpResponse, HttpFailure>) -> Arc<Self> {
        Arc::new(Self { answer, asked: Mutex::default() })
    }

    fn body(body: &[u8]) -> Arc<Self> {
        Self::with(Ok(HttpResponse { status: 200, headers: Vec::new(), body: body.to_vec() }))
    }

    fn requests(&self) -> Vec<HttpRequest> {
        self.asked.lock().unwrap().iter().map(|(request, _)| request.clone()).collect()
    }
}

impl HttpClient for Answering {
    fn send(&self, request: &HttpRequest, deadline: Instant, most: u64) -> Result<HttpResponse, HttpFailure> {
        assert!(deadline > Instant::now());
        self.asked.lock().unwrap().push((request.clone(), most));
        self.answer.clone()
    }
}

fn web() -> Prepared {
    prepared(&component_with_http(guest!("http")))
}

/// What the guest answers, and what was asked of the client.
fn attack(function: &str, arguments: &str) -> (String, Vec<HttpRequest>) {
    let client = Answering::body(b"hello");
    let done = invoke_with_http(&web(), function, arguments, Some(client.clone()), &limits()).unwrap();
    (done.result.unwrap(), client.requests())
}

fn end(function: &str, limits: &Limits) -> (&'static str, usize) {
    let client = Answering::body(b"hello");
    let end = code(invoke_with_http(&web(), function, "/", Some(client.clone()), limits));
    (end, client.requests().len())
}

#[test]
fn a_request_is_handed_over_whole_and_its_answer_comes_back_whole() {
    let (answer, asked) = attack("get", "/a?b=c");
    let request = HttpRequest { method: "GET".to_owned(), url: "http://example.org/a?b=c".to_owned(), headers: vec![], body: vec![] };
    assert_eq!((answer.as_str(), asked), ("hello", vec![request.clone()]));
    let (answer, asked) = attack("post", "");
    let request = HttpRequest { method: "POST".to_owned(), url: "http://example.org/".to_owned(), body: b"planted".to_vec(), ..request };
    assert_eq!((answer.as_str(), asked), ("hello", vec![request]));
}

#[test]
fn an_answer_without_bytes_is_an_answer() {
    let done = invoke_with_http(&web(), "get", "/", Some(Answering::body(b"")), &limits()).unwrap();
    assert_eq!(done.result.unwrap(), "");
}

#[test]
fn without_a_client_every_request_is_denied() {
    for function in ["get", "post", "unfinished"] {
        assert_eq!(invoke(&web(), function, "/", &limits()).unwrap().result.unwrap(), "15", "{function}");
    }
}

#[test]
fn each_failure_has_its_error_code() {
    for (failure, number) in [
        (HttpFailure::Denied, "15"),
        (HttpFailure::NotFound, "01"),
        (HttpFailure::Refused, "06"),
        (HttpFailure::TimedOut, "33"),
        (HttpFailure::TooLarge, "28"),
        (HttpFailure::Protocol, "35"),
        (HttpFailure::Prohibited, "04"),
        (HttpFailure::Invalid, "19"),
    ] {
        let done = invoke_with_http(&web(), "get", "/", Some(Answering::with(Err(failure))), &limits()).unwrap();
        assert_eq!(done.result.unwrap(), number, "{failure:?}");
    }
}

#[test]
fn nothing_is_sent_before_the_guest_waits_and_what_it_drops_never_is() {
    let (answer, asked) = attack("drop", "/");
    assert_eq!((answer.as_str(), asked.len()), ("00", 0));
}

#[test]
fn waiting_with_a_body_that_is_not_whole_is_an_error_and_no_hang() {
    // `internal-error`; nothing yet; would have to wait; and again, for a body that was dropped.
    for (function, expected) in [("unfinished", "38"), ("now", "--"), ("y", "00"), ("broken", "38")] {
        let (answer, asked) = attack(function, "/");
        assert_eq!((answer.as_str(), asked.len()), (expected, 0), "{function}");
    }
}

#[test]
fn a_body_has_the_length_that_was_announced_and_no_trailers() {
    // `HTTP-request-body-size`, twice; `HTTP-request-trailer-section-size`.
    for (function, expected) in [("length", "17"), ("Length without a body", "17"), ("ends with trailers", "23")] {
        let (answer, asked) = attack(function, "/");
        assert_eq!((answer.as_str(), asked.len()), (expected, 0), "{function}");
    }
}

#[test]
fn an_answer_is_given_once() {
    assert_eq!(attack("once more", "/").0, "99");
}

#[test]
fn wrong_uses_of_resources_end_the_guest() {
    // The same request twice; a body ended under its stream; a tool that serves.
    for function in ["again", "kill", "Serve"] {
        assert_eq!(end(function, &limits()), ("sandbox.trap", 0), "{function}");
    }
}

#[test]
fn fields_about_the_connection_are_forbidden_and_others_have_their_form() {
    for name in ["Host", "connection", "Keep-Alive", "proxy-authorization", "TE", "trailer", "Transfer-Encoding", "upgrade"] {
        assert_eq!(attack("field", name).0, "02", "{name}");
    }
    for name in ["", "a b", "a:", "a\r\nb", "é", "a\0"] {
        assert_eq!(attack("field", name).0, "01", "{name:?}");
    }
    for value in ["a\r\nhost: example.com", "a\n", "\0", "\u{7f}"] {
        assert_eq!(attack("value", value).0, "01", "{value:?}");
    }
    for value in ["", "a, b\tc", "é"] {
        assert_eq!(attack("value", value).0, "00", "{value:?}");
    }
    assert_eq!(attack("field", "X-Any").0, "00");
    assert_eq!(attack("immutable", "").0, "03");
}

#[test]
fn where_a_request_goes_has_the_form_of_a_url() {
    for authority in ["user@example.org", "a/b", "a\\b", "a b", ""] {
        assert_eq!(attack("to", authority).0, "01", "{authority:?}");
    }
    assert_eq!(attack("to", "[::1]:80").0, "00");
    for method in ["get", "GET /", ""] {
        assert_eq!(attack("method", method).0, "01", "{method:?}");
    }
    assert_eq!(attack("method", "QUERY").0, "00");
    // What cannot be set is not set.
    assert_eq!(attack("get", "/a b").1[0].url, "http://example.org/");
    // `HTTP-request-URI-too-long`: it fits by itself, and not behind the host.
    let (answer, asked) = attack("get", &format!("/{}", "a".repeat(7999)));
    assert_eq!((answer.as_str(), asked.len()), ("20", 0));
}

#[test]
fn a_header_that_nobody_takes_is_not_sent() {
    // `HTTP-request-header-section-size`.
    let (answer, asked) = attack("headers", "/");
    assert_eq!((answer.as_str(), asked.len()), ("21", 0));
}

#[test]
fn requests_are_limited() {
    assert_eq!(end("Requests", &limits()), ("sandbox.http-requests", 32));
    assert_eq!(end("Requests", &Limits { http_requests: 3, ..limits() }), ("sandbox.http-requests", 3));
}

#[test]
fn bytes_are_limited_in_fields_and_bodies_and_answers() {
    let few = Limits { http_bytes: 100_000, ..limits() };
    assert_eq!(end("A million fields", &few), ("sandbox.http-bytes", 0));
    assert_eq!(end("Write", &few), ("sandbox.http-bytes", 0));
    assert_eq!(end("get", &Limits { http_bytes: 4, ..limits() }), ("sandbox.http-bytes", 1));
    assert_eq!(end("post", &Limits { http_bytes: 6, ..limits() }), ("sandbox.http-bytes", 0));
    let large = Answering::with(Ok(HttpResponse { status: 200, headers: vec![("a".to_owned(), vec![b'b'; 68])], body: vec![b'c'; 900] }));
    // 1 and 68 bytes of a field, 32 for the field itself, 900 of body: 1001.
    for (http_bytes, fits) in [(1000, false), (1001, true)] {
        let done = invoke_with_http(&web(), "get", "/", Some(large.clone()), &Limits { http_bytes, ..limits() });
        assert_eq!(done.is_ok(), fits, "{http_bytes}");
    }
}

#[test]
fn the_client_is_told_what_is_left_and_an_answer_that_was_too_large_uses_it_up() {
    let client = Answering::body(&[b'x'; 1000]);
    let few = Limits { http_bytes: 2500, ..limits() };
    assert_eq!(code(invoke_with_http(&web(), "Requests", "/", Some(client.clone()), &few)), "sandbox.http-bytes");
    let left: Vec<u64> = client.asked.lock().unwrap().iter().map(|(_, most)| *most).collect();
    assert_eq!(left, [2500, 1500, 500]);

    let client = Answering::with(Err(HttpFailure::TooLarge));
    assert_eq!(code(invoke_with_http(&web(), "Requests", "/", Some(client.clone()), &few)), "sandbox.http-requests");
    let left: Vec<u64> = client.asked.lock().unwrap().iter().map(|(_, most)| *most).collect();
    assert_eq!((left[0], left[1], left[31]), (2500, 0, 0));
}

/// Answers when the time of the call is over.
struct Late;

impl HttpClient for Late {
    fn send(&self, _: &HttpRequest, deadline: Instant, _: u64) -> Result<HttpResponse, HttpFailure> {
        while Instant::now() < deadline {
            std::thread::yield_now();
        }
        Ok(HttpResponse { status: 200, headers: Vec::new(), body: b"late".to_vec() })
    }
}

#[test]
fn the_deadline_of_the_call_holds_around_a_request() {
    let short = Limits { wall_ms: 50, ..limits() };
    let stopped = invoke_with_http(&web(), "get", "/", Some(Arc::new(Late)), &short).err().unwrap();
    assert_eq!(stopped.code(), "sandbox.wall-clock");
}

#[test]
fn verify_is_answered_by_a_client_of_its_own_and_describe_by_none() {
    let (guest, place, limits) = (web(), Place::new(), limits());
    let done = guest.invoke(&call("get", "/"), place.stage(&limits), Some(Answering::body(b"one")), &limits).unwrap();
    let staged = done.stage.seal().unwrap();
    for (client, expected) in [(Some(Answering::body(b"two")), "two"), (None, "15")] {
        let client = client.map(|client| client as Arc<dyn HttpClient>);
        let verified = guest.verify(&call("get", "/"), "{}", staged.clone(), client, &limits).unwrap();
        assert_eq!(verified.verdict, Verdict::Pass(vec![expected.to_owned()]));
    }
    assert_eq!(guest.describe(&limits).unwrap(), "[]");
}
