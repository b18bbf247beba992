//! A request goes to the addresses that were judged, whatever names, servers and the environment say meanwhile.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are the server as well, and stop where something fails")]

mod server;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, TcpListener},
    ops::ControlFlow,
    process::Command,
    sync::{atomic::Ordering, mpsc},
    thread,
    time::Duration,
};

use cofferdam_base::{Diagnostic as _, Interrupt};
use cofferdam_net::{Client, CredentialForm, Departure, Endpoint, LookupError, Method, Post, Target};
use server::{TIMING, asking, client, client_with, get, pinned, says, serve};

/// Where the servers of a test that runs itself again are.
const PORTS: &str = "COFFERDAM_TEST_PORTS";

fn answer(text: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}

#[test]
fn ssrf_by_redirect_is_handed_back_and_not_followed() {
    let private = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let to = format!("http://{}/latest/meta-data/", private.local_addr().unwrap());
    for status in [301, 302, 303, 307, 308] {
        let (port, _) = server::server(says(format!("HTTP/1.1 {status} X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")));
        let came = get(&client(), port, TIMING).unwrap();
        assert_eq!(came.status, status);
        assert!(came.headers.contains(&("location".to_owned(), to.clone().into_bytes())), "{came:?}");
    }
    private.set_nonblocking(true).unwrap();
    assert_eq!(private.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn dns_rebinding_after_the_look_up_changes_nothing_and_each_request_looks_up_anew() {
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = first.local_addr().unwrap().port();
    // The whole of 127.0.0.0/8 is this machine on Linux.
    let second = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), port)).unwrap();
    let answers = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]), IpAddr::from([8, 8, 8, 8])];
    let (client, asked) = client_with(move |number, _| Ok(vec![answers[number.min(2)]]), Interrupt::default());
    let url = format!("http://rebinding.test:{port}/");
    let servers = thread::spawn(move || {
        serve(&first, says(answer("first")));
        serve(&second, says(answer("second")));
    });

    let (one, two) = (pinned(&client, &url), pinned(&client, &url));
    let came = client.send(asking(Method::Get, one), TIMING).unwrap();
    assert_eq!((&*came.body, came.peer.ip()), (&b"first"[..], answers[0]));
    let came = client.send(asking(Method::Get, two), TIMING).unwrap();
    assert_eq!((&*came.body, came.peer.ip()), (&b"second"[..], answers[1]));
    servers.join().unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2, "sending looks nothing up");
}

#[test]
fn dns_rebinding_to_loopback_is_seen_at_the_next_request() {
    let answers = [IpAddr::from([8, 8, 8, 8]), Ipv4Addr::LOCALHOST.into()];
    let (client, _) = client_with(move |number, _| Ok(vec![answers[number]]), Interrupt::default());
    let resolve = || client.resolve(Target::parse("https://rebinding.test/").unwrap(), TIMING.total).unwrap();
    let public = resolve().public().unwrap();
    assert_eq!(public.addresses(), ["8.8.8.8:443".parse().unwrap()]);
    let refused = resolve().public().unwrap_err();
    assert_eq!(refused.code(), "net.not-public");
    assert_eq!(refused.to_string(), "`rebinding.test` is at 127.0.0.1 (loopback), which is not the public internet");
}

#[test]
fn ssrf_by_addresses_in_any_spelling_is_not_public_and_asks_nobody() {
    let (client, asked) = client_with(|_, _| Ok(vec![[8, 8, 8, 8].into()]), Interrupt::default());
    for host in [
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::808:808]",
        "[::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fd00:ec2::254]",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0x7f.1",
        "127.1",
        "0",
        "0.0.0.0",
        "[::]",
        "10.0.0.1",
        "192.168.1.1",
        "localhost",
        "LOCALHOST.",
        "a.b.localhost",
        "%31%32%37.0.0.1",
    ] {
        let target = Target::parse(&format!("http://{host}/")).unwrap();
        let refused = client.resolve(target, TIMING.total).unwrap().public().unwrap_err();
        assert_eq!(refused.code(), "net.not-public", "{host}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn dns_rebinding_by_a_mixed_answer_is_refused_as_a_whole() {
    for mixed in [["8.8.8.8", "127.0.0.1"], ["::ffff:10.0.0.1", "2a00:1450:4001::200e"]] {
        let (client, _) = client_with(move |_, _| Ok(mixed.map(|address| address.parse().unwrap()).to_vec()), Interrupt::default());
        let resolved = client.resolve(Target::parse("https://mixed.test/").unwrap(), TIMING.total).unwrap();
        assert_eq!(resolved.public().unwrap_err().addresses().count(), 1);
    }
}

#[test]
fn a_connection_carries_one_request_and_is_closed_after_it() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // A server that would keep each connection: the second one comes only because the first was closed.
    let serving = thread::spawn(move || [(); 2].map(|()| serve(&listener, says(answer("x")))));
    let client = client();
    for _ in 0..2 {
        assert_eq!(get(&client, port, TIMING).unwrap().body, b"x");
    }
    for request in serving.join().unwrap() {
        assert!(request.contains("connection: close\r\n"), "{request}");
    }
}

#[test]
fn proxy_variables_of_the_environment_are_ignored() {
    if let Some(ports) = std::env::var_os(PORTS) {
        let ports = ports.into_string().unwrap();
        let (tools, models) = ports.split_once(' ').unwrap();
        assert_eq!(get(&client(), tools.parse().unwrap(), TIMING).unwrap().body, b"direct");
        let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{models}/")).unwrap();
        let post = Post { endpoint: &endpoint, secret: None, form: CredentialForm::Bearer, headers: &[], body: b"{}" };
        client().post(&post, TIMING, &mut |_, _| ControlFlow::Continue(())).unwrap();
        return;
    }
    let proxy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = format!("http://user:secret@{}", proxy.local_addr().unwrap());
    let ((tools, asked), (models, posted)) = (server::server(says(answer("direct"))), server::server(says(answer("direct"))));
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "proxy_variables_of_the_environment_are_ignored"]).env(PORTS, format!("{tools} {models}"));
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        again.env(name, &address);
    }
    let ran = again.env_remove("no_proxy").env_remove("NO_PROXY").env_remove("REQUEST_METHOD").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    for request in [asked.join().unwrap(), posted.join().unwrap()] {
        assert!(request.starts_with("GET / HTTP/1.1\r\n") || request.starts_with("POST / HTTP/1.1\r\n"), "{request}");
        assert!(!request.contains("proxy"), "{request}");
    }
    proxy.set_nonblocking(true).unwrap();
    assert_eq!(proxy.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn a_host_that_refuses_got_nothing_and_one_that_hangs_up_may_have() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let refused = get(&client(), port, TIMING).unwrap_err();
    assert_eq!((refused.code(), refused.departure()), ("net.connect", Departure::Nothing));
    let (port, _) = server::server(|_| {});
    let closed = get(&client(), port, TIMING).unwrap_err();
    assert_eq!((closed.code(), closed.departure()), ("net.transport", Departure::Perhaps));
}

fn look_up_error(
    look_up: impl Fn(usize, &str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
    limit: Duration,
    interrupt: Interrupt,
) -> LookupError {
    let (client, _) = client_with(look_up, interrupt);
    client.resolve(Target::parse("https://h.test/").unwrap(), limit).unwrap_err()
}

#[test]
fn a_look_up_that_brings_nothing_or_too_much_has_a_named_error() {
    let address = IpAddr::from([8, 8, 8, 8]);
    let of = |count: usize| look_up_error(move |_, _| Ok(vec![address; count]), TIMING.total, Interrupt::default());
    assert_eq!(of(0).code(), "net.lookup");
    assert_eq!(of(65).code(), "net.lookup");
    let failed = look_up_error(|_, _| Err(io::ErrorKind::NotFound.into()), TIMING.total, Interrupt::default());
    assert_eq!(failed.code(), "net.lookup");
    assert_eq!(failed.to_string(), "the name `h.test` cannot be looked up");
}

#[test]
fn a_look_up_that_hangs_is_left_behind_and_so_many_are_the_most() {
    let (release, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let hang = move |_: usize, _: &str| {
        // Until every sender is gone.
        let _ = held.lock().unwrap().recv();
        Ok(vec![IpAddr::from([8, 8, 8, 8])])
    };
    let (client, _) = client_with(hang, Interrupt::default());
    let resolve = |limit| client.resolve(Target::parse("https://h.test/").unwrap(), limit);
    for _ in 0..16 {
        let slow = resolve(Duration::ZERO).unwrap_err();
        assert!(matches!(slow, LookupError::Slow { .. }), "{slow}");
        assert_eq!(slow.code(), "net.lookup-limit");
    }
    let busy = resolve(TIMING.total).unwrap_err();
    assert!(matches!(busy, LookupError::Busy { .. }), "{busy}");
    drop(release);
    while matches!(resolve(TIMING.total), Err(LookupError::Busy { .. })) {
        thread::yield_now();
    }
}

#[test]
fn a_person_stops_a_look_up() {
    let interrupt = Interrupt::default();
    let pressed = interrupt.clone();
    let (_hold, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let look_up = move |_: usize, _: &str| {
        pressed.raise();
        let _ = held.lock().unwrap().recv();
        Ok(Vec::new())
    };
    assert_eq!(look_up_error(look_up, TIMING.total, interrupt).code(), "net.interrupted");
}

#[test]
fn threads_ask_at_once_and_wait_neither_for_each_other_nor_for_a_model() {
    const THREADS: usize = 8;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // Nobody is answered before everybody has asked.
    let serving = thread::spawn(move || {
        let mut streams = [(); THREADS].map(|()| listener.accept().unwrap().0);
        for stream in &mut streams {
            server::read_request(stream);
        }
        for stream in &mut streams {
            io::Write::write_all(stream, answer("together").as_bytes()).unwrap();
        }
        streams
    });
    let client = client();
    let (model, _) = server::server(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"));
    let (arrived, arrives) = mpsc::channel();
    let (done, all_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let asking: &Client = &client;
        scope.spawn(move || {
            let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{model}/")).unwrap();
            let post = Post { endpoint: &endpoint, secret: None, form: CredentialForm::Bearer, headers: &[], body: b"{}" };
            // Whoever takes the pieces of a model's answer takes its time, until every tool has its own answer.
            let came = asking.post(&post, TIMING, &mut |_, _| {
                arrived.send(()).unwrap();
                let _ = all_done.recv();
                ControlFlow::Break(())
            });
            assert_eq!(came.unwrap().status, 200);
        });
        arrives.recv().unwrap();
        let asked: Vec<_> = (0..THREADS).map(|_| scope.spawn(move || get(asking, port, TIMING).unwrap().body)).collect();
        for thread in asked {
            assert_eq!(thread.join().unwrap(), b"together");
        }
        drop(done);
    });
    serving.join().unwrap();
}
