//! One request, one bounded answer, handed on as it arrives.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use cofferdam_base::Interrupt;
use reqwest::{
    header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER},
    redirect::Policy,
};
use tokio::runtime::Runtime;

use crate::{NetError, Post};

/// How often a wait looks at the interrupt flag. Short enough that Ctrl-C feels immediate.
const INTERRUPT_LOOK: Duration = Duration::from_millis(50);
/// Longest time for name, connection and TLS. A server that is there answers far sooner.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// How long an answer may take and how large it may be.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// From the first byte sent to the last byte received.
    pub total: Duration,
    /// From one byte of the body to the next. Before the first byte only `total` counts: a model thinks before it speaks.
    pub idle: Duration,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
}

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

/// Sends requests. Blocking from outside; runs its own single-threaded runtime.
pub struct Client {
    http: reqwest::Client,
    runtime: Runtime,
    interrupt: Interrupt,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// Opens a client: TLS by rustls with the system's roots, no proxy, no redirect, no cookie, no compression.
    ///
    /// # Errors
    /// [`NetError::Setup`].
    pub fn open(interrupt: Interrupt) -> Result<Self, NetError> {
        let setup = |error: Box<dyn std::error::Error + Send + Sync>| NetError::Setup(error);
        // Another client of the same process may have installed it already; both install the same provider.
        let _ = rustls::crypto::CryptoProvider::install_default(rustls::crypto::ring::default_provider());
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .dns_resolver(Arc::new(LoopbackNames))
            .user_agent(concat!("cofferdam/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| setup(error.into()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| setup(error.into()))?;
        Ok(Self { http, runtime, interrupt })
    }

    /// Posts JSON, and hands the answer's body on in pieces as it arrives. Where it is cut off, by whatever, the pieces so
    /// far were handed on already.
    ///
    /// # Errors
    /// Everything in [`NetError`] but a status: a refusal by the server is an answer.
    pub fn post(&self, post: &Post<'_>, timing: Timing, take: Take<'_>) -> Result<Head, NetError> {
        let headers = post.headers()?;
        self.runtime.block_on(async {
            let exchange = self.exchange(post, headers, timing, take);
            let bounded = tokio::time::timeout(timing.total, exchange);
            tokio::select! {
                answer = bounded => answer.unwrap_or_else(|_| {
                    Err(NetError::Timeout { host: post.endpoint.host(), limit_ms: milliseconds(timing.total) })
                }),
                () = raised(&self.interrupt) => Err(NetError::Interrupted),
            }
        })
    }

    async fn exchange(&self, post: &Post<'_>, headers: HeaderMap, timing: Timing, take: Take<'_>) -> Result<Head, NetError> {
        let host = || post.endpoint.host();
        let request = self.http.post(post.endpoint.url()).headers(headers).body(post.body.to_vec());
        let mut answer = request.send().await.map_err(|source| {
            let source = source.without_url();
            if source.is_connect() { NetError::Connect { host: host(), source } } else { NetError::Transport { host: host(), source } }
        })?;
        let head = Head::of(&answer);
        if answer.status().is_redirection() {
            return Err(NetError::Redirect { host: host(), status: head.status });
        }
        let mut received = 0u64;
        loop {
            let idle = if received == 0 { timing.total } else { timing.idle };
            let silent = |_| NetError::Idle { host: host(), limit_ms: milliseconds(idle) };
            let chunk = tokio::time::timeout(idle, answer.chunk()).await.map_err(silent)?;
            let chunk = chunk.map_err(|source| NetError::Transport { host: host(), source: source.without_url() })?;
            let Some(chunk) = chunk else { return Ok(head) };
            received = received.saturating_add(chunk.len() as u64);
            if received > timing.response_bytes {
                return Err(NetError::TooLarge { host: host(), limit: timing.response_bytes });
            }
            if take(&head, &chunk).is_break() {
                return Ok(head);
            }
        }
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

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

async fn raised(interrupt: &Interrupt) {
    while !interrupt.is_raised() {
        tokio::time::sleep(INTERRUPT_LOOK).await;
    }
}

/// Resolves `localhost` without asking anybody (RFC 6761, section 6.3), everything else by the system.
struct LoopbackNames;

impl reqwest::dns::Resolve for LoopbackNames {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            let addresses: Vec<std::net::SocketAddr> = if name.as_str() == "localhost" {
                vec![(std::net::Ipv4Addr::LOCALHOST, 0).into(), (std::net::Ipv6Addr::LOCALHOST, 0).into()]
            } else {
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect()
            };
            Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
        })
    }
}
