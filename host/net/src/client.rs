//! One request, one bounded answer.

use std::{sync::Arc, time::Duration};

use cofferdam_base::Interrupt;
use reqwest::{
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect::Policy,
};
use tokio::runtime::Runtime;

use crate::{Endpoint, NetError, Secret};

/// How often a wait looks at the interrupt flag. Short enough that Ctrl-C feels immediate.
const INTERRUPT_LOOK: Duration = Duration::from_millis(50);
/// Longest time for name, connection and TLS. A server that is there answers far sooner.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// How long an answer may take and how large it may be.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// From the first byte sent to the last byte received.
    pub total: Duration,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Response {
    /// HTTP status; never a redirect.
    pub status: u16,
    /// Seconds that the server asks to wait (`Retry-After`, RFC 9110, section 10.2.3, the form in seconds).
    pub retry_after: Option<Duration>,
    /// The body, at most [`Timing::response_bytes`].
    pub body: Vec<u8>,
}

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

    /// Posts JSON and reads the answer.
    ///
    /// # Errors
    /// Everything in [`NetError`] but a status: a refusal by the server is an answer.
    pub fn post_json(&self, endpoint: &Endpoint, secret: Option<&Secret>, body: Vec<u8>, timing: Timing) -> Result<Response, NetError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(secret) = secret {
            let bearer = format!("Bearer {}", secret.expose_to(endpoint)?);
            let mut value = HeaderValue::from_str(&bearer).map_err(|_| NetError::Credential { audience: endpoint.audience() })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        self.runtime.block_on(async {
            let exchange = self.exchange(endpoint, headers, body, timing);
            let bounded = tokio::time::timeout(timing.total, exchange);
            tokio::select! {
                answer = bounded => answer.unwrap_or_else(|_| {
                    Err(NetError::Timeout { host: endpoint.host(), limit_ms: u64::try_from(timing.total.as_millis()).unwrap_or(u64::MAX) })
                }),
                () = raised(&self.interrupt) => Err(NetError::Interrupted),
            }
        })
    }

    async fn exchange(&self, endpoint: &Endpoint, headers: HeaderMap, body: Vec<u8>, timing: Timing) -> Result<Response, NetError> {
        let host = || endpoint.host();
        let mut answer = self.http.post(endpoint.url()).headers(headers).body(body).send().await.map_err(|source| {
            let source = source.without_url();
            if source.is_connect() { NetError::Connect { host: host(), source } } else { NetError::Transport { host: host(), source } }
        })?;
        let status = answer.status();
        if status.is_redirection() {
            return Err(NetError::Redirect { host: host(), status: status.as_u16() });
        }
        let retry_after =
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|source| NetError::Transport { host: host(), source: source.without_url() })? {
            if (body.len() + chunk.len()) as u64 > timing.response_bytes {
                return Err(NetError::TooLarge { host: host(), limit: timing.response_bytes });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status: status.as_u16(), retry_after, body })
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
