//! An answer that comes in pieces, from a real server on the loopback address: in time, in bounds, and interrupted.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are the server as well, and stop where something fails")]

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    ops::ControlFlow,
    thread,
    time::{Duration, Instant},
};

use cofferdam_base::{Diagnostic as _, Interrupt};
use cofferdam_net::{ApiHeader, Client, CredentialForm, Endpoint, Head, NetError, Post, Secret, Timing};

const TIMING: Timing = Timing { total: Duration::from_secs(20), idle: Duration::from_millis(300), response_bytes: 1000 };
const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

/// A server for one request; gives what it was sent.
fn server(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> (Endpoint, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}/v1", listener.local_addr().unwrap())).unwrap();
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"{}") {
            let mut piece = [0; 1024];
            let count = stream.read(&mut piece).unwrap();
            request.extend(piece.iter().take(count));
        }
        answer(&mut stream);
        String::from_utf8(request).unwrap()
    });
    (endpoint, serving)
}

fn chunk(stream: &mut TcpStream, text: &str) {
    // A client that stopped to listen is no fault of the server.
    let _ = write!(stream, "{:x}\r\n{text}\r\n", text.len()).and_then(|()| stream.flush());
}

/// Posts `{}`; gives what came of it and the pieces.
fn post(client: &Client, endpoint: &Endpoint, timing: Timing) -> (Result<Head, NetError>, String) {
    let secret = Secret::for_audience(endpoint, "sk-hidden").unwrap();
    let post = Post { endpoint, secret: Some(&secret), form: CredentialForm::ApiKey, headers: &[ApiHeader::AnthropicVersion], body: b"{}" };
    let mut pieces = Vec::new();
    let came = client.post(&post, timing, &mut |_, piece| {
        pieces.extend_from_slice(piece);
        if pieces.ends_with(b"END") { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    (came, String::from_utf8(pieces).unwrap())
}

fn client() -> Client {
    Client::open(Interrupt::default()).unwrap()
}

#[test]
fn pieces_are_handed_on_until_no_more_are_wanted_and_the_headers_are_the_ones_of_the_api() {
    let (endpoint, serving) = server(|stream| {
        stream.write_all(STREAM.as_bytes()).unwrap();
        for piece in ["one ", "two ", "END"] {
            chunk(stream, piece);
            thread::sleep(Duration::from_millis(20));
        }
        // Nobody waits for the end of this body.
        thread::sleep(Duration::from_millis(200));
    });
    let began = Instant::now();
    let (head, pieces) = post(&client(), &endpoint, TIMING);
    assert_eq!(head.unwrap(), Head { status: 200, retry_after: None, is_event_stream: true });
    assert_eq!(pieces, "one two END");
    assert!(began.elapsed() < Duration::from_millis(200), "{:?}", began.elapsed());
    let request = serving.join().unwrap().to_lowercase();
    assert!(request.contains("x-api-key: sk-hidden\r\n") && request.contains("anthropic-version: 2023-06-01\r\n"), "{request}");
    assert!(!request.contains("authorization"), "{request}");
}

#[test]
fn a_refusal_is_an_answer_with_the_wait_that_the_server_asks_for() {
    let (endpoint, _) = server(|stream| {
        stream.write_all(b"HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}").unwrap();
    });
    let (head, body) = post(&client(), &endpoint, TIMING);
    assert_eq!(head.unwrap(), Head { status: 429, retry_after: Some(Duration::from_secs(7)), is_event_stream: false });
    assert_eq!(body, "{}");
}

#[test]
fn a_server_that_falls_silent_or_dawdles_or_breaks_or_floods_has_a_named_error() {
    let silent = |stream: &mut TcpStream| {
        stream.write_all(STREAM.as_bytes()).unwrap();
        chunk(stream, "one ");
        thread::sleep(Duration::from_millis(600));
    };
    let dawdling = |stream: &mut TcpStream| {
        stream.write_all(STREAM.as_bytes()).unwrap();
        for _ in 0..8 {
            chunk(stream, ".");
            thread::sleep(Duration::from_millis(100));
        }
    };
    let breaking = |stream: &mut TcpStream| {
        stream.write_all(STREAM.as_bytes()).unwrap();
        chunk(stream, "one ");
    };
    let flooding = |stream: &mut TcpStream| {
        stream.write_all(STREAM.as_bytes()).unwrap();
        for _ in 0..4 {
            chunk(stream, &"x".repeat(300));
        }
    };
    let short = Timing { total: Duration::from_millis(500), ..TIMING };
    type Serve = Box<dyn FnOnce(&mut TcpStream) + Send>;
    let cases: [(Serve, Timing, &str, &str); 4] = [
        (Box::new(silent), TIMING, "net.idle", "one "),
        (Box::new(dawdling), short, "net.timeout", "."),
        (Box::new(breaking), TIMING, "net.transport", "one "),
        (Box::new(flooding), TIMING, "net.too-large", "xxx"),
    ];
    for (serve, timing, code, begins) in cases {
        let (endpoint, _) = server(serve);
        let (came, pieces) = post(&client(), &endpoint, timing);
        let error = came.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(pieces.starts_with(begins) && pieces.len() <= 1000, "{code}: {pieces}");
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
    }
}

#[test]
fn before_its_first_byte_a_server_may_think_longer_than_it_may_fall_silent() {
    let (endpoint, _) = server(|stream| {
        stream.write_all(STREAM.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(600));
        chunk(stream, "END");
    });
    assert_eq!(post(&client(), &endpoint, TIMING).1, "END");
}

#[test]
fn a_person_stops_a_stream_at_once() {
    let (endpoint, _) = server(|stream| {
        stream.write_all(STREAM.as_bytes()).unwrap();
        for _ in 0..100 {
            chunk(stream, ".");
            thread::sleep(Duration::from_millis(50));
        }
    });
    let interrupt = Interrupt::default();
    let pressed = interrupt.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        pressed.raise();
    });
    let began = Instant::now();
    let (came, _) = post(&Client::open(interrupt).unwrap(), &endpoint, TIMING);
    let Err(NetError::Interrupted) = came else { panic!("{came:?}") };
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}
