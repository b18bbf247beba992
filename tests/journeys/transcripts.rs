//! What was said: shown as the ledger vouches for it, searched, exported, and removed from every file.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{
    harness::{AfterDemo, Person},
    model_server::{ModelServer, calls, results, says},
};

/// Stands in one file of the workspace, and in nothing that the model says.
const SECRET: &str = "tok-0Hq7vXw2";

/// A person whose agent read a file with a secret, and stopped before it was done: the run can be resumed.
struct AfterSecret {
    person: Person,
    server: ModelServer,
    run: String,
    call: String,
}

impl AfterSecret {
    fn new() -> Self {
        let server = ModelServer::start(Box::new(|_, request| match results(request) {
            0 => calls(&[("files_read", json!({"path": "notes.txt"})), ("edit_create", json!({"path": "a.txt", "content": "made\n"}))]),
            _ => says("done"),
        }));
        let person = Person::new();
        person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
        person.put("notes.txt", format!("the token is {SECRET}\n"));
        let stopped = person.run(&["run", "look at the notes", "--cap", "steps=1"]);
        assert_eq!(stopped.exit, 5, "{}", stopped.stderr);
        let line = person.run(&["--format", "json", "transcript", "grep", SECRET]).ok();
        let line: Value = serde_json::from_str(line.lines().find(|line| line.contains("\"outcome\"")).expect("a hit")).expect("JSON");
        let word = |name: &str| line[name].as_str().expect("a word").to_owned();
        Self { run: word("run"), call: word("call"), person, server }
    }

    fn redact(&self) -> String {
        self.person.run(&["transcript", "redact", &self.run, "--call", &self.call, "--reason", "a token", "--by", "Ann", "--yes"]).ok()
    }

    fn project(&self) -> PathBuf {
        project(&self.person)
    }

    fn verify_ledger(&self) {
        verify_ledger(&self.person);
    }
}

fn project(person: &Person) -> PathBuf {
    std::fs::read_dir(person.home("data/projects")).expect("projects").next().expect("one").expect("an entry").path()
}

/// By the auditor, which shares no code with the ledger.
fn verify_ledger(person: &Person) {
    use std::{process::Command, sync::OnceLock};
    static BUILT: OnceLock<()> = OnceLock::new();
    // Not a dependency of this package, so nothing else keeps it up to date.
    BUILT.get_or_init(|| {
        assert!(Command::new(env!("CARGO")).args(["build", "-q", "-p", "cofferdam-audit"]).status().expect("cargo").success())
    });
    let auditor = Path::new(env!("CARGO_BIN_EXE_cofferdam")).with_file_name("cofferdam-audit");
    let output = Command::new(auditor).args(["ledger", "verify"]).arg(project(person).join("ledger")).output().expect("the auditor runs");
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

/// The files below a folder that hold some bytes.
fn holding(folder: &Path, bytes: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding(&path, bytes));
        } else if std::fs::read(&path).expect("a file").windows(bytes.len()).any(|window| window == bytes.as_bytes()) {
            found.push(path);
        }
    }
    found
}

fn events(person: &Person, kind: &str) -> Vec<Value> {
    let lines = std::fs::read_to_string(project(person).join("ledger/ledger.jsonl")).expect("a ledger");
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["event"].clone());
    events.filter(|event| event["type"] == kind).collect()
}

/// CWE-532: a secret left in a log.
#[test]
fn a_redacted_secret_is_in_no_file_and_the_ledger_still_verifies() {
    let after = AfterSecret::new();
    assert!(holding(&after.project(), SECRET).len() >= 2, "transcript and journal");
    let told = after.person.run(&["transcript", "redact", &after.run, "--call", &after.call, "--reason", "a token"]);
    told.refused(3, "transcript.not-confirmed");
    assert!(holding(&after.project(), SECRET).len() >= 2, "unasked, nothing is removed");

    assert!(after.redact().contains("from the journal of its run"));
    assert_eq!(holding(&after.project(), SECRET), Vec::<PathBuf>::new());
    after.verify_ledger();
    let event = &events(&after.person, "transcript-redacted")[0];
    assert_eq!((event["call"].as_str(), event["by"].as_str()), (Some(after.call.as_str()), Some("Ann")));
    assert!(!event.to_string().contains("a token"), "the reason is committed to, not told");
    let shown = after.person.run(&["transcript", "show", &after.run]).ok();
    assert!(shown.contains("[redacted by Ann on ") && shown.contains("a token") && !shown.contains(SECRET), "{shown}");
    assert!(shown.contains("[in the ledger: leaf "), "other calls are as they were: {shown}");

    // Again: there is nothing left in the transcript, and the journal stays as it is.
    after.redact();
    after.person.run(&["resume", "--cap", "steps=9"]).ok();
    let last = after.server.requests().pop().expect("requests").to_string();
    assert!(last.contains("a person removed what this call showed") && !last.contains(SECRET), "{last}");
    after.verify_ledger();
    assert!(after.person.run(&["transcript", "show", &after.run]).ok().contains("the answer\n  done"));
}

/// Removals that are not done; an unfinished file that a kill left is none.
fn on_the_way(after: &AfterSecret) -> usize {
    let Ok(entries) = std::fs::read_dir(after.project().join("removals")) else { return 0 };
    entries.filter(|entry| entry.as_ref().expect("an entry").path().extension().is_some_and(|suffix| suffix == "json")).count()
}

#[test]
fn a_redaction_that_is_killed_anywhere_is_whole_or_has_not_begun() {
    let (mut before, mut completed) = (0, 0);
    for wait in 0..24 {
        let after = AfterSecret::new();
        let arguments = ["transcript", "redact", &after.run, "--call", &after.call, "--reason", "a token", "--yes"];
        let mut child = after
            .person
            .command(&arguments)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it runs");
        // From the first file that it makes on, a little later each time.
        let begun = std::time::Instant::now();
        while !after.project().join("removals").read_dir().is_ok_and(|mut entries| entries.next().is_some())
            && begun.elapsed().as_secs() < 5
        {
            if child.try_wait().expect("a child").is_some() {
                break;
            }
        }
        std::thread::sleep(std::time::Duration::from_micros(400 * wait));
        let _ = child.kill();
        child.wait().expect("it ends");
        // The next command completes it or drops it.
        after.person.run(&["memory", "list"]).ok();
        let told = events(&after.person, "transcript-redacted").len();
        let left = holding(&after.project(), SECRET).len();
        assert!((told == 0) == (left > 0), "killed after {wait}: the ledger tells {told} times, {left} files have it");
        assert_eq!(on_the_way(&after), 0, "nothing is left on the way");
        after.verify_ledger();
        after.person.run(&["transcript", "show", &after.run]).ok();
        *(if told == 0 { &mut before } else { &mut completed }) += 1;
    }
    assert!(completed > 0, "{before} before, {completed} completed");
}

#[test]
fn a_text_that_was_changed_added_or_taken_out_is_told_and_exits_with_4() {
    let person = Person::new();
    person.put("a.txt", "one");
    person.call("files.read", &json!({"path": "a.txt"})).ok();
    let file = std::fs::read_dir(project(&person).join("transcripts")).expect("transcripts").next().expect("one").expect("an entry").path();
    let original = std::fs::read_to_string(&file).expect("a transcript");
    let run = file.file_stem().expect("a name").to_string_lossy().into_owned();
    let show = || person.run(&["transcript", "show", &run]);
    show().ok();
    let changed = |text: String, code: &str, shown: &str| {
        std::fs::write(&file, text).expect("written");
        let came = show();
        assert!(came.stdout.contains(shown), "{}", came.stdout);
        came.refused(4, code);
        std::fs::write(&file, &original).expect("written");
    };
    changed(original.replace("a.txt", "b.txt"), "transcript.not-as-recorded", "[DIFFERS: ");
    changed(original.lines().skip(1).map(|line| format!("{line}\n")).collect(), "transcript.not-as-recorded", "[missing: ");
    let call = original.split("\"call\":\"").nth(1).expect("a call").get(..26).expect("its name").to_owned();
    let last = if call.ends_with('0') { '1' } else { '0' };
    let another = format!("{}{last}", call.get(..25).expect("26 digits"));
    let other = format!("{original}{}\n", original.lines().next().expect("a line").replace(&call, &another));
    changed(other, "transcript.not-as-recorded", "[NOT IN THE LEDGER]");
    changed(original.replacen("\"v\":1", "\"v\":2", 1), "transcript.damaged", "");
    // A last line without its end is what a crash leaves.
    std::fs::write(&file, format!("{original}{{\"v\":1,\"ti")).expect("written");
    show().ok();
}

/// CWE-150: what a tool or a file said does not act on the terminal.
#[test]
fn escapes_in_what_was_said_are_shown_and_do_not_act() {
    let person = Person::new();
    person.put("a.txt", "red \u{1b}[31m and \u{202e}turned");
    person.call("files.read", &json!({"path": "a.txt"})).ok();
    let run = person.run(&["transcript", "list"]).ok().get(..26).expect("a run").to_owned();
    for command in [&["transcript", "show", &run][..], &["transcript", "grep", "turned"], &["transcript", "list"]] {
        let shown = person.run(command).ok();
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    }
}

#[test]
fn an_export_is_private_new_and_says_what_was_checked() {
    use std::os::unix::fs::PermissionsExt as _;
    let after = AfterSecret::new();
    let file = after.person.home("run.jsonl").to_string_lossy().into_owned();
    after.person.run(&["transcript", "export", &after.run, "--output", &file]).ok();
    assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).expect("a file");
    assert_eq!(after.person.run(&["--format", "json", "transcript", "show", &after.run]).ok(), text);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(lines.iter().filter(|line| line["kind"] == "line").all(|line| line["check"] == "in the ledger"));
    assert!(lines.iter().any(|line| line["call"] == *after.call && line["said"] == "outcome"));
    after.person.run(&["transcript", "export", &after.run, "--output", &file]).refused(1, "cli.file");
}

#[test]
fn words_are_found_whatever_their_case_and_only_in_the_run_that_is_asked_for() {
    let after = AfterSecret::new();
    let hits = after.person.run(&["transcript", "grep", "THE", "token"]).ok();
    assert!(hits.lines().count() >= 2 && hits.contains("outcome: ") && hits.contains("shown: "), "{hits}");
    assert_eq!(after.person.run(&["transcript", "grep", "the", "token", "--run", &after.run]).ok(), hits);
    assert!(after.person.run(&["transcript", "grep", "nowhere at all"]).ok().is_empty());
    after.person.run(&["transcript", "grep", "x", "--run", "01jd2k7c9m4v8w3x5y6z7a8b9c"]).refused(1, "transcript.unknown-run");
    after
        .person
        .run(&["transcript", "redact", &after.run, "--call", "01jd2k7c9m4v8w3x5y6z7a8b9c", "--reason", "x", "--yes"])
        .refused(1, "transcript.nothing-to-redact");
    after.person.run(&["transcript", "redact", &after.run, "--call", &after.call, "--reason", " ", "--yes"]).refused(2, "transcript.words");
}

#[test]
fn a_full_project_refuses_calls_before_they_run_and_a_prune_is_the_way_out() {
    let after = AfterSecret::new();
    let person = &after.person;
    person.put("b.txt", "x");
    person.call("files.read", &json!({"path": "b.txt"})).ok();
    let listed = person.run(&["transcript", "list"]).ok();
    let single = listed.lines().last().expect("a run").get(..26).expect("its name").to_owned();
    // A part of a run that is gone otherwise; it has no blocks on the disk.
    let huge = after.project().join("transcripts/00000000000000000000000000.jsonl");
    std::fs::File::create(&huge).expect("a file").set_len(4 << 30).expect("sparse");
    let told = person.call("edit.create", &json!({"path": "c.txt", "content": "x"})).refused(5, "transcript.project-full");
    assert!(told.contains("cofferdam transcript prune"), "{told}");
    assert!(person.get("c.txt").is_none());
    person.run(&["transcript", "show", &single]).ok();
    let stopped = person.run(&["run", "look again"]).refused(5, "transcript.project-full");
    assert!(stopped.contains("cofferdam resume"), "{stopped}");

    person.run(&["transcript", "prune", "--keep", "0"]).refused(3, "transcript.not-confirmed");
    let removed = person.run(&["transcript", "prune", "--keep", "0", "--by", "Ann", "--yes"]).ok();
    assert!(removed.contains(&single) && removed.contains("00000000000000000000000000") && !removed.contains(&after.run), "{removed}");
    assert!(!huge.exists());
    let event = &events(person, "transcript-pruned")[0];
    assert_eq!(event["by"], "Ann");
    assert!(person.run(&["transcript", "show", &single]).ok().contains("[transcript removed by Ann on "));
    // What can be resumed stayed, and goes on; when it is done, it may go too, with its journal.
    person.run(&["resume", &after.run, "--cap", "steps=9"]).ok();
    person.run(&["transcript", "show", &after.run]).ok();
    person.run(&["transcript", "prune", "--before", "2000-01-01", "--yes"]).ok();
    assert!(holding(&after.project(), SECRET).len() >= 2);
    assert!(person.run(&["transcript", "prune", "--before", "9999-12-31", "--yes"]).ok().contains(&after.run));
    assert_eq!(holding(&after.project(), SECRET), Vec::<PathBuf>::new());
    after.verify_ledger();
}

#[test]
fn a_memory_holds_after_the_call_that_it_cites_was_redacted_and_its_run_is_not_pruned() {
    let demo = AfterDemo::new();
    let package = std::fs::read_to_string(demo.package("package.json")).expect("a file");
    std::fs::write(demo.package("package.json"), package.replace("1.0.1", "1.0.0")).expect("written");
    let memory = demo.run(&["--format", "json", "memory", "search", "--only", "memory", "source", "map"]).json();
    let call = memory["calls"][0].as_str().expect("a cited call");
    let run = demo.run(&["--format", "json", "transcript", "list"]).ok();
    let runs = run.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let run = runs.filter_map(|run| run["agent"].as_str().map(ToOwned::to_owned)).next().expect("a run of the agent");
    let told = demo.run(&["transcript", "redact", &run, "--call", call, "--reason", "a test", "--yes"]);
    assert!(told.stderr.contains("kept in the project's state for `cofferdam undo`"), "{}", told.stderr);
    told.ok();
    assert!(demo.run(&["memory", "verify"]).ok().contains("[fresh] packaging"));
    assert!(!demo.run(&["transcript", "prune", "--keep", "0", "--yes"]).ok().contains(&run));
    assert!(demo.run(&["transcript", "show", &run, "--call", call]).ok().contains("[redacted by a person on "));
}

/// A person whose agent read a file with a secret in one run, and recalled it in a second one, and that recall once more.
struct AfterRecall {
    person: Person,
    server: ModelServer,
    /// The run that read it, and the call.
    read: (String, String),
    /// The run that recalled it.
    recalled: String,
}

impl AfterRecall {
    fn new() -> Self {
        Self::of("files_read", json!({"path": "notes.txt"}))
    }

    /// With another call in the first run, whose arguments or outcome have the secret.
    fn of(function: &'static str, arguments: Value) -> Self {
        let server = ModelServer::start(Box::new(move |_, request| {
            let asked = request["messages"].as_array().expect("messages")[1]["content"].as_str().expect("a task").to_owned();
            match (asked.starts_with("recall"), results(request)) {
                (false, 0) => calls(&[(function, arguments.clone())]),
                (true, 0) => calls(&[("memory_recall", json!({"words": "the token of the notes"}))]),
                // The look is the first call.
                (true, 1) => calls(&[("memory_recall", json!({"call": 2}))]),
                (true, 2) => calls(&[("memory_recall", json!({"call": 3}))]),
                (_, _) => says("done"),
            }
        }));
        let person = Person::new();
        person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
        person.put("notes.txt", format!("the token is {SECRET}\n"));
        let run = |task: &str| person.run(&["--format", "json", "run", task]).json()["run"].as_str().expect("a run").to_owned();
        let (read, recalled) = (run("look at the notes"), run("recall them"));
        let line = person.run(&["--format", "json", "transcript", "grep", SECRET]).ok();
        let mut hits = line.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let call = hits.find_map(|hit| hit["call"].as_str().map(ToOwned::to_owned)).expect("a call");
        Self { read: (read, call), recalled, person, server }
    }

    fn redact(&self, kinds: &[&str]) -> crate::harness::Came {
        let (run, call) = &self.read;
        let kinds = kinds.iter().flat_map(|kind| ["--kind", kind]);
        let arguments = ["transcript", "redact", run, "--call", call, "--reason", "a token", "--yes"];
        self.person.run(&arguments.into_iter().chain(kinds).collect::<Vec<_>>())
    }

    fn journal(&self, run: &str) -> PathBuf {
        project(&self.person).join(format!("runs/{run}.jsonl"))
    }
}

/// CWE-532 and CWE-212: what was recalled is removed with what it was recalled from.
#[test]
fn what_other_runs_recalled_of_a_redacted_call_is_in_no_file_either() {
    let after = AfterRecall::new();
    let recalled = std::fs::read_to_string(after.journal(&after.recalled)).expect("a journal");
    assert_eq!(recalled.matches(SECRET).count(), 3, "it, its copy, and the copy of that: {recalled}");
    // An unfinished file that a crash left in each folder.
    let state = project(&after.person);
    for folder in ["transcripts", "removals", "runs", "index", "memory/history", "memory/topics"] {
        std::fs::write(state.join(folder).join(".tmp-1-0"), SECRET).expect("written");
    }
    let told = after.redact(&[]);
    assert!(told.stdout.contains("from the journal of its run, and from 1 journals that recalled them"), "{}", told.stdout);
    told.ok();
    assert_eq!(holding(&state, SECRET), Vec::<PathBuf>::new());
    verify_ledger(&after.person);
    let shown = after.person.run(&["transcript", "show", &after.recalled]).ok();
    assert_eq!(shown.matches("a person removed what this call showed").count(), 3, "{shown}");
    assert!(after.server.requests().len() >= 6);
}

#[test]
fn arguments_that_were_recalled_go_with_those_of_the_call() {
    let after = AfterRecall::of("edit_create", json!({"path": "a.txt", "content": format!("the token is {SECRET}\n")}));
    let recalled = || std::fs::read_to_string(after.journal(&after.recalled)).expect("a journal").matches(SECRET).count();
    after.redact(&["reads"]).ok();
    assert_eq!(recalled(), 3);
    after.redact(&["arguments"]).ok();
    assert_eq!(recalled(), 0);
}

#[test]
fn a_damaged_journal_stands_in_the_way_of_no_other_run_and_is_named() {
    let after = AfterRecall::new();
    let (run, _) = &after.read;
    after.person.call("files.read", &json!({"path": "notes.txt"})).ok();
    let listed = after.person.run(&["transcript", "list"]).ok();
    let single = listed.lines().last().expect("a run").get(..26).expect("its name").to_owned();
    let damage = |of: &str| {
        let file = after.journal(of);
        let text = std::fs::read_to_string(&file).expect("a journal");
        std::fs::write(&file, text.replacen("\"step\":\"observed\"", "\"step\":\"obscured\"", 1)).expect("written");
        move || std::fs::write(&file, &text).expect("written")
    };
    // That of the run itself: nobody can say what would be left.
    let mend = damage(run);
    after.redact(&[]).refused(4, "agent.journal");
    let nowhere = ["transcript", "redact", &single, "--call", "01jd2k7c9m4v8w3x5y6z7a8b9c", "--reason", "x", "--yes"];
    let told = after.person.run(&nowhere).refused(4, "agent.journal");
    assert!(told.contains(run.as_str()), "the call may be in that one: {told}");
    assert!(events(&after.person, "transcript-redacted").is_empty());
    // Neither it nor what it may belong to is pruned, and the others are.
    let pruned = after.person.run(&["transcript", "prune", "--keep", "0", "--yes"]).ok();
    assert!(!pruned.contains(run.as_str()) && pruned.contains(&single) && pruned.contains(&after.recalled), "{pruned}");
    mend();
    after.redact(&[]).ok();
    // Another one: what it recalled cannot be taken out, and that is said.
    let after = AfterRecall::new();
    let file = after.journal(&after.recalled);
    let text = std::fs::read_to_string(&file).expect("a journal");
    std::fs::write(&file, text.replacen("\"step\":\"observed\"", "\"step\":\"obscured\"", 1)).expect("written");
    let told = after.redact(&[]);
    assert!(told.stderr.contains("do not read back, so what they recalled of it stays: ") && told.stderr.contains(&after.recalled));
    told.ok();
    assert_eq!(holding(&project(&after.person), SECRET), [file]);
    assert_eq!(std::fs::read_dir(project(&after.person).join("removals")).expect("removals").count(), 0);
}

#[test]
fn what_a_run_at_work_recalled_goes_when_it_is_done() {
    use std::sync::{Arc, Mutex, OnceLock};
    let (folder, told) = (Arc::new(OnceLock::<PathBuf>::new()), Arc::new(Mutex::new(String::new())));
    let was_shown = Arc::new(Mutex::new(false));
    let (root, heard, shown) = (Arc::clone(&folder), Arc::clone(&told), Arc::clone(&was_shown));
    let server = ModelServer::start(Box::new(move |_, request| {
        let asked = request["messages"].as_array().expect("messages")[1]["content"].as_str().expect("a task").to_owned();
        match (asked.starts_with("recall"), results(request)) {
            (false, 0) => return calls(&[("files_read", json!({"path": "notes.txt"}))]),
            (true, 0) => return calls(&[("memory_recall", json!({"words": "the token of the notes"}))]),
            (true, 1) => {}
            (_, _) => return says("done"),
        }
        // While the run waits for its model, somebody else redacts what it recalled, and looks at the run.
        let root = root.get().expect("a folder");
        let cofferdam = |arguments: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cofferdam"));
            command.args(arguments).current_dir(root.join("work")).env_clear().env("COFFERDAM_HOME", root.join("home"));
            command.stdin(std::process::Stdio::null()).output().expect("the binary runs")
        };
        let hits = String::from_utf8_lossy(&cofferdam(&["--format", "json", "transcript", "grep", SECRET]).stdout).into_owned();
        let hit: Value = serde_json::from_str(hits.lines().find(|line| line.contains("\"outcome\"")).expect("a hit")).expect("JSON");
        let (run, call) = (hit["run"].as_str().expect("a run"), hit["call"].as_str().expect("a call"));
        let came = cofferdam(&["transcript", "redact", run, "--call", call, "--reason", "x", "--yes"]);
        *heard.lock().expect("a lock") = String::from_utf8_lossy(&came.stderr).into_owned();
        // A journal that does not read back keeps nobody from opening the workspace while the removal is on its way.
        let state = std::fs::read_dir(root.join("home/data/projects")).expect("projects").next().expect("one").expect("an entry").path();
        std::fs::write(state.join("runs/01jd2k7c9m4v8w3x5y6z7a8b9c.jsonl"), "{}\n").expect("written");
        *shown.lock().expect("a lock") = cofferdam(&["transcript", "show", run]).status.success();
        says("done")
    }));
    let person = Person::new();
    folder.set(person.work().parent().expect("a parent").to_owned()).expect("once");
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person.put("notes.txt", format!("the token is {SECRET}\n"));
    person.run(&["run", "look at the notes"]).ok();
    let run = person.run(&["--format", "json", "run", "recall them"]).json()["run"].as_str().expect("a run").to_owned();
    let told = told.lock().expect("a lock").clone();
    assert!(told.contains("what they recalled of it goes with the first command after they are done: ") && told.contains(&run), "{told}");
    assert!(*was_shown.lock().expect("a lock"));
    assert_eq!(holding(&project(&person), SECRET).len(), 1, "only what it recalled itself");
    person.run(&["memory", "list"]).ok();
    assert_eq!(holding(&project(&person), SECRET), Vec::<PathBuf>::new());
    verify_ledger(&person);
}

#[test]
fn a_run_that_another_process_is_at_work_on_is_not_redacted() {
    use std::sync::{Arc, Mutex, OnceLock};
    let (folder, told) = (Arc::new(OnceLock::<PathBuf>::new()), Arc::new(Mutex::new(String::new())));
    let (root, heard) = (Arc::clone(&folder), Arc::clone(&told));
    let server = ModelServer::start(Box::new(move |_, request| {
        if results(request) == 0 {
            return calls(&[("files_read", json!({"path": "a.txt"}))]);
        }
        // While the run waits for its model, somebody else redacts its call.
        let root = root.get().expect("a folder");
        let cofferdam = |arguments: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cofferdam"));
            command.args(arguments).current_dir(root.join("work")).env_clear().env("COFFERDAM_HOME", root.join("home"));
            command.stdin(std::process::Stdio::null()).output().expect("the binary runs")
        };
        let hits = String::from_utf8_lossy(&cofferdam(&["--format", "json", "transcript", "grep", "a.txt"]).stdout).into_owned();
        let hit: Value = serde_json::from_str(hits.lines().next().expect("a hit")).expect("JSON");
        let (run, call) = (hit["run"].as_str().expect("a run"), hit["call"].as_str().expect("a call"));
        let came = cofferdam(&["transcript", "redact", run, "--call", call, "--reason", "x", "--yes"]);
        *heard.lock().expect("a lock") = String::from_utf8_lossy(&came.stderr).into_owned();
        says("done")
    }));
    let person = Person::new();
    folder.set(person.work().parent().expect("a parent").to_owned()).expect("once");
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person.put("a.txt", "x");
    person.run(&["run", "read a.txt"]).ok();
    let told = told.lock().expect("a lock").clone();
    assert!(told.contains("error[store.state-held]") && told.contains("hint: wait until the other `cofferdam` command"), "{told}");
    assert!(events(&person, "transcript-redacted").is_empty());
}
