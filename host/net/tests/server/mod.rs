//! A server of raw bytes on the loopback address, and a client whose names are looked up by the test.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are the server as well, and stop where something fails")]

use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use cofferdam_base::Interrupt;
use cofferdam_net::{Answer, Client, Method, Names, NetError, Outgoing, Pinned, RequestHeaders, Target, Timing};

/// Long enough for a slow machine: what is tested ends by itself.
pub(crate) const TIMING: Timing = Timing { total: Duration::from_secs(60), idle: Duration::from_secs(60), response_bytes: 100_000 };

/// A server for one connection: reads one request, answers it, and gives the request.
pub(crate) fn server(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || serve(&listener, answer)))
}

/// Serves the next connection of a listener.
pub(crate) fn serve(listener: &TcpListener, answer: impl FnOnce(&mut TcpStream)) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let request = read_request(&mut stream);
    answer(&mut stream);
    request
}

/// One request: its head, and as much of a body as it says.
pub(crate) fn read_request(stream: &mut impl io::Read) -> String {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        request.push(byte[0]);
    }
    let head = String::from_utf8(request).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    head + std::str::from_utf8(&body).unwrap()
}

/// An answer of exactly these bytes. The connection stays open until the client closes it.
pub(crate) fn says(bytes: impl Into<Vec<u8>>) -> impl FnOnce(&mut TcpStream) + Send + 'static {
    let bytes = bytes.into();
    move |stream| {
        // A client that stopped to listen is no fault of the server.
        let _ = stream.write_all(&bytes);
        until_closed(stream);
    }
}

/// An answer of exactly these bytes, and then no connection.
pub(crate) fn says_and_leaves(bytes: impl Into<Vec<u8>>) -> impl FnOnce(&mut TcpStream) + Send + 'static {
    let bytes = bytes.into();
    move |stream| stream.write_all(&bytes).unwrap()
}

/// An answer that begins with some bytes and then repeats others until the client closes the connection.
pub(crate) fn says_forever(begin: &'static [u8], again: &'static [u8]) -> impl FnOnce(&mut TcpStream) + Send + 'static {
    move |stream| {
        let _ = stream.write_all(begin);
        while stream.write_all(again).is_ok() {}
    }
}

/// Waits until the client closes the connection.
pub(crate) fn until_closed(stream: &mut TcpStream) {
    let mut rest = [0; 1024];
    while stream.read(&mut rest).is_ok_and(|count| count > 0) {}
}

/// Names that are looked up by a function, which gets the number of the look-up.
pub(crate) struct Told<F> {
    look_up: F,
    count: Arc<AtomicUsize>,
}

impl<F: Fn(usize, &str) -> io::Result<Vec<IpAddr>> + Send + Sync> Names for Told<F> {
    fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        (self.look_up)(self.count.fetch_add(1, Ordering::SeqCst), name)
    }
}

/// A client whose names are looked up by a function, with how often it was asked.
pub(crate) fn client_with(
    look_up: impl Fn(usize, &str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
    interrupt: Interrupt,
) -> (Client, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let names = Told { look_up, count: Arc::clone(&count) };
    (Client::open_with(Arc::new(names), interrupt).unwrap(), count)
}

/// A client to which every name is this machine.
pub(crate) fn client() -> Client {
    client_with(|_, _| Ok(vec![Ipv4Addr::LOCALHOST.into()]), Interrupt::default()).0
}

/// Pins a target as if policy had granted every address.
pub(crate) fn pinned(client: &Client, url: &str) -> Pinned {
    let resolved = client.resolve(Target::parse(url).unwrap(), TIMING.total).unwrap();
    resolved.public().unwrap_or_else(cofferdam_net::NotPublic::granted)
}

/// What a tool asks for: without header fields, body and credential.
pub(crate) fn asking(method: Method, pinned: Pinned) -> Outgoing<'static> {
    Outgoing { method, pinned, headers: RequestHeaders::default(), body: Vec::new(), credential: None }
}

/// Gets `/` of a server.
pub(crate) fn get(client: &Client, port: u16, timing: Timing) -> Result<Answer, NetError> {
    client.send(asking(Method::Get, pinned(client, &format!("http://h.test:{port}/"))), timing)
}
