//! What can go wrong on the network.

use std::{error::Error, fmt, net::SocketAddr};

use cofferdam_base::{Class, Diagnostic, text};

/// A request that did not bring an answer.
#[derive(Debug)]
pub enum NetError {
    /// The URL may not be requested.
    Endpoint {
        /// The URL as given.
        url: String,
        /// Why not.
        why: String,
    },
    /// The credential cannot be sent in a header.
    Credential {
        /// Whom it was for.
        audience: String,
    },
    /// The credential is for somebody else.
    Audience {
        /// Where it would have gone.
        wanted: String,
        /// Whom it was given for.
        given_for: String,
    },
    /// The credential would go over a connection that others can read.
    Cleartext {
        /// Whom it was for.
        audience: String,
    },
    /// The client could not be made, or not the request.
    Setup(Box<dyn Error + Send + Sync>),
    /// No connection: name, route, refused or TLS.
    Connect {
        /// Host and port.
        host: String,
        /// The transport's own words.
        source: reqwest::Error,
    },
    /// The connection broke.
    Transport {
        /// Host and port.
        host: String,
        /// The transport's own words.
        source: reqwest::Error,
    },
    /// It took too long.
    Timeout {
        /// Host and port.
        host: String,
        /// Allowed milliseconds.
        limit_ms: u64,
    },
    /// The answer began and then nothing more came of it.
    Idle {
        /// Host and port.
        host: String,
        /// Allowed milliseconds without a byte.
        limit_ms: u64,
    },
    /// The answer is too large.
    TooLarge {
        /// Host and port.
        host: String,
        /// Allowed bytes.
        limit: u64,
    },
    /// The server sent the request elsewhere; nothing follows it.
    Redirect {
        /// Host and port.
        host: String,
        /// The status.
        status: u16,
    },
    /// Another address answered than the ones that were pinned.
    Unpinned {
        /// Host and port.
        host: String,
        /// The address, where it is known.
        peer: Option<SocketAddr>,
    },
    /// A person asked to stop.
    Interrupted,
}

/// Whether anything of a request that brought no answer may have left the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// Certainly not: there was no connection, or nobody tried to make one.
    Nothing,
    /// The server may have got it, in part or as a whole, and may have done what it asks for.
    Perhaps,
}

impl NetError {
    /// Whether anything of the request may have left the machine. A time that is up and a wish to stop can come at any moment, so the
    /// answer is then that it may.
    #[must_use]
    pub fn departure(&self) -> Departure {
        match self {
            Self::Endpoint { .. }
            | Self::Credential { .. }
            | Self::Audience { .. }
            | Self::Cleartext { .. }
            | Self::Setup(_)
            | Self::Connect { .. } => Departure::Nothing,
            Self::Transport { .. }
            | Self::Timeout { .. }
            | Self::Idle { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::Unpinned { .. }
            | Self::Interrupted => Departure::Perhaps,
        }
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint { url, why } => write!(f, "`{}` cannot be requested: {}", text::inline(url, 200), text::inline(why, 200)),
            Self::Credential { audience } => {
                write!(f, "the credential for `{}` is empty or has characters that no header takes", text::inline(audience, 120))
            }
            Self::Audience { wanted, given_for } => {
                write!(f, "a credential for `{}` would have gone to `{}`", text::inline(given_for, 120), text::inline(wanted, 120))
            }
            Self::Cleartext { audience } => {
                write!(f, "a credential for `{}` would go over a connection that others can read", text::inline(audience, 120))
            }
            Self::Setup(_) => f.write_str("the network client cannot start"),
            Self::Connect { host, .. } => write!(f, "`{}` cannot be reached", text::inline(host, 120)),
            Self::Transport { host, .. } => write!(f, "the connection to `{}` broke", text::inline(host, 120)),
            Self::Timeout { host, limit_ms } => write!(f, "`{}` gave no answer within {limit_ms} ms", text::inline(host, 120)),
            Self::Idle { host, limit_ms } => {
                write!(f, "`{}` began to answer and then sent nothing for {limit_ms} ms", text::inline(host, 120))
            }
            Self::TooLarge { host, limit } => write!(f, "the answer of `{}` is larger than {limit} bytes", text::inline(host, 120)),
            Self::Redirect { host, status } => {
                write!(f, "`{}` redirects (status {status}), and no redirect is followed", text::inline(host, 120))
            }
            Self::Unpinned { host, peer: Some(peer) } => {
                write!(f, "`{}` was answered for by {peer}, which it was not pinned to", text::inline(host, 120))
            }
            Self::Unpinned { host, peer: None } => {
                write!(f, "nobody knows which address answered for `{}`", text::inline(host, 120))
            }
            Self::Interrupted => f.write_str("interrupted while waiting for the network"),
        }
    }
}

impl Error for NetError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Setup(source) => Some(source.as_ref()),
            Self::Connect { source, .. } | Self::Transport { source, .. } => Some(source),
            Self::Endpoint { .. }
            | Self::Credential { .. }
            | Self::Audience { .. }
            | Self::Timeout { .. }
            | Self::Idle { .. }
            | Self::TooLarge { .. }
            | Self::Redirect { .. }
            | Self::Cleartext { .. }
            | Self::Unpinned { .. }
            | Self::Interrupted => None,
        }
    }
}

impl Diagnostic for NetError {
    fn code(&self) -> &'static str {
        match self {
            Self::Endpoint { .. } => "net.endpoint",
            Self::Credential { .. } => "net.credential",
            Self::Audience { .. } => "net.audience",
            Self::Cleartext { .. } => "net.cleartext",
            Self::Setup(_) => "net.setup",
            Self::Connect { .. } => "net.connect",
            Self::Transport { .. } => "net.transport",
            Self::Timeout { .. } => "net.timeout",
            Self::Idle { .. } => "net.idle",
            Self::TooLarge { .. } => "net.too-large",
            Self::Redirect { .. } => "net.redirect",
            Self::Unpinned { .. } => "net.unpinned",
            Self::Interrupted => "net.interrupted",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Endpoint { .. } | Self::Audience { .. } | Self::Cleartext { .. } | Self::Redirect { .. } => Class::Denied,
            Self::Unpinned { .. } => Class::NotVerified,
            Self::Timeout { .. } | Self::Idle { .. } | Self::TooLarge { .. } => Class::Limit,
            Self::Interrupted => Class::Interrupted,
            Self::Credential { .. } | Self::Setup(_) | Self::Connect { .. } | Self::Transport { .. } => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Endpoint { .. } | Self::Redirect { .. } => {
                Some("set the provider's address in the configuration; `cofferdam doctor` shows where it is".to_owned())
            }
            Self::Connect { .. } => Some("check the address and that the server runs: `cofferdam doctor`".to_owned()),
            Self::Cleartext { .. } => {
                Some("give the credential for an `https` address; `cofferdam doctor` shows where it is set".to_owned())
            }
            Self::Credential { .. } => Some("set the key anew; `cofferdam doctor` names the variable and the file".to_owned()),
            Self::Interrupted => Some("go on where it stopped with `cofferdam resume`".to_owned()),
            Self::Audience { .. }
            | Self::Setup(_)
            | Self::Transport { .. }
            | Self::Timeout { .. }
            | Self::Idle { .. }
            | Self::TooLarge { .. }
            | Self::Unpinned { .. } => None,
        }
    }
}
