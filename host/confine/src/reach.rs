//! What a process still reaches after it confined itself. Nothing, to begin with.

use std::{collections::BTreeSet, path::PathBuf};

/// Where the names of hosts are looked up: the resolver's files, and the libraries that it loads when it is first asked.
/// The folders of `/run` are there because `resolv.conf` is a link into one of them and is replaced when the network changes.
const NAME_FILES: &[&str] = &[
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/ld.so.cache",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
];
/// Names that do not fit into one datagram are asked for over TCP.
const NAME_PORT: u16 = 53;

/// Files, folders and ports. Programs are not among them: a confined process starts none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "the process reaches everything until it is confined"]
pub struct Reach {
    pub(crate) read: Vec<PathBuf>,
    pub(crate) write: Vec<PathBuf>,
    pub(crate) connect: BTreeSet<u16>,
}

impl Reach {
    /// Nothing: only what is open already.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Also reads a file, or everything below a folder. What is not there now stays out of reach.
    pub fn reading(mut self, path: impl Into<PathBuf>) -> Self {
        self.read.push(path.into());
        self
    }

    /// Also reads, makes, changes, renames and removes files and folders below a folder.
    pub fn writing(mut self, folder: impl Into<PathBuf>) -> Self {
        self.write.push(folder.into());
        self
    }

    /// Also connects to a TCP port, of whichever host: the kernel sees ports and no names.
    pub fn connecting(mut self, port: u16) -> Self {
        self.connect.insert(port);
        self
    }

    /// Also looks up the names of hosts.
    pub fn resolving_names(mut self) -> Self {
        self.read.extend(NAME_FILES.iter().map(PathBuf::from));
        self.connecting(NAME_PORT)
    }
}
