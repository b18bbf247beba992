//! A client of the protocol server that is nobody's library: JSON-RPC by the line over pipes, and by hand over HTTP.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStdin, Stdio},
    sync::mpsc::{self, Receiver},
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::{Came, Person, came};

/// Longest wait for something that comes: it fails a test, and is no measure of one.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a client says first.
pub fn hello(capabilities: Value) -> Value {
    json!({"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": {"name": "test", "version": "1"}})
}

/// A client that started the server.
pub struct Piped {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
    id: u64,
    /// What came that answered nothing.
    pub beside: Vec<Value>,
}

impl Piped {
    /// Starts the server, and begins a session.
    pub fn start(person: &Person, arguments: &[&str]) -> Self {
        Self::start_with(person, arguments, json!({}))
    }

    /// The same, with capabilities of the client's.
    pub fn start_with(person: &Person, arguments: &[&str], capabilities: Value) -> Self {
        let mut client = Self::mute(person, arguments);
        let answer = client.ask("initialize", hello(capabilities));
        assert_eq!(answer["result"]["protocolVersion"], "2025-11-25", "{answer}");
        client.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    /// Starts the server, and says nothing.
    pub fn mute(person: &Person, arguments: &[&str]) -> Self {
        let mut command = person.command(&[&["mcp", "serve"], arguments].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // Standard output is the protocol's alone.
                let message = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no message: {line}"));
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { input: child.stdin.take(), child, lines, id: 0, beside: Vec::new() }
    }

    /// Sends a line as it is.
    pub fn line(&mut self, line: &str) {
        let input = self.input.as_mut().expect("it listens");
        input.write_all(line.as_bytes()).and_then(|()| input.write_all(b"\n")).and_then(|()| input.flush()).expect("written");
    }

    /// Sends a message.
    pub fn say(&mut self, message: &Value) {
        self.line(&message.to_string());
    }

    /// Sends a request; gives its number.
    pub fn request(&mut self, method: &str, params: Value) -> u64 {
        self.id += 1;
        let id = self.id;
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// The next message, whatever it is.
    pub fn next(&mut self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("a message")
    }

    /// The answer to a request. What else comes is kept.
    pub fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self.next();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.beside.push(message);
        }
    }

    /// A message that is no answer, of this method.
    pub fn told(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.beside.iter().position(|message| message["method"] == method) {
                return self.beside.remove(at);
            }
            let message = self.next();
            self.beside.push(message);
        }
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        self.answer(id)
    }

    /// Calls a tool, and waits for its result.
    pub fn call(&mut self, name: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": name, "arguments": arguments}))["result"].clone()
    }

    /// Waits until a question waits for a person at another terminal; gives the identifier that they answer it by.
    pub fn waits_for_a_person(&mut self) -> String {
        loop {
            let told = self.told("notifications/progress")["params"]["message"].as_str().expect("a message").to_owned();
            if let Some((_, id)) = told.split_once("cofferdam approve ") {
                return id.trim_end_matches('`').to_owned();
            }
        }
    }

    /// The most memory that the server had, in MiB.
    pub fn peak_memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a process");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        peak.trim().trim_end_matches("kB").trim().parse::<u64>().expect("a number") / 1024
    }

    /// Hangs up, and waits for the end.
    pub fn close(mut self) -> Came {
        drop(self.input.take());
        came(self.child.wait_with_output().expect("it ends"))
    }
}

/// The code of a refusal, in the text of a result that is an error.
pub fn refusal(result: &Value) -> String {
    assert_eq!(result["isError"], true, "{result}");
    assert!(result.get("structuredContent").is_none(), "{result}");
    let told: Value = serde_json::from_str(result["content"][0]["text"].as_str().expect("text")).expect("JSON");
    assert!(told["message"].is_string() && told["call"].is_string(), "{told}");
    told["code"].as_str().expect("a code").to_owned()
}

/// A server that listens.
pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
    told: Receiver<String>,
}

impl Server {
    /// Starts one on a free port.
    pub fn start(person: &Person, arguments: &[&str]) -> Self {
        let mut command = person.command(&[&["mcp", "serve", "--http", "127.0.0.1:0"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let errors = BufReader::new(child.stderr.take().expect("a pipe"));
        let (sender, told) = mpsc::channel();
        std::thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut server = Self { child, address: String::new(), told };
        let listening = server.line("listening on http://");
        server.address = listening.trim_start_matches("listening on http://").trim_end_matches("/mcp").to_owned();
        server
    }

    /// The next line of standard error that begins so.
    pub fn line(&mut self, beginning: &str) -> String {
        loop {
            let line = self.told.recv_timeout(PATIENCE).expect("a line");
            if line.starts_with(beginning) {
                return line;
            }
        }
    }

    /// Sends a request with these headers beside the usual ones.
    pub fn send(&self, method: &str, headers: &[(&str, &str)], body: &str) -> Page {
        let usual =
            [("host", self.address.as_str()), ("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
        let replaced = |name: &str| headers.iter().any(|(other, _)| *other == name);
        let mut head = format!("{method} /mcp HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in usual.iter().filter(|(name, _)| !replaced(name)).chain(headers) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        // A server that has heard enough does not read on.
        let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
        Page::read(stream)
    }

    /// Begins a session with a token; gives its headers.
    pub fn begin(&self, token: &str, capabilities: Value) -> Caller<'_> {
        let authorization = format!("Bearer {token}");
        let first = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello(capabilities)});
        let mut page = self.send("POST", &[("authorization", &authorization)], &first.to_string());
        assert_eq!(page.status, 200);
        let session = page.header("mcp-session-id").expect("a session");
        let caller = Caller { server: self, authorization, session };
        assert_eq!(page.message()["id"], 0);
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(caller.post(&initialized).status, 202);
        caller
    }

    /// Asks the server to end, and waits until it has; gives what it said last.
    pub fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
        self.told.iter().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Of a test that failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client with a session.
pub struct Caller<'s> {
    server: &'s Server,
    pub authorization: String,
    pub session: String,
}

impl Caller<'_> {
    /// Posts a message.
    pub fn post(&self, message: &Value) -> Page {
        self.send("POST", &message.to_string())
    }

    /// Sends a request of this session.
    pub fn send(&self, method: &str, body: &str) -> Page {
        self.server.send(method, &[("authorization", &self.authorization), ("mcp-session-id", &self.session)], body)
    }

    /// Posts a request; its messages come in the page.
    pub fn begin_call(&self, name: &str, arguments: Value) -> Page {
        self.post(&json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": name, "arguments": arguments}}))
    }

    /// Calls a tool, and waits for its result.
    pub fn call(&self, name: &str, arguments: Value) -> Value {
        let mut page = self.begin_call(name, arguments);
        loop {
            let message = page.message();
            if message["id"] == 7 {
                return message["result"].clone();
            }
        }
    }
}

/// What is answered over HTTP.
pub struct Page {
    pub status: u16,
    headers: Vec<(String, String)>,
    body: BufReader<TcpStream>,
}

impl Page {
    fn read(stream: TcpStream) -> Self {
        let mut body = BufReader::new(stream);
        let mut line = String::new();
        body.read_line(&mut line).expect("a status");
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no status: {line}"));
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            body.read_line(&mut line).expect("a header");
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
                None => break,
            }
        }
        Self { status, headers, body }
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    }

    /// The next message of a stream of events.
    pub fn message(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.body.read_line(&mut line).expect("a stream") > 0, "the stream ended");
            if let Some(data) = line.strip_prefix("data: ").filter(|data| data.starts_with('{')) {
                return serde_json::from_str(data).expect("a message");
            }
        }
    }

    /// The rest of the body.
    pub fn rest(&mut self) -> String {
        let mut text = String::new();
        let _ = self.body.read_to_string(&mut text);
        text
    }
}
