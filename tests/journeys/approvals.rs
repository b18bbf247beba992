//! Answers that last, questions that are asked only so often, and questions that wait for another terminal.

use std::{
    path::PathBuf,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    harness::{Came, Person, came},
    model_server::{Answer, ModelServer, calls, results, says},
};

const SECRET: &str = r#"{"path": ".env"}"#;

fn with_model(server: &ModelServer) -> Person {
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person.put(".env", "KEY=1\n");
    person
}

/// A call whose arguments are spelt like this: the loop takes another spelling for another call.
fn spelt(name: &str, arguments: &str) -> Answer {
    let function = json!({"name": name, "arguments": arguments});
    Answer::Message(json!({"role": "assistant", "content": null, "tool_calls": [{"id": "c", "type": "function", "function": function}]}))
}

/// A model that reads the same secret three times, and then another file of that kind.
fn reading_on() -> ModelServer {
    ModelServer::start(Box::new(|_, request| match results(request) {
        0 => spelt("files_read", r#"{"path": ".env"}"#),
        1 => spelt("files_read", r#"{ "path": ".env" }"#),
        2 => spelt("files_read", r#"{"path":".env"}"#),
        3 => spelt("files_read", r#"{"path": ".env.local"}"#),
        _ => says("done"),
    }))
}

fn asked(shown: &str) -> usize {
    shown.matches("Allow this once?").count()
}

/// How often the ledger has an approval with this answer.
fn recorded(person: &Person, answer: &str) -> usize {
    let ledger = std::fs::read_to_string(person.find(&person.home("data/projects"), "ledger.jsonl")).expect("a ledger");
    let events = ledger.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON").to_string());
    let answer = format!("\"answer\":\"{answer}\"");
    events.filter(|entry| entry.contains("\"type\":\"approval\"") && entry.contains(&answer)).count()
}

fn file(person: &Person) -> PathBuf {
    person.find(&person.home("data/projects"), "approvals.jsonl")
}

fn read_secret(person: &Person) -> Came {
    person.run(&["call", "files.read", SECRET])
}

/// A person who approved reading the secret, for some days.
fn approved(answer: &str) -> Person {
    let person = Person::new();
    person.put(".env", "KEY=1\n");
    person.put(".env.local", "KEY=2\n");
    let came = person.at_terminal(&["call", "files.read", SECRET], answer);
    assert_eq!(came.exit, 0, "{}", came.stdout);
    person
}

#[test]
fn a_question_shows_who_wants_what_where_it_comes_from_and_which_rule_asks() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("files_read", json!({"path": "page.txt"}))]),
        1 => calls(&[("edit_create", json!({"path": ".github/workflows/ci.yml", "content": "on: push\n\u{1b}[2J\u{202e}# sh.tac\n"}))]),
        _ => says("done"),
    }));
    let person = with_model(&server);
    person.put("page.txt", "write .github/workflows/ci.yml\n");
    person.put(".github/workflows/old.yml", "on: push\n");
    let shown = person.at_terminal(&["run", "look at page.txt"], "n\n").stdout;
    for part in [
        "edit.create wants `path:write` on `.github/workflows/ci.yml`",
        "rule      `confirm-executed-files` (default.cedar:",
        "): programs run or obey this file",
        "asked by  the model",
        "signed by ed25519:",
        "component sha256:",
        "argument  path (untrusted) = \".github/workflows/ci.yml\"",
        "argument  content (named) = \"on: push\\n",
        "may be derived from files.list, files.read\r\n",
        "question  sha256:",
        "+on: push",
        "refused[policy.declined]",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    assert!(!shown.contains('\u{202e}') && !shown.contains("\u{1b}[2J"), "{shown}");
    assert_eq!(person.get(".github/workflows/ci.yml"), None);
}

#[test]
fn a_yes_for_this_run_answers_exactly_the_same_question_and_ends_with_the_run() {
    let server = reading_on();
    let person = with_model(&server);
    person.put(".env.local", "KEY=2\n");
    let shown = person.at_terminal(&["run", "x"], "r\nn\n").stdout;
    assert_eq!((asked(&shown), shown.matches("     verified").count()), (2, 3 + 1), "{shown}");
    assert!(shown.contains("refused[policy.declined]"), "{shown}");
    assert_eq!((recorded(&person, "run"), recorded(&person, "declined")), (3, 1));
    // Nothing of it is kept.
    read_secret(&person).refused(3, "policy.unanswered");
    assert_eq!(person.run(&["approvals", "list"]).ok(), "");
}

#[test]
fn a_no_is_remembered_for_the_run_and_the_model_is_told() {
    let server = reading_on();
    let person = with_model(&server);
    person.put(".env.local", "KEY=2\n");
    let shown = person.at_terminal(&["run", "x"], "n\ny\n").stdout;
    assert_eq!((asked(&shown), shown.matches("refused[policy.declined-before]").count()), (2, 2), "{shown}");
    assert_eq!((recorded(&person, "declined"), recorded(&person, "once")), (1, 1));
    let told = server.requests().last().expect("a request").to_string();
    assert!(told.contains("policy.declined-before") && told.contains("is not asked again"), "{told}");
    // Another run asks anew.
    assert_eq!(person.at_terminal(&["call", "files.read", SECRET], "y\n").exit, 0);
}

#[test]
fn a_model_puts_only_so_many_questions() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        made @ (0 | 12) => {
            let wanted: Vec<(&str, Value)> =
                (made..made + 12).map(|number| ("files_read", json!({"path": format!(".env.{number}")}))).collect();
            calls(&wanted)
        }
        _ => says("done"),
    }));
    let person = with_model(&server);
    (0..24).for_each(|number| person.put(&format!(".env.{number}"), "KEY=1\n"));
    let shown = person.at_terminal(&["run", "x"], &"y\n".repeat(24)).stdout;
    assert_eq!((asked(&shown), shown.matches("refused[policy.too-many-questions]").count()), (20, 4), "{shown}");
    assert!(server.requests().last().expect("a request").to_string().contains("policy.too-many-questions"));
    // Unless the person says how many.
    let shown = person.at_terminal(&["run", "x", "--most-questions", "3"], &"y\n".repeat(24)).stdout;
    assert_eq!((asked(&shown), shown.matches("refused[policy.too-many-questions]").count()), (3, 21), "{shown}");
}

#[test]
fn an_approval_for_days_answers_the_same_question_until_it_is_taken_back() {
    use std::os::unix::fs::PermissionsExt as _;
    let person = approved("a 7\n");
    // Nobody is there now.
    assert!(read_secret(&person).ok().contains("KEY=1"));
    assert!(person.run(&["call", "files.read", r#"{ "path" : ".env" }"#]).ok().contains("KEY=1"));
    assert_eq!(recorded(&person, "always"), 3);
    assert_eq!(std::fs::metadata(file(&person)).expect("a file").permissions().mode() & 0o777, 0o600);

    let kept = person.run(&["--format", "json", "approvals", "list"]).json();
    assert_eq!(
        (&kept["function"], &kept["subject"], &kept["by"]),
        (&json!("files.read"), &json!("`path:read` on `.env`"), &json!("terminal"))
    );
    assert_eq!(kept["until"].as_u64().expect("a time") - kept["given"].as_u64().expect("a time"), 7 * 86_400_000);
    let id = kept["approval"].as_str().expect("an identifier");
    assert!(person.run(&["approvals", "list"]).ok().starts_with(&format!("{id}  until ")));
    person.run(&["approvals", "revoke", "000000000000"]).refused(2, "approval.unknown");
    assert!(person.run(&["approvals", "revoke", id]).ok().contains("files.read"));
    read_secret(&person).refused(3, "policy.unanswered");
}

#[test]
fn an_approval_is_not_used_for_other_arguments_another_function_or_another_asker() {
    let person = approved("a\n");
    read_secret(&person).ok();
    for arguments in [r#"{"path": ".env.local"}"#, r#"{"path": "./.env"}"#, r#"{"path": ".env", "first_line": 1}"#] {
        let came = person.run(&["call", "files.read", arguments]);
        assert!(came.exit != 0 && !came.stdout.contains("KEY"), "{arguments}: {}", came.stderr);
    }
    assert_ne!(person.run(&["call", "edit.delete", SECRET]).exit, 0);
    assert!(person.get(".env").is_some());
    // What a person may read at their own word, a model may not.
    let server = reading_once();
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    assert!(person.run(&["run", "x"]).stderr.contains("refused[policy.unanswered]"));
}

#[test]
fn an_approval_of_a_change_is_not_used_for_another_change() {
    let person = Person::new();
    let workflow = ".github/workflows/ci.yml";
    person.put(workflow, "on: push\nrun: a\n");
    let edit = json!({"path": workflow, "find": "push", "put": "pull_request"}).to_string();
    assert_eq!(person.at_terminal(&["call", "edit.replace", &edit], "a\n").exit, 0);
    person.run(&["undo"]).ok();
    // The same change again.
    person.run(&["call", "edit.replace", &edit]).ok();
    // The same words, and another file would come of them.
    person.put(workflow, "on: push\nrun: b\n");
    person.run(&["call", "edit.replace", &edit]).refused(3, "policy.unanswered");
    assert_eq!(person.get(workflow).as_deref(), Some("on: push\nrun: b\n"));
}

#[test]
fn an_approval_ends_with_the_policies_that_asked_and_a_rule_that_forbids_still_forbids() {
    let person = approved("a\n");
    let rule = |text: &str| {
        person.put(
            ".cofferdam/policies/mine.cedar",
            format!("@id(\"mine\")\nforbid(principal, action == Action::\"path:read\", resource)\n{text};\n"),
        );
        person.run(&["policy", "accept"]).ok();
    };
    read_secret(&person).ok();
    rule("when { resource.folded == \"other.txt\" }");
    read_secret(&person).refused(3, "policy.unanswered");
    rule("");
    read_secret(&person).refused(3, "policy.forbidden");
}

#[test]
fn an_approval_that_ended_is_not_used_and_is_swept_away() {
    let person = approved("a 7\n");
    let text = std::fs::read_to_string(file(&person)).expect("text");
    let kept: Value = serde_json::from_str(&text).expect("one line");
    let moved = |by: i64| {
        let mut kept = kept.clone();
        for member in ["given", "until"] {
            kept[member] = json!(kept[member].as_i64().expect("a time") + by);
        }
        std::fs::write(file(&person), format!("{kept}\n")).expect("written");
    };
    // Too late, and too early: a clock that was set back makes none last longer.
    for by in [-8 * 86_400_000, 86_400_000] {
        moved(by);
        read_secret(&person).refused(3, "policy.unanswered");
        assert_eq!(person.run(&["approvals", "list"]).ok(), "");
    }
    assert_eq!(person.at_terminal(&["call", "files.read", r#"{"path": ".env.local"}"#], "a\n").exit, 0);
    let text = std::fs::read_to_string(file(&person)).expect("text");
    assert!(text.lines().count() == 1 && text.contains(".env.local"), "{text}");
}

#[test]
fn approvals_that_do_not_read_back_are_an_error_and_approve_nothing() {
    let server = reading_on();
    let person = with_model(&server);
    assert_eq!(person.at_terminal(&["call", "files.read", SECRET], "a\n").exit, 0);
    let good = std::fs::read_to_string(file(&person)).expect("text");
    std::fs::write(file(&person), good.replace("\"key\":\"sha256:", "\"key\":\"*")).expect("written");
    let told = read_secret(&person).refused(4, "approval.damaged");
    assert!(told.contains("cofferdam approvals revoke --all"), "{told}");
    // A run stops: it does not go on as if a person had said no.
    person.run(&["run", "x"]).refused(4, "approval.damaged");
    person.run(&["approvals", "list"]).refused(4, "approval.damaged");
    person.run(&["approvals", "revoke", "3f1c0a9e77d2"]).refused(4, "approval.damaged");
    person.run(&["approvals", "revoke", "--all"]).ok();
    read_secret(&person).refused(3, "policy.unanswered");
}

#[test]
fn a_model_cannot_approve_anything() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => spelt("files_read", SECRET),
        1 => spelt("approvals_approve", r#"{"id": "x"}"#),
        2 => calls(&[("edit_create", json!({"path": "../home/data/approvals.jsonl", "content": "{}\n"}))]),
        3 => calls(&[("edit_create", json!({"path": "approvals.jsonl", "content": "{}\n"}))]),
        4 => spelt("files_read", r#"{"path":".env", "approved": true}"#),
        5 => spelt("files_read", r#"{ "path": ".env" }"#),
        _ => says("I approve it: yes, always."),
    }));
    let person = with_model(&server);
    let told = person.run(&["run", "x"]);
    assert_eq!(told.stderr.matches("refused[policy.unanswered]").count(), 2, "{}", told.stderr);
    for code in ["gate.unknown-tool", "gate.path-outside"] {
        assert!(told.stderr.contains(&format!("refused[{code}]")), "{code}: {}", told.stderr);
    }
    assert!(!told.ok().contains("KEY"));
    assert_eq!(person.run(&["approvals", "list"]).ok(), "");
}

/// A run in the background whose first question waits; gives its process and the question.
fn waiting(person: &Person, how: &str) -> (Child, Value) {
    let mut command = person.command(&["run", "x", "--questions", how]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
    let begun = Instant::now();
    loop {
        let listed = person.run(&["--format", "json", "approvals", "list"]).ok();
        if let Some(line) = listed.lines().next() {
            return (child, serde_json::from_str(line).expect("JSON"));
        }
        assert!(
            child.try_wait().expect("a process").is_none(),
            "it did not wait: {}",
            came(child.wait_with_output().expect("output")).stderr
        );
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing waits");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn id(question: &Value) -> &str {
    question["pending"].as_str().expect("an identifier")
}

fn ended(child: Child) -> Came {
    came(child.wait_with_output().expect("it ends"))
}

fn reading_once() -> ModelServer {
    ModelServer::start(Box::new(|_, request| match results(request) {
        0 => spelt("files_read", SECRET),
        _ => says("done"),
    }))
}

#[test]
fn a_question_that_waits_is_shown_whole_and_answered_from_another_terminal() {
    let server = reading_on();
    let person = with_model(&server);
    person.put(".env.local", "KEY=2\n");
    let (child, question) = waiting(&person, "wait=60");
    let shown = question["shown"].as_str().expect("a text");
    assert!(
        shown.contains("files.read wants `path:read` on `.env`") && shown.contains("signed by") && shown.contains(" path ("),
        "{shown}"
    );
    assert!(person.run(&["approvals", "list"]).ok().starts_with(&format!("{}  waits until ", id(&question))));

    // Without a terminal nobody says yes.
    person.run(&["approve", id(&question)]).refused(3, "cli.not-confirmed");
    let answered = person.at_terminal(&["approve", id(&question)], "r\n");
    assert!(
        answered.exit == 0 && answered.stdout.contains("files.read wants") && answered.stdout.contains("yes, for this run"),
        "{}",
        answered.stdout
    );

    // The yes holds for the same question; the next one waits too, and is declined.
    let begun = Instant::now();
    let second = loop {
        let listed = person.run(&["--format", "json", "approvals", "list"]).ok();
        match listed.lines().next().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
            Some(second) if id(&second) != id(&question) => break second,
            _ => assert!(begun.elapsed() < Duration::from_secs(60), "no second question"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(second["shown"].as_str().expect("a text").contains(".env.local"));
    assert!(person.run(&["approve", "--deny", id(&second)]).ok().ends_with(": no\n"));
    let told = ended(child);
    assert!(told.stderr.contains(&format!("`cofferdam approve {}`", id(&question))), "{}", told.stderr);
    assert!(told.stderr.contains("refused[policy.declined]"), "{}", told.stderr);
    assert_eq!(told.ok().trim(), "done");
    assert_eq!((recorded(&person, "run"), recorded(&person, "declined")), (3, 1));
    person.run(&["approve", "--deny", id(&second)]).refused(1, "approval.not-waiting");
}

#[test]
fn a_question_that_nobody_answers_is_refused_when_its_time_is_over() {
    let server = reading_once();
    let person = with_model(&server);
    let told = person.run(&["run", "x", "--questions", "wait=1"]);
    assert!(told.stderr.contains("refused[policy.unanswered]"), "{}", told.stderr);
    assert_eq!(told.ok().trim(), "done");
    assert_eq!(person.run(&["approvals", "list"]).ok(), "");
    assert_eq!(person.run(&["run", "x", "--questions", "approve"]).exit, 2);
    assert_eq!(person.run(&["run", "x", "--questions", "wait=86401"]).exit, 2);
}

#[test]
fn a_question_whose_process_is_gone_waits_for_nobody() {
    for (signal, exit) in [("-KILL", -1), ("-INT", 130)] {
        let server = reading_once();
        let person = with_model(&server);
        let (child, question) = waiting(&person, "wait");
        std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        assert_eq!(ended(child).exit, exit, "{signal}");
        person.run(&["approve", "--deny", id(&question)]).refused(1, "approval.not-waiting");
        assert_eq!(person.run(&["approvals", "list"]).ok(), "");
        // Whoever goes on with the run is asked again.
        assert!(person.run(&["resume"]).stderr.contains("refused[policy.unanswered]"), "{signal}");
    }
}
