//! HTTP, as far as the host lets a tool have it: whole requests and whole answers.
//!
//! ```
//! # use cofferdam_tool_sdk::{http::{HttpError, Method, Request, Response}, Workspace};
//! # fn ask(workspace: &Workspace) -> Result<Response, HttpError> {
//! workspace.http().send(&Request::new(Method::Get, "https://example.org/"))
//! # }
//! ```
//!
//! A request is sent only by a function whose effect is `irrevocable`, of a tool that declares `http = "outgoing"`, and only as
//! policy allows. In `verify` the host answers what it answered in `invoke`, request by request, and sends nothing.

use std::fmt;

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Asks for what is there.
    Get,
    /// Asks for what [`Method::Get`] would say about it.
    Head,
    /// Asks what can be done with it.
    Options,
    /// Hands something over.
    Post,
    /// Puts something in its place.
    Put,
    /// Changes a part of it.
    Patch,
    /// Removes it.
    Delete,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How it is asked.
    pub method: Method,
    /// `http` or `https`, without user information; what is behind `#` is not sent.
    pub url: String,
    /// Names and values. Those about the connection, and credentials, are the host's.
    pub headers: Vec<(String, String)>,
    /// The whole body; an empty one is none.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: Vec::new() }
    }
}

/// An answer. Whatever its status: that something was not found is an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names and values, as they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of a header, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        value.and_then(|(_, value)| std::str::from_utf8(value).ok())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpError {
    /// Policy or a person says no, or the function sends nothing.
    Denied,
    /// The name has no address.
    NotFound,
    /// Nobody accepts the connection.
    Refused,
    /// The answer took too long.
    TimedOut,
    /// The answer is larger than it may be.
    TooLarge,
    /// The address may not be reached.
    Prohibited,
    /// The request is none that is ever sent.
    Invalid,
    /// What came is no answer, or the connection could not be secured.
    Protocol,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Denied => "the request was not allowed",
            Self::NotFound => "the host has no address",
            Self::Refused => "nobody accepts connections there",
            Self::TimedOut => "the answer took too long",
            Self::TooLarge => "the answer is larger than a call may take",
            Self::Prohibited => "the host's address is a private one, or another that may not be reached",
            Self::Invalid => "it is no request that can be sent",
            Self::Protocol => "what came is no answer, or the connection could not be secured",
        })
    }
}

impl std::error::Error for HttpError {}

/// The way out of one call.
#[derive(Clone)]
pub struct Http {
    #[cfg(not(target_arch = "wasm32"))]
    answering: std::sync::Arc<Answering>,
}

/// Who answers where there is no host.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) type Answering = dyn Fn(&Request) -> Result<Response, HttpError> + Send + Sync;

#[cfg(target_arch = "wasm32")]
impl Http {
    /// The host's.
    pub(crate) fn of_host() -> Self {
        Self {}
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// # Errors
    /// [`HttpError`]: why there is none.
    pub fn send(&self, request: &Request) -> Result<Response, HttpError> {
        crate::component::http::send(request)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Http {
    /// Without a host nobody answers, unless a test does.
    pub(crate) fn of_host() -> Self {
        Self::answered_by(|_| Err(HttpError::Denied))
    }

    pub(crate) fn answered_by(answering: impl Fn(&Request) -> Result<Response, HttpError> + Send + Sync + 'static) -> Self {
        Self { answering: std::sync::Arc::new(answering) }
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// # Errors
    /// [`HttpError`]: why there is none.
    pub fn send(&self, request: &Request) -> Result<Response, HttpError> {
        (self.answering)(request)
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}
