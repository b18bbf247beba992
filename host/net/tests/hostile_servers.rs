//! Answers to tools' requests from servers that mean no good, or that know no better.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are the server as well, and stop where something fails")]

mod server;

use std::{io::Write as _, net::TcpStream, thread, time::Duration};

use cofferdam_base::{Diagnostic as _, Interrupt};
use cofferdam_net::{Answer, Credential, CredentialForm, Departure, Method, NetError, Outgoing, RequestHeaders, Secret, Target, Timing};
use server::{TIMING, asking, client, client_with, get, pinned, says, says_and_leaves, says_forever, until_closed};

/// 1 GiB of zeros, packed three times.
const BOMB: &[u8] = include_bytes!("fixtures/bomb/bomb.gz");
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn came(serve: impl FnOnce(&mut TcpStream) + Send + 'static, timing: Timing) -> Result<Answer, NetError> {
    let (port, serving) = server::server(serve);
    let came = get(&client(), port, timing);
    // Whatever came of it, the connection is closed by now: a server that waits for that ends.
    serving.join().unwrap();
    came
}

fn body(bytes: impl Into<Vec<u8>>) -> String {
    String::from_utf8(came(says_and_leaves(bytes), TIMING).unwrap().body).unwrap()
}

fn code(serve: impl FnOnce(&mut TcpStream) + Send + 'static) -> &'static str {
    let error = came(serve, TIMING).unwrap_err();
    assert_eq!(error.departure(), Departure::Perhaps, "{error}");
    error.code()
}

#[test]
fn a_decompression_bomb_arrives_as_its_few_bytes() {
    let mut bytes = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, gzip\r\nContent-Length: {}\r\n\r\n", BOMB.len()).into_bytes();
    bytes.extend_from_slice(BOMB);
    let (port, serving) = server::server(says(bytes));
    let answer = get(&client(), port, TIMING).unwrap();
    assert!(answer.body == BOMB && answer.body.len() < 10_000, "{} bytes", answer.body.len());
    assert!(answer.headers.contains(&("content-encoding".to_owned(), b"gzip, gzip, gzip".to_vec())), "{:?}", answer.headers);
    let request = serving.join().unwrap();
    assert!(request.contains("accept-encoding: identity\r\n"), "{request}");
}

#[test]
fn a_body_without_end_is_cut_off() {
    assert_eq!(code(says_forever(b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 1000])), "net.too-large");
    assert_eq!(code(says_forever(CHUNKED, b"3\r\nxxx\r\n")), "net.too-large");
    assert_eq!(code(says_forever(b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", &[b'x'; 1000])), "net.too-large");
}

#[test]
fn a_head_without_end_is_cut_off() {
    assert_eq!(code(says_forever(b"HTTP/1.1 200 OK\r\nX: ", &[b'x'; 1000])), "net.transport");
    assert_eq!(code(says_forever(b"HTTP/1.1 200 OK\r\n", b"X: x\r\n")), "net.transport");
    assert_eq!(code(says_forever(CHUNKED, b"3;a=bbbbbbbbbbbbb\r\nxxx\r\n")), "net.transport");
    let trailers: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    assert_eq!(code(says_forever(trailers, b"X: x\r\n")), "net.transport");
}

#[test]
fn a_head_has_at_most_so_many_fields_and_bytes() {
    let head = |count: usize, length: usize| {
        let fields: String = (0..count).map(|number| format!("x-{number}: {}\r\n", "x".repeat(length))).collect();
        came(says(format!("HTTP/1.1 204 X\r\n{fields}\r\n")), TIMING)
    };
    assert_eq!(head(100, 1).unwrap().headers.len(), 100);
    assert_eq!(head(101, 1).unwrap_err().code(), "net.transport");
    assert_eq!(head(90, 700).unwrap().headers.len(), 90);
    assert_eq!(head(90, 740).unwrap_err().code(), "net.too-large");
}

#[test]
fn silence_and_dawdling_end_when_the_time_is_up() {
    let short = Timing { total: Duration::from_millis(300), ..TIMING };
    let dawdles = |begin: &'static [u8], again: &'static [u8]| {
        move |stream: &mut TcpStream| {
            let _ = stream.write_all(begin);
            while stream.write_all(again).is_ok() {
                thread::sleep(Duration::from_millis(10));
            }
        }
    };
    let error = |came: Result<Answer, NetError>| (came.as_ref().unwrap_err().code(), came.unwrap_err().departure());
    assert_eq!(error(came(until_closed, short)), ("net.timeout", Departure::Perhaps));
    assert_eq!(error(came(dawdles(b"HTTP/1.1 200 OK\r\n", b"X"), short)), ("net.timeout", Departure::Perhaps));
    assert_eq!(error(came(dawdles(CHUNKED, b"1\r\nx\r\n"), short)), ("net.timeout", Departure::Perhaps));
    assert_eq!(error(came(dawdles(b"", b"HTTP/1.1 102 X\r\n\r\n"), short)), ("net.timeout", Departure::Perhaps));
    let idle = Timing { idle: Duration::from_millis(50), ..TIMING };
    let begins = says([CHUNKED, b"1\r\nx\r\n"].concat());
    assert_eq!(error(came(begins, idle)), ("net.idle", Departure::Perhaps));
}

#[test]
fn an_answer_that_breaks_off_is_none() {
    for bytes in [
        "",
        "HTTP/1.1 200 OK\r\nX: ",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfour",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
    ] {
        assert_eq!(code(says_and_leaves(bytes)), "net.transport", "{bytes:?}");
    }
}

#[test]
fn request_smuggling_in_the_answer_is_refused_or_ends_with_the_connection() {
    for bytes in [
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfour5",
        "HTTP/1.1 200 OK\r\nContent-Length: 4, 5\r\n\r\nfour5",
        "HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nContent-Length: 0x4\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfour\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-4\r\nfour\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nfour\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfour\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
        "HTTP/1.1 200 OK\r\n X: folded\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "SSH-2.0-server\r\n",
        "just text\r\n",
    ] {
        assert_eq!(code(says(bytes)), "net.transport", "{bytes:?}");
    }
    // What follows the end of an answer is nobody's.
    let second = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond";
    assert_eq!(body(format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst{second}")), "first");
    assert_eq!(
        body(format!("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n{second}")),
        "first"
    );
}

#[test]
fn answers_before_the_answer_are_skipped() {
    let before = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let answer = came(says(format!("{before}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")), TIMING).unwrap();
    assert_eq!((answer.status, &*answer.body, answer.headers.len()), (200, &b"body"[..], 1));
    let switched = came(says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw"), TIMING).unwrap();
    assert_eq!((switched.status, switched.body.len()), (101, 0));
}

#[test]
fn an_answer_of_any_status_has_its_body_if_it_can_have_one() {
    assert_eq!(body("HTTP/1.0 200 OK\r\n\r\nto the end"), "to the end");
    let refused = came(says("HTTP/1.1 500 X\r\nX-Bytes: \u{e9}\r\nContent-Length: 2\r\n\r\nno"), TIMING).unwrap();
    assert_eq!((refused.status, &*refused.body), (500, &b"no"[..]));
    assert!(refused.headers.contains(&("x-bytes".to_owned(), "\u{e9}".as_bytes().to_vec())), "{refused:?}");
    for bytes in ["HTTP/1.1 204 X\r\nContent-Length: 4\r\n\r\nbody", "HTTP/1.1 304 X\r\nContent-Length: 4\r\n\r\nbody"] {
        assert_eq!(body(bytes), "", "{bytes}");
    }
    let (port, _) = server::server(says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"));
    let client = client();
    let answer = client.send(asking(Method::Head, pinned(&client, &format!("http://h.test:{port}/"))), TIMING).unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

#[test]
fn a_person_stops_a_request_in_its_middle_and_the_connection_is_closed() {
    let interrupt = Interrupt::default();
    let pressed = interrupt.clone();
    let (port, serving) = server::server(move |stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").unwrap();
        pressed.raise();
        until_closed(stream);
    });
    let (client, _) = client_with(|_, _| Ok(vec![[127, 0, 0, 1].into()]), interrupt.clone());
    let target = pinned(&client, &format!("http://127.0.0.1:{port}/"));
    let error = client.send(asking(Method::Get, target), TIMING).unwrap_err();
    assert!(matches!(error, NetError::Interrupted), "{error}");
    assert_eq!(error.departure(), Departure::Perhaps);
    serving.join().unwrap();
}

#[test]
fn a_request_is_what_the_tool_asked_for_and_nothing_that_it_did_not() {
    let client = client();
    for method in Method::ALL {
        let (port, serving) = server::server(says("HTTP/1.1 204 X\r\n\r\n"));
        let body = "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
        let headers = RequestHeaders::parse([("X-Two", "1"), ("x-two", "2"), ("Content-Type", "text/plain")]).unwrap();
        let pinned = pinned(&client, &format!("http://h.test:{port}/a/../b%20c?d=e#f"));
        client.send(Outgoing { method, pinned, headers, body: body.into(), credential: None }, TIMING).unwrap();
        let request = serving.join().unwrap();
        let (head, sent) = request.split_once("\r\n\r\n").unwrap();
        let mut lines: Vec<&str> = head.split("\r\n").collect();
        assert_eq!(lines.remove(0), format!("{method} /b%20c?d=e HTTP/1.1"));
        lines.sort_unstable();
        let (host, length) = (format!("host: h.test:{port}"), format!("content-length: {}", body.len()));
        let agent = concat!("user-agent: cofferdam/", env!("CARGO_PKG_VERSION"));
        let expected: [&str; 9] = [
            "accept-encoding: identity",
            "accept: */*",
            "connection: close",
            &length,
            "content-type: text/plain",
            &host,
            agent,
            "x-two: 1",
            "x-two: 2",
        ];
        assert_eq!((lines.as_slice(), sent), (expected.as_slice(), body));
    }
}

#[test]
fn a_request_without_a_body_says_so_where_one_is_expected() {
    let client = client();
    for method in Method::ALL {
        let (port, serving) = server::server(says("HTTP/1.1 204 X\r\n\r\n"));
        client.send(asking(method, pinned(&client, &format!("http://h.test:{port}/"))), TIMING).unwrap();
        let request = serving.join().unwrap();
        let expected = matches!(method, Method::Post | Method::Put | Method::Patch);
        assert_eq!(request.contains("content-length: 0\r\n"), expected, "{request}");
        assert!(!request.contains("transfer-encoding"), "{request}");
    }
}

#[test]
fn a_credential_goes_to_its_audience_and_stands_in_no_error() {
    let client = client();
    let secret = |url: &str| Secret::for_audience(&Target::parse(url).unwrap(), "sk-hidden").unwrap();
    let with = |secret: &Secret, url: &str| {
        let credential = Some(Credential { secret, form: CredentialForm::Bearer });
        client.send(Outgoing { credential, ..asking(Method::Get, pinned(&client, url)) }, TIMING)
    };
    let (port, serving) = server::server(|_| {});
    let home = format!("http://127.0.0.1:{port}/");
    let broke = with(&secret(&home), &home).unwrap_err();
    assert!(serving.join().unwrap().contains("authorization: Bearer sk-hidden\r\n"));
    assert!(!format!("{broke} {broke:?} {:?}", cofferdam_base::error::causes(&broke)).contains("hidden"), "{broke:?}");

    for elsewhere in [format!("http://localhost:{port}/"), format!("http://127.0.0.2:{port}/"), "http://127.0.0.1:1/".to_owned()] {
        let refused = with(&secret(&home), &elsewhere).unwrap_err();
        assert_eq!((refused.code(), refused.departure()), ("net.audience", Departure::Nothing), "{elsewhere}");
        assert!(!format!("{refused} {refused:?}").contains("hidden"), "{refused:?}");
    }
}
