//! The protocol server: one small file read over pipes, next to the same call in this process, and to somebody else's server.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{CALLS, gated, measure, series::Series};

/// Starts of the server that are measured.
const STARTS: usize = 20;

/// A server to be measured, and the call that reads the file.
pub(crate) struct Server<'a> {
    pub(crate) name: &'a str,
    pub(crate) command: Vec<String>,
    pub(crate) tool: String,
    pub(crate) arguments: Value,
}

impl Server<'_> {
    /// Ours.
    pub(crate) fn ours(binary: &Path) -> Self {
        let command = vec![binary.to_string_lossy().into_owned(), "mcp".to_owned(), "serve".to_owned()];
        Self { name: "cofferdam mcp serve", command, tool: "files_read".to_owned(), arguments: json!({"path": "a.txt"}) }
    }

    /// Another one: `TOOL ARGUMENTS COMMAND...`, where `{}` in the arguments is the whole path of the file.
    pub(crate) fn other(words: &[String], file: &Path) -> Self {
        let [tool, arguments, command @ ..] = words else { panic_usage() };
        let arguments = arguments.replace("{}", &file.to_string_lossy());
        let arguments = serde_json::from_str(&arguments).expect("arguments in JSON");
        Self { name: "the other server", command: command.to_vec(), tool: tool.clone(), arguments }
    }

    fn start(&self, work: &Path, home: &Path) -> Session {
        let (program, arguments) = self.command.split_first().expect("a command");
        let mut command = Command::new(program);
        command.args(arguments).current_dir(work).env("COFFERDAM_HOME", home).stderr(Stdio::null());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let (input, output) = (child.stdin.take().expect("a pipe"), BufReader::new(child.stdout.take().expect("a pipe")));
        let mut session = Session { child, input, output, id: 0 };
        let client = json!({"name": "bench", "version": "1"});
        session.ask("initialize", json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}));
        session.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        session
    }
}

#[expect(clippy::panic, reason = "a program for who works on the project")]
fn panic_usage() -> ! {
    panic!("usage: --other TOOL ARGUMENTS COMMAND...")
}

/// A server with a session.
struct Session {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: u64,
}

impl Session {
    fn send(&mut self, message: &Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).expect("written");
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("a line") > 0, "the server ended");
            // What is no message is a log of the server's.
            if let Ok(message) = serde_json::from_str::<Value>(&line)
                && message.get("id") == Some(&json!(self.id))
            {
                return message;
            }
        }
    }

    fn call(&mut self, server: &Server<'_>) {
        let answer = self.ask("tools/call", json!({"name": server.tool, "arguments": server.arguments}));
        assert_ne!(answer.pointer("/result/isError"), Some(&json!(true)), "{answer}");
        assert!(answer.get("result").is_some(), "{answer}");
    }

    fn peak_memory_kib(&self) -> u64 {
        crate::series::peak_memory_kib_of(&self.child.id().to_string())
    }

    fn end(mut self) {
        drop(self.input);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Measures the servers one after the other.
pub(crate) fn rows(servers: &[Server<'_>], folder: &Path, work: &Path, baseline: &Series) {
    let gate = gated::open_synced(folder, work);
    let in_process = measure(CALLS, |_| gated::read(&gate));
    in_process.print("the call through every gate, in this process", baseline);
    for server in servers {
        println!("{}", server.name);
        // The first start and its call fill caches, and are not what people wait for every day.
        let mut starts = Series::default();
        for number in 0..=STARTS {
            let begun = Instant::now();
            let mut session = server.start(work, &folder.join("home"));
            let took: Duration = begun.elapsed();
            if number == 0 {
                session.call(server);
            } else {
                starts.push(took);
            }
            session.end();
        }
        starts.print("  from its start to its answer to `initialize`", baseline);
        let mut session = server.start(work, &folder.join("home"));
        let calls = measure(CALLS * 4, |_| session.call(server));
        calls.print("  tools/call of one small file", baseline);
        println!("  {:.2} times the call in this process", calls.quantile(50) / in_process.quantile(50));
        println!("  peak memory {} MiB", session.peak_memory_kib() / 1024);
        session.end();
    }
}
