//! One request, one bounded answer, handed on as it arrives.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use cofferdam_base::Interrupt;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};
use tokio::runtime::Runtime;

use crate::{
    LookupError, Names, NetError, Post, Resolved, SystemNames, Target, Timing,
    egress::Egress,
    resolve::{LoopbackNames, Resolver},
    transfer::{Bounds, closed, raised},
};

/// Longest time for name, connection and TLS. A server that is there answers far sooner.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// What stands before an answer's body, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// HTTP status; never a redirect.
    pub status: u16,
    /// Seconds that the server asks to wait (`Retry-After`, RFC 9110, section 10.2.3, the form in seconds).
    pub retry_after: Option<Duration>,
    /// Whether the body is a stream of events (`text/event-stream`).
    pub is_event_stream: bool,
}

impl Head {
    fn of(answer: &reqwest::Response) -> Self {
        let header = |name: HeaderName| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let media_type = header(CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default();
        Self {
            status: answer.status().as_u16(),
            retry_after: header(RETRY_AFTER).and_then(|value| value.trim().parse().ok()).map(Duration::from_secs),
            is_event_stream: media_type.trim().eq_ignore_ascii_case("text/event-stream"),
        }
    }
}

/// Takes a piece of an answer's body; breaks where it needs no more of it.
pub type Take<'a> = &'a mut dyn FnMut(&Head, &[u8]) -> ControlFlow<()>;

/// Sends requests: of ours to the user's endpoints ([`Client::post`]), of tools to pinned addresses ([`Client::send`]). Blocking from
/// outside; threads may share it.
pub struct Client {
    http: reqwest::Client,
    runtime: Runtime,
    resolver: Resolver,
    pub(crate) egress: Egress,
    pub(crate) interrupt: Interrupt,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// Opens a client. Reads the system's certificates now: later they may be out of reach.
    ///
    /// # Errors
    /// [`NetError::Setup`].
    pub fn open(interrupt: Interrupt) -> Result<Self, NetError> {
        Self::open_with(Arc::new(SystemNames), interrupt)
    }

    /// Opens a client for which somebody else than the system looks the hosts of targets up.
    ///
    /// # Errors
    /// [`NetError::Setup`].
    pub fn open_with(names: Arc<dyn Names>, interrupt: Interrupt) -> Result<Self, NetError> {
        let http = closed().connect_timeout(CONNECT_LIMIT).dns_resolver(Arc::new(LoopbackNames)).build();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self {
            http: http.map_err(|error| NetError::Setup(error.into()))?,
            runtime: runtime.map_err(|error| NetError::Setup(error.into()))?,
            resolver: Resolver::new(names),
            egress: Egress::open()?,
            interrupt,
        })
    }

    /// Posts JSON, and hands the answer's body on in pieces as it arrives. Where it is cut off, by whatever, the pieces so
    /// far were handed on already.
    ///
    /// # Errors
    /// Everything in [`NetError`] but a status: a refusal by the server is an answer.
    pub fn post(&self, post: &Post<'_>, timing: Timing, take: Take<'_>) -> Result<Head, NetError> {
        let headers = post.headers()?;
        let bounds = Bounds { host: post.endpoint.host(), timing, interrupt: &self.interrupt };
        self.runtime.block_on(bounds.hold(self.exchange(post, headers, &bounds, take)))
    }

    async fn exchange(&self, post: &Post<'_>, headers: HeaderMap, bounds: &Bounds<'_>, take: Take<'_>) -> Result<Head, NetError> {
        let request = self.http.post(post.endpoint.url()).headers(headers).body(post.body.to_vec());
        let mut answer = request.send().await.map_err(|source| bounds.failed(source))?;
        let head = Head::of(&answer);
        if answer.status().is_redirection() {
            return Err(NetError::Redirect { host: bounds.host.clone(), status: head.status });
        }
        bounds.receive(&mut answer, |piece| take(&head, piece)).await?;
        Ok(head)
    }

    /// Looks a tool's target up, once, within `limit` and never longer than [`crate::limits::LOOKUP`]. A request that follows goes to what came of it.
    ///
    /// For hosts that policy allowed: a look-up tells the name to the servers that are asked, so it can carry something out.
    ///
    /// # Errors
    /// [`LookupError`].
    pub fn resolve(&self, target: Target, limit: Duration) -> Result<Resolved, LookupError> {
        self.resolver.resolve(target, limit, &self.interrupt)
    }

    /// Waits, unless a person asks to stop.
    ///
    /// # Errors
    /// [`NetError::Interrupted`].
    pub fn wait(&self, duration: Duration) -> Result<(), NetError> {
        self.runtime.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(duration) => Ok(()),
                () = raised(&self.interrupt) => Err(NetError::Interrupted),
            }
        })
    }
}
