//! Why a request came to nothing, short of policy.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic};
use cofferdam_net::{Departure, HeaderError, LookupError, MethodError, NetError, TargetError};
use cofferdam_policy::HostError;
use cofferdam_sandbox::HttpFailure;

/// Why a request came to nothing.
#[derive(Debug)]
pub enum RequestFault {
    /// It is no address that a tool may ask for.
    Target(TargetError),
    /// Its host has no spelling that rules see.
    Host(HostError),
    /// Its method is not sent.
    Method(MethodError),
    /// A header field that no tool may set.
    Header(HeaderError),
    /// The name of its host was not found.
    Lookup(LookupError),
    /// It was not sent, or not answered.
    Net(NetError),
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for RequestFault {
            fn from(source: $source) -> Self {
                Self::$variant(source)
            }
        })*
    };
}

from! {
    TargetError => Target,
    HostError => Host,
    MethodError => Method,
    HeaderError => Header,
    LookupError => Lookup,
    NetError => Net,
}

impl RequestFault {
    /// What a tool is told: less than the host knows.
    pub(crate) fn told(&self) -> HttpFailure {
        match self {
            Self::Target(_) | Self::Host(_) | Self::Method(_) | Self::Header(_) => HttpFailure::Invalid,
            Self::Lookup(LookupError::Slow { .. } | LookupError::Interrupted) => HttpFailure::TimedOut,
            Self::Lookup(LookupError::Failed { .. } | LookupError::Count { .. } | LookupError::Busy { .. }) => HttpFailure::NotFound,
            Self::Net(NetError::Connect { .. }) => HttpFailure::Refused,
            Self::Net(NetError::Timeout { .. } | NetError::Idle { .. } | NetError::Interrupted) => HttpFailure::TimedOut,
            Self::Net(NetError::TooLarge { .. }) => HttpFailure::TooLarge,
            Self::Net(NetError::Audience { .. } | NetError::Credential { .. } | NetError::Cleartext { .. }) => HttpFailure::Denied,
            Self::Net(NetError::Unpinned { .. }) => HttpFailure::Prohibited,
            Self::Net(NetError::Endpoint { .. } | NetError::Setup(_) | NetError::Transport { .. } | NetError::Redirect { .. }) => {
                HttpFailure::Protocol
            }
        }
    }

    /// Whether anything may have left this machine.
    pub(crate) fn may_have_left(&self) -> bool {
        match self {
            Self::Net(error) => error.departure() == Departure::Perhaps,
            Self::Target(_) | Self::Host(_) | Self::Method(_) | Self::Header(_) | Self::Lookup(_) => false,
        }
    }

    /// The error behind it; none of a host, which has no code of its own.
    fn inner(&self) -> Option<&dyn Diagnostic> {
        Some(match self {
            Self::Target(error) => error,
            Self::Method(error) => error,
            Self::Header(error) => error,
            Self::Lookup(error) => error,
            Self::Net(error) => error,
            Self::Host(_) => return None,
        })
    }
}

impl fmt::Display for RequestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(error) => error.fmt(f),
            Self::Host(error) => error.fmt(f),
            Self::Method(error) => error.fmt(f),
            Self::Header(error) => error.fmt(f),
            Self::Lookup(error) => error.fmt(f),
            Self::Net(error) => error.fmt(f),
        }
    }
}

impl Error for RequestFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.inner().and_then(|inner| inner.source())
    }
}

impl Diagnostic for RequestFault {
    fn code(&self) -> &'static str {
        self.inner().map_or("gate.host", |inner| inner.code())
    }

    fn class(&self) -> Class {
        self.inner().map_or(Class::Denied, |inner| inner.class())
    }

    fn hint(&self) -> Option<String> {
        self.inner().map_or_else(|| Some("see how hosts are written with `cofferdam policy explain`".to_owned()), |inner| inner.hint())
    }
}
