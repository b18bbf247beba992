//! What is tried, each in the way in which any library of this program would do it.
#![expect(clippy::disallowed_methods, reason = "these reach outside on purpose, to see that they cannot")]

use std::{
    fs::{self, File},
    io::{self, Read as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
};

use super::Outside;
use crate::Restriction;

/// Something that a process tries.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) what: &'static str,
    pub(super) restriction: Restriction,
    pub(super) act: fn(&Outside) -> io::Result<()>,
}

pub(super) const ATTEMPTS: &[Attempt] = &[
    Attempt { what: "read a file", restriction: Restriction::Files, act: read },
    Attempt { what: "list a folder", restriction: Restriction::Files, act: list },
    Attempt { what: "write a file", restriction: Restriction::Files, act: write },
    Attempt { what: "make a folder", restriction: Restriction::Files, act: make },
    Attempt { what: "start a program", restriction: Restriction::Programs, act: start },
    Attempt { what: "listen on a TCP port", restriction: Restriction::Tcp, act: listen },
    Attempt { what: "connect to a TCP port", restriction: Restriction::Tcp, act: connect },
    #[cfg(target_os = "linux")]
    Attempt { what: "connect to an abstract socket", restriction: Restriction::AbstractSockets, act: connect_abstract },
    Attempt { what: "signal another process", restriction: Restriction::Signals, act: signal },
];

fn read(outside: &Outside) -> io::Result<()> {
    File::open(&outside.places.file)?.read(&mut [0]).map(drop)
}

fn list(outside: &Outside) -> io::Result<()> {
    fs::read_dir(&outside.places.folder).map(drop)
}

/// A name that nobody else has in the folder.
fn name(outside: &Outside, what: &str) -> std::path::PathBuf {
    outside.places.folder.join(format!("cofferdam-escape-{}-{what}", std::process::id()))
}

fn write(outside: &Outside) -> io::Result<()> {
    let path = name(outside, "file");
    File::create_new(&path)?;
    fs::remove_file(path)
}

fn make(outside: &Outside) -> io::Result<()> {
    let path = name(outside, "folder");
    fs::create_dir(&path)?;
    fs::remove_dir(path)
}

fn start(outside: &Outside) -> io::Result<()> {
    // No file is opened for the program, so that what is refused is the program itself.
    Command::new(&outside.places.program).arg("--version").stdin(Stdio::inherit()).output().map(drop)
}

fn listen(_: &Outside) -> io::Result<()> {
    TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).map(drop)
}

fn connect(outside: &Outside) -> io::Result<()> {
    TcpStream::connect(outside.address).map(drop)
}

#[cfg(target_os = "linux")]
fn connect_abstract(outside: &Outside) -> io::Result<()> {
    std::os::unix::net::UnixStream::connect_addr(&outside.socket.address).map(drop)
}

/// Signal 0 asks whether a signal could be sent, and sends none.
fn signal(_: &Outside) -> io::Result<()> {
    let parent = rustix::process::getppid().ok_or(io::ErrorKind::NotFound)?;
    Ok(rustix::process::test_kill_process(parent)?)
}
