//! A real HTTP server that says what it is told to, byte for byte, and remembers what it was asked.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

/// What somebody asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method and path.
    pub line: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the server says: pieces of bytes, with a pause before each.
pub struct Says(Vec<(Duration, Vec<u8>)>);

impl Says {
    pub fn page(kind: &str, body: impl AsRef<[u8]>) -> Self {
        Self::with("200 OK", &format!("content-type: {kind}\r\n"), body)
    }

    pub fn redirect(status: u16, to: &str) -> Self {
        Self::with(&format!("{status} Elsewhere"), &format!("location: {to}\r\n"), "")
    }

    pub fn with(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
        Self(vec![(Duration::ZERO, [head.as_bytes(), body].concat())])
    }

    /// A head, and then the same piece again and again.
    pub fn dripping(piece: &str, pause: Duration, times: usize) -> Self {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n";
        let drops = std::iter::repeat_with(|| (pause, piece.as_bytes().to_vec())).take(times);
        Self(std::iter::once((Duration::ZERO, head.as_bytes().to_vec())).chain(drops).collect())
    }
}

/// A server on this machine's loopback address.
pub struct WebServer {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl WebServer {
    /// Starts one that answers as a script says; it ends with the test.
    pub fn start(script: impl Fn(&Asked) -> Says + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (remembered, script) = (Arc::clone(&asked), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (remembered, script) = (Arc::clone(&remembered), Arc::clone(&script));
                std::thread::spawn(move || serve(stream, &remembered, &*script));
            }
        });
        Self { port, asked }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// All that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

fn serve(stream: TcpStream, remembered: &Mutex<Vec<Asked>>, script: &(dyn Fn(&Asked) -> Says + Send + Sync)) {
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let line = line.trim().trim_end_matches(" HTTP/1.1").to_owned();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        let Some((name, value)) = header.trim().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let asked = Asked { line, headers, body: String::from_utf8_lossy(&body).into_owned() };
    remembered.lock().expect("no panic").push(asked.clone());
    let mut stream = stream;
    for (pause, piece) in script(&asked).0 {
        std::thread::sleep(pause);
        if stream.write_all(&piece).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}
