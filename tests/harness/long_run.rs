//! A long run from outside: the binary as a process on a terminal whose person says yes, the scripted model as a real server in
//! this one, and what becomes of the files as this process sees it.
#![allow(dead_code, unreachable_pub, reason = "each program uses a part of it")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    long_script::LongScript,
    model_server::{Keep, ModelServer},
    terminal,
};

/// Caps, and a number of questions, that a long run does not reach.
const CAPS: [&str; 12] = [
    "--cap",
    "steps=100000",
    "--cap",
    "requests=100000",
    "--cap",
    "egress_bytes=100000000000",
    "--cap",
    "input_tokens=100000000000",
    "--cap",
    "seconds=100000",
    "--most-questions",
    "1000",
];
/// Longest that a process is waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the server saw.
#[derive(Default)]
pub struct Seen {
    /// Bytes of the newest request of each step.
    pub bytes: BTreeMap<usize, usize>,
    /// How often each version of a file appeared: a path and its content.
    pub versions: BTreeMap<(String, String), usize>,
    /// Requests.
    pub requests: usize,
    files: BTreeMap<String, String>,
}

impl Seen {
    /// The client waits meanwhile, so nobody changes the files.
    fn look(&mut self, work: &Path) {
        let now = files(work);
        for (path, content) in &now {
            if self.files.get(path) != Some(content) {
                *self.versions.entry((path.clone(), content.clone())).or_default() += 1;
            }
        }
        self.files = now;
    }
}

/// A person with a workspace, a scripted model and the binary.
pub struct LongRun {
    pub binary: PathBuf,
    pub home: PathBuf,
    pub work: PathBuf,
    pub script: LongScript,
    pub server: ModelServer,
    pub seen: Arc<Mutex<Seen>>,
    /// The step that was asked for last.
    step: Arc<AtomicUsize>,
}

/// A process of the run, on a terminal of its own.
struct Process {
    terminal: Child,
    pid: u32,
    _person: JoinHandle<String>,
}

/// How many times the run was killed and taken up again.
#[derive(Default, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crashes {
    pub killed: usize,
    pub resumed: usize,
}

impl LongRun {
    /// Lays out the workspace and starts the server; the model's window has so many tokens.
    pub fn new(binary: &Path, home: &Path, work: &Path, script: LongScript, window: usize) -> Self {
        for (path, content) in LongScript::files() {
            let path = work.join(path);
            std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
            std::fs::write(path, content).expect("a file");
        }
        let (seen, step) = (Arc::new(Mutex::new(Seen::default())), Arc::new(AtomicUsize::new(0)));
        let (sees, steps, folder) = (Arc::clone(&seen), Arc::clone(&step), work.to_owned());
        let server = ModelServer::start_and_keep(
            Keep::Nothing,
            Box::new(move |_, request| {
                let step = LongScript::step(request);
                let mut seen = sees.lock().expect("a lock");
                seen.requests += 1;
                seen.bytes.insert(step, request.to_string().len());
                seen.look(&folder);
                steps.store(step, Ordering::SeqCst);
                script.answer(request)
            }),
        );
        let run = Self { binary: binary.to_owned(), home: home.to_owned(), work: work.to_owned(), script, server, seen, step };
        run.say(&["init", "--url", &run.server.url(), "--model", "scripted", "--window-tokens", &window.to_string()]);
        run
    }

    /// Runs a command to its end; gives what it printed, whatever its exit code.
    pub fn say(&self, arguments: &[&str]) -> String {
        let output = Command::new(&self.binary)
            .args(arguments)
            .current_dir(&self.work)
            .env_clear()
            .env("COFFERDAM_HOME", &self.home)
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs it without a crash.
    pub fn whole(&self) {
        let process = self.start("run");
        let ended = self.wait(process);
        assert!(ended.contains("every chapter is written"), "{ended}");
    }

    /// Runs it, kills its process at these points (a step, and a pause after that), and takes it up again each time.
    pub fn killed_at(&self, points: &[(usize, Duration)]) -> Crashes {
        let mut crashes = Crashes::default();
        let mut process = self.start("run");
        for (step, pause) in points {
            let begun = Instant::now();
            while self.step.load(Ordering::SeqCst) < *step && !has_ended(&mut process.terminal) {
                assert!(begun.elapsed() < PATIENCE, "step {step} does not come");
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(*pause);
            if has_ended(&mut process.terminal) {
                break;
            }
            let _ = Command::new("kill").args(["-9", &process.pid.to_string()]).stderr(Stdio::null()).status().expect("kill");
            let _ = process.terminal.wait().expect("it ends");
            crashes.killed += 1;
            if self.state() == "finished" {
                return crashes;
            }
            process = self.start(if self.is_begun() { "resume" } else { "run" });
            crashes.resumed += 1;
        }
        let ended = self.wait(process);
        assert!(ended.contains("every chapter is written"), "{ended}");
        crashes
    }

    /// How the run stands, in a word.
    pub fn state(&self) -> String {
        let told = self.say(&["--format", "json", "runs"]);
        let newest = told.lines().next().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        newest.map(|run| run["state"].as_str().expect("a state").to_owned()).unwrap_or_default()
    }

    fn is_begun(&self) -> bool {
        !self.state().is_empty()
    }

    fn start(&self, command: &str) -> Process {
        let (note, out) = (self.home.join("pid"), self.home.join("out.txt"));
        let _ = std::fs::remove_file(&note);
        let task = if command == "run" { "'write every chapter'" } else { "" };
        let line =
            format!("echo $$ > {} && exec {} {command} {task} {} > {}", shell(&note), shell(&self.binary), CAPS.join(" "), shell(&out));
        let mut terminal = terminal::command(&line, &self.work, &self.home).spawn().expect("`script` runs");
        let person = terminal::answering(&mut terminal, "", std::iter::repeat("y".to_owned()));
        let begun = Instant::now();
        let pid = loop {
            if let Some(pid) = std::fs::read_to_string(&note).ok().and_then(|text| text.trim().parse().ok()) {
                break pid;
            }
            assert!(begun.elapsed() < PATIENCE && !has_ended(&mut terminal), "the binary does not start");
            std::thread::sleep(Duration::from_millis(1));
        };
        Process { terminal, pid, _person: person }
    }

    /// Waits for the end; gives what it printed.
    fn wait(&self, mut process: Process) -> String {
        let begun = Instant::now();
        while !has_ended(&mut process.terminal) {
            assert!(begun.elapsed() < PATIENCE, "it does not end; step {}", self.step.load(Ordering::SeqCst));
            std::thread::sleep(Duration::from_millis(5));
        }
        self.seen.lock().expect("a lock").look(&self.work);
        std::fs::read_to_string(self.home.join("out.txt")).unwrap_or_default()
    }

    /// The files of the workspace.
    pub fn files(&self) -> BTreeMap<String, String> {
        files(&self.work)
    }

    /// The memory without identifiers and leaves: topic, text, state.
    pub fn memory(&self) -> Vec<[String; 3]> {
        let told = self.say(&["--format", "json", "memory", "verify"]);
        let member = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let entries = told.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        entries.map(|entry| ["topic", "text", "state"].map(|name| member(&entry, name))).collect()
    }

    /// The published calls.
    pub fn history(&self) -> usize {
        self.say(&["--format", "json", "history", "--count", "100000"]).lines().count()
    }

    /// The project's folder in the state.
    pub fn project(&self) -> PathBuf {
        let mut projects = std::fs::read_dir(self.home.join("data/projects")).expect("projects");
        projects.next().expect("a project").expect("a folder").path()
    }

    /// Memories that are staged and not committed. An unfinished file, which a kill leaves and nothing reads, is none.
    pub fn staged_memories(&self) -> usize {
        let Ok(staged) = std::fs::read_dir(self.project().join("memory/staged")) else { return 0 };
        staged.filter(|file| !file.as_ref().expect("a file").file_name().to_string_lossy().starts_with(".tmp-")).count()
    }

    /// How often an event of this kind stands in the ledger.
    pub fn events(&self, kind: &str) -> usize {
        let lines = std::fs::read_to_string(self.project().join("ledger/ledger.jsonl")).expect("a ledger");
        lines.lines().filter(|line| line.contains(&format!("\"type\":\"{kind}\""))).count()
    }

    /// File versions that appeared more than once, and lines of the log that are there twice.
    pub fn repeated(&self) -> usize {
        let versions = self.seen.lock().expect("a lock").versions.values().filter(|count| **count > 1).count();
        let log = std::fs::read_to_string(self.work.join("log.txt")).expect("a log");
        let mut lines: Vec<&str> = log.lines().collect();
        lines.sort_unstable();
        let before = lines.len();
        lines.dedup();
        versions + before - lines.len()
    }
}

/// Points at which a run is killed, spread over all its steps: the same for the same seed.
pub fn points(seed: u64, count: usize, steps: usize, longest_pause: Duration) -> Vec<(usize, Duration)> {
    let mut state = seed;
    // SplitMix64.
    let mut next = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let pause = u64::try_from(longest_pause.as_micros()).expect("a pause");
    let mut points: Vec<(usize, Duration)> =
        (0..count).map(|_| (next() as usize % steps + 1, Duration::from_micros(next() % pause))).collect();
    points.sort_unstable();
    points
}

fn has_ended(child: &mut Child) -> bool {
    child.try_wait().expect("a child").is_some()
}

fn shell(path: &Path) -> String {
    format!("'{}'", path.display())
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".cofferdam-")) {
                let name = path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
                found.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}
