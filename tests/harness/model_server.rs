//! A real HTTP server that speaks OpenAI's chat completions and answers as a script says.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// What the server does with one request.
pub type Script = Box<dyn FnMut(usize, &Value) -> Answer + Send>;

/// One answer.
pub enum Answer {
    /// The model's message.
    Message(Value),
    /// A status and a body.
    Status(u16, String),
    /// The connection breaks.
    Break,
}

/// The server; it ends with the test's process.
pub struct ModelServer {
    port: u16,
    requests: Arc<Mutex<Vec<Value>>>,
    gaps: Arc<Mutex<Vec<Duration>>>,
}

impl ModelServer {
    pub fn start(mut script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let gaps = Arc::new(Mutex::new(Vec::new()));
        let (seen, between) = (Arc::clone(&requests), Arc::clone(&gaps));
        std::thread::spawn(move || {
            let mut answered: Option<Instant> = None;
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                between.lock().expect("a lock").extend(answered.take().map(|answered| answered.elapsed()));
                let Some(request) = read(&stream) else { continue };
                let count = {
                    let mut seen = seen.lock().expect("a lock");
                    seen.push(request.clone());
                    seen.len()
                };
                let (status, body) = match script(count, &request) {
                    Answer::Message(message) => (200, completion(&message)),
                    Answer::Status(status, body) => (status, body),
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
        Self { port, requests, gaps }
    }

    /// The API's root.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
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
    request["messages"].as_array().expect("messages").iter().filter(|message| message["role"] == "tool").count()
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

fn completion(message: &Value) -> String {
    let finish = if message["tool_calls"].is_array() { "tool_calls" } else { "stop" };
    json!({
        "id": "x", "object": "chat.completion", "created": 0, "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    })
    .to_string()
}

fn read(stream: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
