//! What the host gives a call that may send requests.

use std::time::Instant;

/// Sends what a guest asks for: policy, addresses and credentials are the implementer's business.
pub trait HttpClient: Send + Sync {
    /// Sends one request and waits for the whole answer, until `deadline` at the latest and with at most `most` bytes of answer, head and
    /// body together. Runs on the thread of the call.
    ///
    /// # Errors
    /// [`HttpFailure`]: why there is no answer. An answer that is an HTTP error is an answer.
    fn send(&self, request: &HttpRequest, deadline: Instant, most: u64) -> Result<HttpResponse, HttpFailure>;
}

/// A request as the guest put it together: well-formed, and allowed by nobody yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// A token in upper case (RFC 9110, section 9.1).
    pub method: String,
    /// `http` or `https`, an authority without user information, path and query: at most [`MAX_URL_BYTES`](super::MAX_URL_BYTES) of visible
    /// ASCII, without `"`, `#`, `<`, `>` and `\`.
    pub url: String,
    /// Names in lower case, none that is about the connection; values without control characters. In the guest's order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// As they came; what is about the connection is left out before the guest sees them.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Why there is no answer. The guest is told by an `error-code` of `wasi:http`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpFailure {
    /// Policy or a person says no (`HTTP-request-denied`).
    Denied,
    /// The name has no address (`DNS-error`).
    NotFound,
    /// Nobody accepts the connection (`connection-refused`).
    Refused,
    /// The answer took too long (`HTTP-response-timeout`).
    TimedOut,
    /// The answer is larger than it may be (`HTTP-response-body-size`).
    TooLarge,
    /// What came is no answer, or the connection could not be secured (`HTTP-protocol-error`).
    Protocol,
    /// The address may not be reached (`destination-IP-prohibited`).
    Prohibited,
    /// The request is none that is ever sent (`HTTP-request-URI-invalid`).
    Invalid,
}
