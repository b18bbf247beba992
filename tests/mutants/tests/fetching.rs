//! Tool `fetch` as a component, with every lie about it, in the real sandbox: `invoke` is answered by a site, `verify` in an instance of its
//! own by what was recorded of it. Each lie is refused, and each honest call passes.
#![expect(clippy::disallowed_methods, clippy::expect_used, reason = "a test reads its fixture, and fails by panicking")]

use std::{
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    time::Instant,
};

use cofferdam_base::{Digest, Limits, Timestamp, WorkspacePath};
use cofferdam_mutants::fetch::SUBJECT;
use cofferdam_sandbox::{Component, GuestCall, HttpClient, HttpFailure, HttpRequest, HttpResponse, Prepared, Sandbox, Verdict};
use cofferdam_store::{PathAccess, PathDecision, PathGuard, Stage, Staged, Workspace};
use cofferdam_tool_sdk::http::{HttpError, Method, Request, Response};
use tempfile::TempDir;

/// The committed component, or one that was just rebuilt (`.ci/components`).
static TOOL: LazyLock<Prepared> = LazyLock::new(|| {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/mutants");
    let folder = std::env::var_os("REBUILT_MUTANTS").map_or(committed, Into::into);
    let bytes = std::fs::read(folder.join("fetch.wasm")).expect("a component; tools/mutants.sh builds it");
    Sandbox::new().expect("a sandbox").prepare(Component { bytes: &bytes, digest: Digest::of(&bytes) }, None).expect("a component")
});

type Exchange = (HttpRequest, Result<HttpResponse, HttpFailure>);

/// Answers as the site does, and keeps both.
#[derive(Default)]
struct Recording(Mutex<Vec<Exchange>>);

impl HttpClient for Recording {
    fn send(&self, request: &HttpRequest, _deadline: Instant, _most: u64) -> Result<HttpResponse, HttpFailure> {
        let answer = (SUBJECT.http)(&as_request(request)).map(as_response).map_err(as_failure);
        self.0.lock().expect("a lock").push((request.clone(), answer.clone()));
        answer
    }
}

/// Answers the same once more, each once.
struct Replaying(Mutex<Vec<Exchange>>);

impl HttpClient for Replaying {
    fn send(&self, request: &HttpRequest, _deadline: Instant, _most: u64) -> Result<HttpResponse, HttpFailure> {
        let mut left = self.0.lock().expect("a lock");
        let at = left.iter().position(|(known, _)| known == request).ok_or(HttpFailure::Denied)?;
        left.remove(at).1
    }
}

fn as_request(request: &HttpRequest) -> Request {
    let method = if request.method == "POST" { Method::Post } else { Method::Get };
    let headers = request.headers.iter().map(|(name, value)| (name.clone(), String::from_utf8(value.clone()).expect("text"))).collect();
    Request { method, url: request.url.clone(), headers, body: request.body.clone() }
}

fn as_response(response: Response) -> HttpResponse {
    HttpResponse { status: response.status, headers: response.headers, body: response.body }
}

fn as_failure(error: HttpError) -> HttpFailure {
    match error {
        HttpError::Denied => HttpFailure::Denied,
        HttpError::NotFound => HttpFailure::NotFound,
        HttpError::Refused => HttpFailure::Refused,
        HttpError::TimedOut => HttpFailure::TimedOut,
        HttpError::TooLarge => HttpFailure::TooLarge,
        HttpError::Prohibited => HttpFailure::Prohibited,
        HttpError::Invalid => HttpFailure::Invalid,
        HttpError::Protocol => HttpFailure::Protocol,
    }
}

struct AllowAll;

impl PathGuard for AllowAll {
    fn decide(&self, _: PathAccess, _: &WorkspacePath) -> PathDecision {
        PathDecision::Allowed
    }
}

fn call<'a>(function: &'a str, arguments: &'a str) -> GuestCall<'a> {
    GuestCall { function, arguments, time: Timestamp(1_800_000_000_000), seed: [7; 32] }
}

/// Calls a function; its outcome or the code of its failure, what it staged, and what it was answered.
fn invoke(folder: &TempDir, call: &GuestCall<'_>, http: Option<Arc<dyn HttpClient>>) -> (Result<String, String>, Staged) {
    let limits = Limits::default();
    let stage = Stage::new(Workspace::open_ambient(folder.path()).expect("a workspace"), Arc::new(AllowAll), &limits);
    let done = TOOL.invoke(call, stage, http, &limits).expect("a call that ends");
    (done.result.map_err(|failure| failure.code), done.stage.seal().expect("a stage"))
}

/// The verdict of a call on itself.
fn told(function: &str, arguments: &str) -> Verdict {
    let (folder, recording, call) = (tempfile::tempdir().expect("a folder"), Arc::new(Recording::default()), call(function, arguments));
    let (outcome, staged) = invoke(&folder, &call, Some(Arc::clone(&recording) as Arc<dyn HttpClient>));
    assert!(staged.changes().is_empty(), "{function}");
    let recorded = std::mem::take(&mut *recording.0.lock().expect("a lock"));
    let replaying: Arc<dyn HttpClient> = Arc::new(Replaying(Mutex::new(recorded)));
    TOOL.verify(&call, &outcome.expect(function), staged, Some(replaying), &Limits::default()).expect("a verification that ends").verdict
}

#[test]
fn every_lie_about_fetching_is_refused_by_the_component() {
    for lie in SUBJECT.lies() {
        assert!(matches!(told(lie.name, lie.arguments), Verdict::Fail(_)), "{}", lie.name);
    }
}

#[test]
fn honest_calls_pass_in_the_component() {
    for lie in SUBJECT.lies() {
        assert!(matches!(told(lie.honest, lie.arguments), Verdict::Pass(evidence) if evidence.len() == 8), "{}", lie.honest);
    }
}

#[test]
fn each_failure_of_the_host_has_its_code_in_the_component() {
    struct Failing(HttpFailure);
    impl HttpClient for Failing {
        fn send(&self, _: &HttpRequest, _: Instant, _: u64) -> Result<HttpResponse, HttpFailure> {
            Err(self.0)
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let call = call("get", r#"{"url": "https://example.org/"}"#);
    for (failure, code) in [
        (HttpFailure::Denied, "fetch.denied"),
        (HttpFailure::NotFound, "fetch.no-such-host"),
        (HttpFailure::Refused, "fetch.connection-refused"),
        (HttpFailure::TimedOut, "fetch.timed-out"),
        (HttpFailure::TooLarge, "fetch.too-large"),
        (HttpFailure::Prohibited, "fetch.private-address"),
        (HttpFailure::Invalid, "fetch.bad-request"),
        (HttpFailure::Protocol, "fetch.no-answer"),
    ] {
        assert_eq!(invoke(&folder, &call, Some(Arc::new(Failing(failure)))).0, Err(code.to_owned()));
    }
    assert_eq!(invoke(&folder, &call, None).0, Err("fetch.denied".to_owned()), "without a way out");
}

#[test]
fn a_large_body_goes_out_whole() {
    struct Echo;
    impl HttpClient for Echo {
        fn send(&self, request: &HttpRequest, _: Instant, _: u64) -> Result<HttpResponse, HttpFailure> {
            let headers = vec![("content-type".to_owned(), b"text/plain".to_vec())];
            Ok(HttpResponse { status: 200, headers, body: request.body.len().to_string().into_bytes() })
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let arguments =
        format!(r#"{{"url": "https://example.org/?a[]=b|c", "body": "{}", "content_type": "text/plain"}}"#, "x".repeat(500_001));
    let outcome = invoke(&folder, &call("post", &arguments), Some(Arc::new(Echo))).0.expect("an outcome");
    assert!(outcome.contains(r#""text":"500001""#), "{outcome}");
}

#[test]
fn a_page_as_large_as_is_read_is_laid_out_within_a_call() {
    struct Large;
    impl HttpClient for Large {
        fn send(&self, _: &HttpRequest, _: Instant, _: u64) -> Result<HttpResponse, HttpFailure> {
            let row = "<tr><td>One <b>cell</b><td><a href='/a/b?c=d'>another</a></tr>";
            let body = format!(
                "<title>Large</title>{}<table>{}</table>",
                "<p>Some words with a <a href=x>link</a>.</p>\n".repeat(38_000),
                row.repeat(5_000)
            );
            assert!(((2 << 20) - (200 << 10)..2 << 20).contains(&body.len()), "{}", body.len());
            Ok(HttpResponse { status: 200, headers: vec![("content-type".to_owned(), b"text/html".to_vec())], body: body.into_bytes() })
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = invoke(&folder, &call("get", r#"{"url": "https://example.org/"}"#), Some(Arc::new(Large))).0.expect("an outcome");
    assert!(outcome.contains(r#""title":"Large""#) && outcome.contains(r#""truncated":true"#));
}
