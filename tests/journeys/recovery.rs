//! A publish that is killed half-way, and a person who decides what becomes of it.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::Person;

/// Large enough that writing it takes longer than noticing that it began.
const SIZE: usize = 4 << 20;

/// Kills `edit.move` of a large file, a.txt to b.txt, between the moment when it is committed and the one when it is finished.
/// Gives the call.
fn kill_a_move(person: &Person, content: &str) -> String {
    loop {
        person.put("a.txt", content);
        let mut child = person
            .command(&["call", "edit.move", r#"{"from": "a.txt", "to": "b.txt"}"#])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the binary runs");
        let ended = loop {
            if committed(person).is_some() {
                child.kill().expect("it is killed");
                break child.wait().expect("it ends");
            }
            if let Some(ended) = child.try_wait().expect("a child") {
                break ended;
            }
        };
        if let Some(call) = committed(person) {
            return call;
        }
        // It was faster; once more.
        assert!(ended.success() || ended.code().is_none(), "{ended}");
        std::fs::remove_file(person.work().join("b.txt")).expect("it is there");
    }
}

/// The call whose record says that it is being published.
fn committed(person: &Person) -> Option<String> {
    let journal = project(person)?.join("journal");
    let names = std::fs::read_dir(journal).ok()?.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.strip_suffix(".committed").map(ToOwned::to_owned)).next()
}

/// The project's state folder.
fn project(person: &Person) -> Option<PathBuf> {
    std::fs::read_dir(person.home("data/projects")).ok()?.next().map(|entry| entry.expect("an entry").path())
}

/// The workspace without what a killed publish had begun to write beside its place.
fn files(person: &Person) -> Vec<(String, Vec<u8>)> {
    person.tree().into_iter().filter(|(name, _)| !name.starts_with(".cofferdam-")).collect()
}

/// The events of the ledger by which recovery closed an intent.
fn recoveries(person: &Person) -> Vec<Value> {
    let lines = std::fs::read_to_string(project(person).expect("a project").join("ledger/ledger.jsonl")).expect("a ledger");
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON").pointer("/event").cloned().expect("an event"));
    events.filter(|event| event.get("type") == Some(&json!("recovered"))).collect()
}

#[test]
fn another_programs_change_after_a_crash_is_kept_and_the_rest_taken_back() {
    let person = Person::new();
    let original = "x".repeat(SIZE);
    let call = kill_a_move(&person, &original);
    person.put("b.txt", "theirs");
    let before = files(&person);

    // Every command says the same, names the way out, and touches nothing.
    let told = person.run(&["call", "files.list", "{}"]).refused(1, "publish.recovery-conflict");
    assert!(told.contains("`b.txt`") && told.contains("hint: see what is half-done with `cofferdam recover`"), "{told}");
    let shown = person.run(&["--format", "json", "recover"]).json();
    assert_eq!(shown["call"], *call);
    let paths = shown["paths"].as_array().expect("paths");
    assert!(paths.contains(&json!({"path": "b.txt", "standing": "theirs"})) && paths.len() == 2, "{shown}");
    assert!(person.run(&["recover"]).stderr.contains("cofferdam recover --keep-theirs"));
    person.run(&["recover", "--keep-theirs"]).refused(3, "cli.not-confirmed");
    assert!(files(&person) == before);
    assert!(recoveries(&person).is_empty());

    let came = person.run(&["recover", "--keep-theirs", "--yes"]).ok();
    assert!(came.contains(&format!("call {call} is taken back")) && came.contains("kept b.txt"), "{came}");
    assert!(person.get("a.txt") == Some(original));
    assert_eq!(person.get("b.txt").as_deref(), Some("theirs"));
    assert_eq!(person.tree().len(), 2, "no temporary file is left");
    let closed = recoveries(&person);
    assert!(closed.len() == 1 && closed[0]["call"] == *call && closed[0]["recovery"] == "rolled-back", "{closed:?}");
    assert!(project(&person).expect("a project").join(format!("aside/{call}.record")).is_file());

    assert!(person.run(&["recover"]).stderr.contains("nothing is half-done"));
    person.run(&["recover", "--keep-theirs"]).ok();
    person.call("edit.move", &json!({"from": "a.txt", "to": "c.txt"})).ok();
    person.run(&["ledger", "checkpoint"]).ok();
}

#[test]
fn a_crash_that_nobody_else_touched_is_shown_and_completed_by_the_next_command() {
    let person = Person::new();
    let original = "y".repeat(SIZE);
    let call = kill_a_move(&person, &original);
    let shown = person.run(&["recover"]);
    assert!(shown.stderr.contains("the next command completes it"), "{}", shown.stderr);
    assert!(shown.ok().contains(&format!("call {call} is half-done")));
    assert!(recoveries(&person).is_empty(), "looking recovers nothing");
    assert_eq!(person.run(&["--format", "json", "recover", "--keep-theirs"]).json()["outcome"], "completed");
    assert!(person.get("a.txt").is_none() && person.get("b.txt") == Some(original));
    assert_eq!(recoveries(&person).len(), 1);
}
