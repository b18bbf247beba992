//! Runs with a plan, runs that get nowhere, runs that stop: how each ends, what it says, and how it goes on.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    harness::{Person, came},
    long_run::{LongRun, points},
    long_script::{LongScript, REMEMBERED_FACT, SEEN_FACT},
    model_server::{Answer, ModelServer, calls, results, says},
};

fn with_model(server: &ModelServer) -> Person {
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person
}

/// What the model was shown at last, message by message.
fn shown(server: &ModelServer) -> Vec<String> {
    let request = server.requests().pop().expect("requests");
    let messages = request["messages"].as_array().expect("messages").iter();
    messages.map(|message| message["content"].as_str().unwrap_or_default().to_owned()).collect()
}

fn plan(steps: &[(&str, &str, &[u64])]) -> (&'static str, Value) {
    let steps = steps.iter().map(|(step, status, calls)| json!({"step": step, "status": status, "calls": calls}));
    ("plan_update", json!({"steps": steps.collect::<Vec<_>>()}))
}

/// The newest run, as `runs` tells of it.
fn standing(person: &Person) -> Value {
    let told = person.run(&["--format", "json", "runs"]).ok();
    serde_json::from_str(told.lines().next().expect("a run")).expect("JSON")
}

/// The journal of the one run.
fn journal(person: &Person) -> std::path::PathBuf {
    let runs = person.find(&person.home("data/projects"), ".jsonl").parent().expect("a folder").to_owned();
    let project = runs.ancestors().find(|folder| folder.parent().is_some_and(|above| above.ends_with("projects"))).expect("a project");
    person.find(&project.join("runs"), ".jsonl")
}

#[test]
fn a_plan_is_checked_kept_over_a_stop_compared_with_the_world_and_shown_at_the_end() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[plan(&[("make a", "doing", &[]), ("make b", "pending", &[])])]),
        1 => calls(&[plan(&[("make a", "done", &[9]), ("make b", "pending", &[])])]),
        2 => calls(&[("edit_create", json!({"path": "a.txt", "content": "a\n"}))]),
        // The look at the folder is call 1, so that this was call 4.
        3 => calls(&[plan(&[("make a", "done", &[4])])]),
        4 => calls(&[plan(&[("make a", "done", &[4]), ("make b", "doing", &[])])]),
        5 => calls(&[("edit_replace", json!({"path": "a.txt", "find": "a", "put": "aa"}))]),
        6 => calls(&[("edit_create", json!({"path": "b.txt", "content": "b\n"}))]),
        7 => calls(&[plan(&[("make a", "done", &[4, 7]), ("make b", "done", &[8])])]),
        _ => says("done"),
    }));
    let person = with_model(&server);
    person.run(&["run", "make both", "--cap", "steps=6"]).refused(5, "model.cap");
    let told = shown(&server);
    assert!(told.iter().any(|text| text.contains("call 9 is no verified call of this run")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("`make b` is missing")), "{told:?}");
    // The run's own later edit of the file is no doubt.
    let last = told.last().expect("a message");
    assert!(last.contains("1. [done, call 4] make a\n2. [doing] make b") && !last.contains("BUT"), "{last}");
    let stopped = standing(&person);
    assert_eq!((stopped["state"].as_str(), stopped["detail"].as_str()), (Some("stopped-at-cap"), Some("steps")));
    assert_eq!(stopped["open"], json!(["make b"]));
    assert!(stopped["needed"].as_str().expect("a command").ends_with("--cap steps=N"), "{stopped}");

    person.put("a.txt", "somebody else's\n");
    let ended = person.run(&["--format", "json", "resume", "--cap", "steps=99"]).json();
    let told = shown(&server);
    let reminders = told.iter().filter(|text| text.contains("open or in doubt:\n- make a")).count();
    assert_eq!(reminders, 1, "{told:?}");
    let last = told.last().expect("a message");
    assert!(last.contains("1. [done, call 4, 7] make a\n   BUT since call 4, a.txt was changed by somebody else: look again"), "{last}");
    assert_eq!((ended["state"].as_str(), &ended["open"]), (Some("finished-with-open-steps"), &json!(["make a"])));
    let text = person.run(&["runs"]).ok();
    assert!(text.contains("finished-with-open-steps") && text.contains("open step: make a"), "{text}");
    let transcript = person.run(&["transcript", "show", standing(&person)["run"].as_str().expect("a run")]).ok();
    assert!(
        transcript.contains("stopped: stopped-at-cap (steps)") && transcript.contains("step 1 of the plan is in doubt"),
        "{transcript}"
    );
}

#[test]
fn a_cited_call_that_was_taken_back_is_told() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("edit_create", json!({"path": "a.txt", "content": "a\n"}))]),
        1 => calls(&[plan(&[("make a", "done", &[2])])]),
        2 => calls(&[("files_list", json!({}))]),
        _ => says("done"),
    }));
    let person = with_model(&server);
    person.run(&["run", "make a", "--cap", "steps=2"]).refused(5, "model.cap");
    person.run(&["undo"]).ok();
    person.run(&["resume", "--cap", "steps=9"]).ok();
    let told = shown(&server);
    assert!(told.last().expect("a message").contains("BUT call 2 was taken back"), "{told:?}");
}

#[test]
fn without_a_plan_nothing_is_shown_and_nobody_is_reminded() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("files_list", json!({"depth": 2}))]),
        _ => says("done"),
    }));
    let person = with_model(&server);
    let ended = person.run(&["--format", "json", "run", "look"]).json();
    assert_eq!((ended["state"].as_str(), server.requests().len()), (Some("finished"), 2));
    assert!(!shown(&server).iter().any(|text| text.contains("plan")));
    assert_eq!(standing(&person)["needed"], Value::Null);
}

#[test]
fn a_model_that_asks_for_the_same_again_and_again_is_stopped() {
    let server = ModelServer::start(Box::new(|count, _| {
        // Something new beside it each time: only the same call counts.
        calls(&[("files_read", json!({"path": "../x"})), ("files_read", json!({"path": "a.txt", "max_bytes": 10 + count}))])
    }));
    let person = with_model(&server);
    person.put("a.txt", "x");
    let told = person.run(&["run", "look"]).refused(5, "agent.circles");
    assert!(
        told.contains("the same call 6 times") && told.contains("hint: look at what it tried with `cofferdam transcript show`"),
        "{told}"
    );
    assert_eq!(server.requests().len(), 6);
    let standing = standing(&person);
    assert_eq!(standing["state"], "stopped-in-circles");
    person.run(&["resume"]).refused(5, "agent.circles");
    assert_eq!(server.requests().len(), 12, "whoever resumes it gives it new patience");
}

#[test]
fn answers_that_bring_nothing_end_the_run_before_its_budget() {
    let server = ModelServer::start(Box::new(|count, _| match count {
        1 => calls(&[("files_list", json!({"depth": 2}))]),
        _ if count % 2 == 0 => calls(&[("files_read", json!({"path": format!("../{count}")}))]),
        _ => calls(&[plan(&[(&count.to_string(), "dropped", &[])])]),
    }));
    let person = with_model(&server);
    let told = person.run(&["run", "look"]).refused(5, "agent.circles");
    assert!(told.contains("10 answers in a row brought nothing"), "{told}");
    assert_eq!(server.requests().len(), 11);
}

#[test]
fn a_call_that_cannot_be_taken_back_and_whose_end_is_lost_is_unknown_and_not_made_again_unasked() {
    let send = || ("mail_send", json!({"to": "a@example.org"}));
    let server = ModelServer::start(Box::new(move |_, request| match results(request) {
        0 => calls(&[("files_list", json!({"depth": 2}))]),
        5.. => says("done"),
        _ => calls(&[send()]),
    }));
    let person = with_model(&server);
    person.run(&["run", "send it", "--cap", "steps=1"]).refused(5, "model.cap");
    interrupt_an_irrevocable_call(&person, false);

    let came = person.run(&["resume", "--cap", "steps=3"]);
    assert!(came.stderr.contains("unknown: it was being made when the run was interrupted"), "{}", came.stderr);
    assert!(came.stderr.contains("it is not known whether these calls were done: 3"), "{}", came.stderr);
    came.refused(5, "model.cap");
    let told = shown(&server);
    assert!(told.iter().any(|text| text.contains("\"call\":3,\"unknown\":")), "{told:?}");
    let unknown = standing(&person);
    assert_eq!(unknown["unknown"], json!([3]));
    assert!(person.run(&["runs"]).ok().contains("not known whether done: call 3"));
    let told = std::fs::read_to_string(journal(&person)).expect("a journal");
    assert!(told.contains("the same as call 3, of which it is not known whether it was done"), "{told}");

    person.run(&["resume", "--repeat-unknown", "2"]).refused(2, "agent.not-unknown");
    person.run(&["resume", "--repeat-unknown", "3", "--cap", "steps=9"]).ok();
    let told = shown(&server);
    assert!(told.iter().any(|text| text.contains("Call 3") && text.contains("the person permits it")), "{told:?}");
    // This time it was made: there is no such tool.
    assert!(told.iter().any(|text| text.contains("\"call\":6,\"refused\":\"gate.unknown-tool\"")), "{told:?}");
}

#[test]
fn a_call_that_cannot_be_taken_back_and_that_was_completed_is_found_again_and_not_made_twice() {
    let server = ModelServer::start(Box::new(move |_, request| match results(request) {
        0 => calls(&[("files_list", json!({"depth": 2}))]),
        _ => says("done"),
    }));
    let person = with_model(&server);
    person.run(&["run", "send it", "--cap", "steps=1"]).refused(5, "model.cap");
    interrupt_an_irrevocable_call(&person, true);

    let came = person.run(&["resume", "--cap", "steps=3"]);
    assert!(came.stderr.contains("found again: it was done before the interruption"), "{}", came.stderr);
    let _ = came.ok();
    assert!(shown(&server).iter().any(|text| text.contains("\"call\":3,\"verified\":true")), "{:?}", shown(&server));
    assert_eq!(standing(&person)["unknown"], json!([]));
}

/// Writes what a crash in the middle of an irrevocable call would leave, or one right after it: no tool here can make one. In the
/// journal the model asked for it and it was begun; in the ledger its intent is open, or closed.
fn interrupt_an_irrevocable_call(person: &Person, is_completed: bool) {
    let append = |path: &std::path::Path, line: &Value| {
        let mut text = std::fs::read(path).expect("a file");
        text.extend(cofferdam_base::canonical::to_vec(line).expect("JSON"));
        std::fs::write(path, [text, b"\n".to_vec()].concat()).expect("written");
    };
    let call = "01m8a9e8pedbnjqb1wh3db5mpw";
    let path = journal(person);
    let steps = std::fs::read_to_string(&path).expect("a journal");
    let steps: Vec<Value> = steps.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut answered = steps.iter().find(|step| step["step"] == "answered").expect("an answer").clone();
    answered["response"]["calls"] = json!([{"id": "c0", "name": "mail_send", "arguments": "{\"to\": \"a@example.org\"}"}]);
    append(&path, &answered);
    append(&path, &json!({"step": "calling", "id": "c0", "call": call}));
    let ledger = person.find(&person.home("data/projects"), "ledger/ledger.jsonl");
    let entries = std::fs::read_to_string(&ledger).expect("a ledger");
    let mut entry: Value = serde_json::from_str(entries.lines().last().expect("an entry")).expect("JSON");
    let changes = format!("sha256:{}", "0".repeat(64));
    entry["event"] = json!({"type": "intent", "call": call, "effect": "irrevocable", "changes": changes, "count": 1});
    append(&ledger, &entry);
    if is_completed {
        entry["event"] = json!({"type": "published", "call": call});
        append(&ledger, &entry);
    }
}

/// Creates a file, changes it, says so.
fn two_edits(results: usize) -> Answer {
    match results {
        0 => calls(&[("edit_create", json!({"path": "a.txt", "content": "one two\n"}))]),
        1 => calls(&[("edit_replace", json!({"path": "a.txt", "find": "two", "put": "three"}))]),
        _ => says("done"),
    }
}

#[test]
fn ctrl_c_while_a_tool_runs_ends_the_run_after_the_call() {
    let (told, process) = std::sync::mpsc::channel::<u32>();
    let server = ModelServer::start(Box::new(move |count, request| {
        if count == 1 {
            let pid = process.recv().expect("a process").to_string();
            // It comes after the answer, while the call is made.
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill")
            });
        }
        match results(request) {
            0 => calls(&[("edit_move", json!({"from": "a.txt", "to": "b.txt"})), ("files_read", json!({"path": "c.txt"}))]),
            _ => says("done"),
        }
    }));
    let person = with_model(&server);
    // Large enough that moving it takes longer than noticing the wish.
    person.put("a.txt", "x".repeat(8 << 20));
    person.put("c.txt", "c");
    let child = person.command(&["run", "x"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    told.send(child.id()).expect("a server");
    let ended = came(child.wait_with_output().expect("it ends"));
    assert!(!ended.stderr.contains("files_read"), "{}", ended.stderr);
    ended.refused(130, "agent.interrupted");
    assert!(person.get("a.txt").is_none() && person.get("b.txt").is_some(), "the call came to its end");
    assert_eq!(standing(&person)["state"], "interrupted");
    assert_eq!(person.run(&["resume"]).ok().trim(), "done");
    assert_eq!(person.run(&["--format", "json", "history"]).ok().lines().count(), 1);
}

#[test]
fn a_second_ctrl_c_ends_the_run_at_once_and_it_goes_on_later() {
    let server = ModelServer::start(Box::new(|count, request| {
        if count == 2 {
            std::thread::sleep(Duration::from_secs(2));
        }
        two_edits(results(request))
    }));
    let person = with_model(&server);
    let child = person.command(&["run", "x"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    while server.requests().len() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    for _ in 0..2 {
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    }
    let pressed = Instant::now();
    let ended = came(child.wait_with_output().expect("it ends"));
    assert!(ended.exit == 130 && pressed.elapsed() < Duration::from_secs(1), "{} {:?}", ended.exit, pressed.elapsed());
    assert!(["interrupted", "crashed"].contains(&standing(&person)["state"].as_str().expect("a state")));
    assert_eq!(person.run(&["resume"]).ok().trim(), "done");
    assert_eq!(person.run(&["--format", "json", "history"]).ok().lines().count(), 2);
}

/// A long run of a person whose tools are compiled already.
fn long_run(person: &Person) -> LongRun {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_cofferdam"));
    LongRun::new(binary, &person.home(""), &person.work(), LongScript { steps: 40 }, 8_000)
}

#[test]
fn a_long_run_that_is_killed_a_dozen_times_comes_to_the_same_as_one_that_is_not() {
    let people = [Person::new(), Person::new()];
    let [whole, killed] = people.each_ref().map(long_run);
    whole.whole();
    let crashes = killed.killed_at(&points(7, 12, 40, Duration::from_millis(25)));
    assert!(crashes.killed >= 6, "{crashes:?}");
    assert_eq!(whole.files()["quote.txt"], format!("{REMEMBERED_FACT}\n{SEEN_FACT}\n"));
    assert_eq!(killed.files(), whole.files());
    assert_eq!((killed.memory(), killed.memory().len()), (whole.memory(), 5));
    assert_eq!((killed.repeated(), killed.staged_memories()), (0, 0));
    assert_eq!(killed.history(), whole.history());
    assert_eq!((killed.state(), whole.state()), ("finished".to_owned(), "finished".to_owned()));
    people[1].run(&["ledger", "checkpoint"]).ok();
}

#[test]
fn a_model_that_is_not_to_plan_is_offered_no_plan() {
    let server = ModelServer::start(Box::new(|_, _| says("done")));
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted", "--no-plans"]).ok();
    let session = person.home("session.jsonl").to_string_lossy().into_owned();
    person.run(&["run", "nothing", "--record", &session]).ok();
    let offered = server.requests()[0]["tools"].to_string();
    assert!(offered.contains("memory_recall") && !offered.contains("plan_update"), "{offered}");
    let run = standing(&person)["run"].as_str().expect("a run").to_owned();
    assert_eq!(person.run(&["--format", "json", "context", "show", &run, "--step", "1"]).json()["as_sent"], true);
    assert_eq!(person.run(&["run", "nothing", "--recorded", &session]).ok().trim(), "done");
}

#[test]
fn what_somebody_changed_can_be_looked_at_again_and_so_can_what_was_recalled() {
    let person = Person::new();
    person.put("a.txt", "one");
    let file = person.work().join("a.txt");
    let read = || ("files_read", json!({"path": "a.txt"}));
    let server = ModelServer::start(Box::new(move |count, _| match count {
        1 => calls(&[read()]),
        2 => calls(&[plan(&[("look at a.txt", "done", &[2])])]),
        3 => {
            std::fs::write(&file, "two").expect("written");
            calls(&[("files_list", json!({}))])
        }
        4 => calls(&[read()]),
        5 | 6 => calls(&[("memory_recall", json!({"call": 2}))]),
        7 => calls(&[plan(&[("look at a.txt", "done", &[5])])]),
        _ => says("done"),
    }));
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    assert_eq!(person.run(&["run", "look at a.txt"]).ok().trim(), "done");
    let results: Vec<String> = shown(&server);
    let again = results.iter().find(|result| result.contains("\"call\":5")).expect("a result");
    assert!(again.contains("\"verified\":true") && again.contains("two"), "{again}");
    assert_eq!(results.iter().filter(|result| result.contains("\"earlier\"")).count(), 2, "{results:?}");
}
