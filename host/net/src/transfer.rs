//! What bounds every exchange: time, silence, size, and a person's wish to stop.

use std::{ops::ControlFlow, time::Duration};

use cofferdam_base::Interrupt;
use reqwest::{ClientBuilder, Response, redirect::Policy};

use crate::NetError;

/// How often a wait looks at the interrupt flag. Short enough that Ctrl-C feels immediate.
pub(crate) const INTERRUPT_LOOK: Duration = Duration::from_millis(50);

/// How long an answer may take and how large it may be.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// From the beginning of the request, its connection included, to the last byte received.
    pub total: Duration,
    /// From one byte of the body to the next. Before the first byte only `total` counts: a model thinks before it speaks.
    pub idle: Duration,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
}

/// What every client of this crate is: TLS by rustls with the system's roots, no proxy, no redirect, no cookie, no compression, no
/// second attempt, whatever the environment or another crate's features say.
pub(crate) fn closed() -> ClientBuilder {
    // Another client of the same process may have installed it already; both install the same provider.
    let _ = rustls::crypto::CryptoProvider::install_default(rustls::crypto::ring::default_provider());
    ClientBuilder::new()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .user_agent(concat!("cofferdam/", env!("CARGO_PKG_VERSION")))
}

/// The bounds of one exchange.
pub(crate) struct Bounds<'a> {
    /// Host and port, for people.
    pub(crate) host: String,
    pub(crate) timing: Timing,
    pub(crate) interrupt: &'a Interrupt,
}

impl Bounds<'_> {
    /// What an exchange comes to, unless its time is up or a person stops it.
    pub(crate) async fn hold<T>(&self, exchange: impl Future<Output = Result<T, NetError>>) -> Result<T, NetError> {
        let bounded = tokio::time::timeout(self.timing.total, exchange);
        tokio::select! {
            answer = bounded => answer.unwrap_or_else(|_| {
                Err(NetError::Timeout { host: self.host.clone(), limit_ms: milliseconds(self.timing.total) })
            }),
            () = raised(self.interrupt) => Err(NetError::Interrupted),
        }
    }

    /// Hands the body on in pieces as they arrive, until it ends or no more of it is wanted.
    pub(crate) async fn receive(&self, answer: &mut Response, mut take: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), NetError> {
        let mut received = 0u64;
        loop {
            let idle = if received == 0 { self.timing.total } else { self.timing.idle };
            let silent = |_| NetError::Idle { host: self.host.clone(), limit_ms: milliseconds(idle) };
            let chunk = tokio::time::timeout(idle, answer.chunk()).await.map_err(silent)?;
            let Some(chunk) = chunk.map_err(|source| self.failed(source))? else { return Ok(()) };
            received = received.saturating_add(chunk.len() as u64);
            if received > self.timing.response_bytes {
                return Err(NetError::TooLarge { host: self.host.clone(), limit: self.timing.response_bytes });
            }
            if take(&chunk).is_break() {
                return Ok(());
            }
        }
    }

    /// The transport's error as one of ours, without the URL in it.
    pub(crate) fn failed(&self, source: reqwest::Error) -> NetError {
        let (host, source) = (self.host.clone(), source.without_url());
        if source.is_builder() {
            NetError::Setup(source.into())
        } else if source.is_connect() {
            NetError::Connect { host, source }
        } else {
            NetError::Transport { host, source }
        }
    }
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Waits until a person asks to stop.
pub(crate) async fn raised(interrupt: &Interrupt) {
    while !interrupt.is_raised() {
        tokio::time::sleep(INTERRUPT_LOOK).await;
    }
}
