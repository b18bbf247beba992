//! What lies outside of every reach, to be tried: two places, a program, ports that answer, another process.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

/// Where the attempts go. The caller knows that they are out of reach.
#[derive(Debug)]
pub struct Places {
    /// A file that the user can read.
    pub file: PathBuf,
    /// A folder that the user can write in.
    pub folder: PathBuf,
    /// A program that ends at once when it is given `--version`.
    pub program: PathBuf,
}

/// The places, and sockets that are open before the process confines itself.
#[derive(Debug)]
pub struct Outside {
    pub(super) places: Places,
    pub(super) address: SocketAddr,
    // Listens as long as something may be tried.
    _port: TcpListener,
    #[cfg(target_os = "linux")]
    pub(super) socket: linux::Socket,
}

impl Outside {
    /// The places.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The TCP port that answers.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Opens the sockets.
    ///
    /// # Errors
    /// The operating system's.
    pub fn open(places: Places) -> io::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "a port of this process's own, which it must not reach any more later")]
        let port = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        let address = port.local_addr()?;
        #[cfg(target_os = "linux")]
        let socket = linux::Socket::open(address.port())?;
        Ok(Self {
            places,
            address,
            _port: port,
            #[cfg(target_os = "linux")]
            socket,
        })
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        io,
        os::{
            linux::net::SocketAddrExt as _,
            unix::net::{SocketAddr, UnixListener},
        },
    };

    /// A socket with a name that no file has.
    #[derive(Debug)]
    pub(in crate::escape) struct Socket {
        pub(in crate::escape) address: SocketAddr,
        _listener: UnixListener,
    }

    impl Socket {
        /// The number of the TCP port keeps two of them apart.
        pub(super) fn open(port: u16) -> io::Result<Self> {
            let address = SocketAddr::from_abstract_name(format!("cofferdam-escape-{port}"))?;
            Ok(Self { _listener: UnixListener::bind_addr(&address)?, address })
        }
    }
}
