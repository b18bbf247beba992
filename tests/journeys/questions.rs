//! Questions to a person at a terminal: only what is typed after one answers it, and Ctrl-C ends the wait.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    harness::{Came, Person},
    model_server::{ModelServer, calls, results, says},
};

fn with_model(server: &ModelServer) -> Person {
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person
}

/// A model that reads a file about which a person is asked.
fn reading_a_secret() -> ModelServer {
    ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("files_read", json!({"path": ".env"}))]),
        _ => says("done"),
    }))
}

fn state(person: &Person) -> Value {
    let told = person.run(&["--format", "json", "runs"]).ok();
    serde_json::from_str::<Value>(told.lines().next().expect("a run")).expect("JSON")["state"].clone()
}

#[test]
fn what_was_typed_before_a_question_does_not_answer_it() {
    let server = reading_a_secret();
    let person = with_model(&server);
    person.put(".env", "KEY=1\n");
    for (answer, word) in [("n\n", "refused[policy.declined]"), ("y\n", "verified")] {
        let came = person.at_terminal_after(&["run", "x"], "y\ny\nn\n", answer);
        assert!(came.exit == 0 && came.stdout.contains("Allow this once?") && came.stdout.contains(word), "{}", came.stdout);
    }
}

/// Runs the binary at a terminal, presses Ctrl-C at its first question, and checks that it ends as interrupted.
fn interrupted_at_a_question(person: &Person) {
    let (note, seen) = (person.home("pid"), person.home("seen.txt"));
    let line = format!("echo $$ > '{}' && exec '{}' run x", note.display(), env!("CARGO_BIN_EXE_cofferdam"));
    let mut command = std::process::Command::new("script");
    command.args(["-qefc", &line]).arg(&seen).current_dir(person.work()).env_clear().env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh");
    command.env("COFFERDAM_HOME", person.home("")).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut terminal = command.spawn().expect("util-linux's script");
    // Without it, the person would have hung up.
    let _keyboard = terminal.stdin.take();
    let begun = Instant::now();
    while !std::fs::read_to_string(&seen).is_ok_and(|text| text.contains("Allow this once?")) {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody is asked");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(state(person), "running");
    let pid = std::fs::read_to_string(&note).expect("a process").trim().to_owned();
    let pressed = Instant::now();
    std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill");
    let ended = terminal.wait().expect("it ends");
    assert_eq!(ended.code(), Some(130), "{}", std::fs::read_to_string(&seen).unwrap_or_default());
    assert!(pressed.elapsed() < Duration::from_secs(5), "{:?}", pressed.elapsed());
    assert_eq!(state(person), "interrupted");
}

#[test]
fn ctrl_c_while_a_person_is_asked_ends_the_run_and_a_resumed_one_asks_again() {
    let server = reading_a_secret();
    let person = with_model(&server);
    person.put(".env", "KEY=1\n");
    interrupted_at_a_question(&person);
    // Nobody is there now: the same call is asked about again, and refused for it.
    let told: Came = person.run(&["resume"]);
    assert!(told.stderr.contains("refused[policy.unanswered]"), "{}", told.stderr);
    assert_eq!(told.ok().trim(), "done");
}

#[test]
fn ctrl_c_at_the_question_whether_the_conversation_may_be_sent_interrupts_the_run() {
    let server = ModelServer::start(Box::new(|_, _| says("done")));
    let person = with_model(&server);
    let ask = "@id(\"ask\")\n@ask(\"sending\")\nforbid(principal, action == Action::\"model:send\", resource);\n";
    person.put(".cofferdam/policies/ask.cedar", ask);
    person.run(&["policy", "accept"]).ok();
    interrupted_at_a_question(&person);
    assert!(server.requests().is_empty());
    // Without a terminal the answer is no, which is not a wish to stop.
    person.run(&["resume"]).refused(3, "policy.unanswered");
    assert_eq!(person.at_terminal(&["resume"], "y\n").exit, 0);
}
