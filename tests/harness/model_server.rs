//! A real HTTP server that speaks OpenAI's chat completions and embeddings and Anthropic's Messages and answers as a script says.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

#[path = "model_streams.rs"]
pub mod streams;

/// What the server does with one request.
pub type Script = Box<dyn FnMut(usize, &Value) -> Answer + Send>;

/// One answer.
pub enum Answer {
    /// The model's message.
    Message(Value),
    /// A stream of events.
    Stream(Stream),
    /// A status and a body.
    Status(u16, String),
    /// The connection breaks.
    Break,
}

/// Events that are sent one by one.
pub struct Stream {
    pub events: Vec<String>,
    /// What is waited before each.
    pub pause: Duration,
    pub end: End,
}

/// How a stream ends.
#[derive(PartialEq)]
pub enum End {
    /// As HTTP says.
    Whole,
    /// The connection breaks in the middle of the body.
    Broken,
}

impl Stream {
    pub fn of(events: Vec<String>) -> Self {
        Self { events, pause: Duration::ZERO, end: End::Whole }
    }

    /// Only the first of the events; what the last of them holds is cut in the middle.
    pub fn cut_after(mut self, events: usize) -> Self {
        self.events.truncate(events);
        if let Some(last) = self.events.last_mut() {
            last.truncate(last.len() / 2);
        }
        self
    }

    fn send(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n")?;
        for event in &self.events {
            std::thread::sleep(self.pause);
            write!(stream, "{:x}\r\n{event}\r\n", event.len())?;
            stream.flush()?;
        }
        if self.end == End::Whole { stream.write_all(b"0\r\n\r\n") } else { Ok(()) }
    }
}

/// The server; it ends with the test's process.
pub struct ModelServer {
    port: u16,
    requests: Arc<Mutex<Vec<Value>>>,
    heads: Arc<Mutex<Vec<String>>>,
    gaps: Arc<Mutex<Vec<Duration>>>,
}

/// Whether the server keeps what it was asked: a long run would fill the memory.
#[derive(PartialEq)]
pub enum Keep {
    Requests,
    Nothing,
}

impl ModelServer {
    pub fn start(script: Script) -> Self {
        Self::start_and_keep(Keep::Requests, script)
    }

    pub fn start_and_keep(keep: Keep, mut script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let gaps = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (seen, between, above) = (Arc::clone(&requests), Arc::clone(&gaps), Arc::clone(&heads));
        std::thread::spawn(move || {
            let mut answered: Option<Instant> = None;
            let mut count = 0;
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                between.lock().expect("a lock").extend(answered.take().map(|answered| answered.elapsed()));
                let Some((head, request)) = read(&stream) else { continue };
                count += 1;
                if keep == Keep::Requests {
                    above.lock().expect("a lock").push(head);
                    seen.lock().expect("a lock").push(request.clone());
                }
                let (status, body) = match script(count, &request) {
                    Answer::Message(message) => (200, completion(&message)),
                    Answer::Status(status, body) => (status, body),
                    Answer::Stream(events) => {
                        let _ = events.send(&mut stream);
                        answered = Some(Instant::now());
                        continue;
                    }
                    Answer::Break => continue,
                };
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                // A client that was killed meanwhile does not hear it.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
                answered = Some(Instant::now());
            }
        });
        Self { port, requests, heads, gaps }
    }

    /// The root of OpenAI's API.
    pub fn url(&self) -> String {
        format!("{}/v1", self.root())
    }

    /// The root of Anthropic's API.
    pub fn root(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What stood above each request so far: its first line and its headers, in small letters.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("a lock").clone()
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Value> {
        self.requests.lock().expect("a lock").clone()
    }

    /// How long the client was busy between each answer and the connection of its next request.
    pub fn gaps(&self) -> Vec<Duration> {
        self.gaps.lock().expect("a lock").clone()
    }
}

/// How many tool results the model has been shown: where a script stands, whoever asks.
pub fn results(request: &Value) -> usize {
    let messages = request["messages"].as_array().expect("messages").iter();
    let blocks = |message: &Value| {
        let blocks = message["content"].as_array().into_iter().flatten();
        blocks.filter(|block| block["type"] == "tool_result").count()
    };
    messages.map(|message| usize::from(message["role"] == "tool") + blocks(message)).sum()
}

/// A message that asks for calls.
pub fn calls(calls: &[(&str, Value)]) -> Answer {
    let calls: Vec<Value> = calls
        .iter()
        .enumerate()
        .map(|(index, (name, arguments))| {
            json!({"id": format!("c{index}"), "type": "function", "function": {"name": name, "arguments": arguments.to_string()}})
        })
        .collect();
    Answer::Message(json!({"role": "assistant", "content": null, "tool_calls": calls}))
}

/// A message that ends the run.
pub fn says(text: &str) -> Answer {
    Answer::Message(json!({"role": "assistant", "content": text}))
}

/// A vector for each text of a request for embeddings; the last text's comes first, which the protocol allows.
pub fn embeds(request: &Value, vector: impl Fn(&str) -> Value) -> Answer {
    let texts = request["input"].as_array().expect("texts").iter().map(|text| text.as_str().expect("text"));
    let data: Vec<Value> =
        texts.enumerate().map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": vector(text)})).rev().collect();
    Answer::Status(200, json!({"object": "list", "model": "vectors", "data": data}).to_string())
}

fn completion(message: &Value) -> String {
    let finish = if message["tool_calls"].is_array() { "tool_calls" } else { "stop" };
    json!({
        "id": "x", "object": "chat.completion", "created": 0, "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    })
    .to_string()
}

fn read(stream: &TcpStream) -> Option<(String, Value)> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        head.push_str(&line);
        head.push('\n');
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, serde_json::from_slice(&body).ok()?))
}
