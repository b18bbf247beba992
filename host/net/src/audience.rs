//! Whom a credential is for.

use std::{fmt, net::IpAddr};

use url::{Host, Url};

/// Scheme, host and port (an origin, RFC 6454): what a credential is given for and what policy decides on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Audience {
    origin: String,
    wire: Wire,
}

/// Who can read what is sent to an audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Wire {
    /// TLS, or this machine's own loopback address.
    Confidential,
    /// Everybody on the way.
    Readable,
}

impl Audience {
    pub(crate) fn of(url: &Url) -> Self {
        let wire = if url.scheme() == "https" || is_loopback(url) { Wire::Confidential } else { Wire::Readable };
        Self { origin: url.origin().ascii_serialization(), wire }
    }

    /// As text: `https://host` or `https://host:port`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    pub(crate) fn wire(&self) -> Wire {
        self.wire
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// Host, and port where it is not the scheme's own: for people.
pub(crate) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether a URL names this machine's own loopback address.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        // `localhost` resolves to loopback by RFC 6761, section 6.3; the resolver of this crate never asks the network for it.
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
