//! The one socket that waits for others: on loopback, so that only programs of this machine reach it.

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener},
};

use cofferdam_base::{Class, Diagnostic};

/// A socket that listens on loopback. Opened before a process confines itself, which then opens no other.
#[derive(Debug)]
pub struct LoopbackListener {
    listener: TcpListener,
    address: SocketAddr,
}

impl LoopbackListener {
    /// Opens a socket. With port 0, the system chooses a free one.
    ///
    /// # Errors
    /// [`ListenError`].
    pub fn open(address: SocketAddr) -> Result<Self, ListenError> {
        if !address.ip().is_loopback() {
            return Err(ListenError::NotLoopback(address));
        }
        let fault = |source| ListenError::Listen { address, source };
        #[expect(clippy::disallowed_methods, reason = "the one place where the product listens")]
        let listener = TcpListener::bind(address).map_err(fault)?;
        // The runtime waits, not the socket.
        listener.set_nonblocking(true).map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        Ok(Self { listener, address })
    }

    /// Where it listens, with the port that it has.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The socket itself; it does not block.
    #[must_use]
    pub fn into_std(self) -> TcpListener {
        self.listener
    }
}

/// The server does not listen.
#[derive(Debug)]
pub enum ListenError {
    /// Others than this machine would reach the address.
    NotLoopback(SocketAddr),
    /// The system's.
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// Why it does not.
        source: io::Error,
    },
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(f, "`{address}` is not an address of this machine alone"),
            Self::Listen { address, .. } => write!(f, "nothing can listen on `{address}`"),
        }
    }
}

impl std::error::Error for ListenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotLoopback(_) => None,
            Self::Listen { source, .. } => Some(source),
        }
    }
}

impl Diagnostic for ListenError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotLoopback(_) => "net.not-loopback",
            Self::Listen { .. } => "net.listen",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NotLoopback(_) => Class::Usage,
            Self::Listen { .. } => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotLoopback(_) => Some("listen on loopback: `cofferdam mcp serve --http 127.0.0.1:0`".to_owned()),
            Self::Listen { .. } => Some("let the system choose a port: `cofferdam mcp serve --http 127.0.0.1:0`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listens_on_loopback_alone() {
        for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:127.0.0.1]:0"] {
            let refused = LoopbackListener::open(open.parse().unwrap()).unwrap_err();
            assert_eq!(refused.code(), "net.not-loopback", "{open}");
        }
        let first = LoopbackListener::open("127.0.0.1:0".parse().unwrap()).unwrap();
        assert_ne!(first.address().port(), 0);
        assert_eq!(LoopbackListener::open(first.address()).unwrap_err().code(), "net.listen");
    }
}
