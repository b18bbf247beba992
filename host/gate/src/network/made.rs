//! Requests that a tool made, and what they brought.

use std::sync::{Mutex, PoisonError};

use cofferdam_base::Digest;
use cofferdam_sandbox::{HttpClient, HttpFailure, HttpRequest, HttpResponse};
use serde::Serialize;

/// A request of a tool, with what it was told.
#[derive(Debug, Clone)]
pub(crate) struct MadeRequest {
    pub(crate) request: HttpRequest,
    pub(crate) told: Result<HttpResponse, HttpFailure>,
    /// Whether it may have left.
    pub(crate) left: bool,
    /// The address that answered, and the name of the secret that went with it.
    pub(crate) peer: Option<String>,
    pub(crate) secret: Option<String>,
}

/// A request that was kept from leaving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRequest {
    /// Method and address.
    pub request: String,
    /// Code of the reason.
    pub code: &'static str,
}

/// A request as a transcript tells of it.
#[derive(Serialize)]
struct Told<'m> {
    request: String,
    /// Of the body that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Of the body that came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Digest>,
}

/// Method and address.
pub(crate) fn text_of(request: &HttpRequest) -> String {
    format!("{} {}", request.method, request.url)
}

impl MadeRequest {
    /// Method, address and status.
    pub(crate) fn summary(&self) -> (String, Option<u16>) {
        (text_of(&self.request), self.told.as_ref().ok().map(|answer| answer.status))
    }

    /// What a transcript tells of it: addresses and digests, and no secret.
    pub(crate) fn told(&self) -> serde_json::Result<serde_json::Value> {
        let Self { request, told, left: _, peer, secret } = self;
        let answer = told.as_ref().ok();
        serde_json::to_value(Told {
            request: text_of(request),
            body: (!request.body.is_empty()).then(|| Digest::of(&request.body)),
            secret: secret.as_deref(),
            peer: peer.as_deref(),
            status: answer.map(|answer| answer.status),
            answer: answer.map(|answer| Digest::of(&answer.body)),
        })
    }
}

/// Answers the requests of `verify` with what `invoke` was told: nothing leaves a second time, and nothing that was not asked before is
/// answered.
pub(crate) struct Replayed(Mutex<Vec<Option<MadeRequest>>>);

impl Replayed {
    pub(crate) fn new(made: Vec<MadeRequest>) -> Self {
        Self(Mutex::new(made.into_iter().map(Some).collect()))
    }

    /// The first request that was not asked for again.
    pub(crate) fn unasked(&self) -> Option<String> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.iter().flatten().next().map(|made| text_of(&made.request))
    }
}

impl HttpClient for Replayed {
    fn send(&self, request: &HttpRequest, _: std::time::Instant, _: u64) -> Result<HttpResponse, HttpFailure> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Each once, in the order in which the same was asked.
        let same = made.iter_mut().find(|made| made.as_ref().is_some_and(|made| made.request == *request));
        same.and_then(Option::take).map_or(Err(HttpFailure::Denied), |made| made.told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(url: &str, status: u16) -> MadeRequest {
        let request = HttpRequest { method: "GET".into(), url: url.into(), headers: Vec::new(), body: Vec::new() };
        let told = Ok(HttpResponse { status, headers: Vec::new(), body: b"hello".to_vec() });
        MadeRequest { request, told, left: true, peer: Some("192.0.2.1:443".to_owned()), secret: Some("token".to_owned()) }
    }

    #[test]
    fn what_was_not_asked_before_is_not_answered_and_nothing_twice() {
        let replayed = Replayed::new(vec![made("https://a/", 200), made("https://a/", 304)]);
        let ask = |url| replayed.send(&made(url, 0).request, std::time::Instant::now(), 0).map(|answer| answer.status);
        assert_eq!(ask("https://b/"), Err(HttpFailure::Denied));
        assert_eq!(replayed.unasked().as_deref(), Some("GET https://a/"));
        assert_eq!((ask("https://a/"), ask("https://a/"), ask("https://a/")), (Ok(200), Ok(304), Err(HttpFailure::Denied)));
        assert_eq!(replayed.unasked(), None);
    }

    #[test]
    fn a_transcript_tells_addresses_and_digests() {
        let told = made("https://a/x", 200).told().unwrap();
        assert_eq!((&told["request"], &told["status"]), (&"GET https://a/x".into(), &200.into()));
        assert_eq!(told["answer"], Digest::of(b"hello").to_string());
        assert!(told.get("body").is_none());
    }
}
