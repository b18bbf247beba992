//! What a run remembers: committed only with evidence, checked at every look.

use serde_json::json;

use crate::{
    harness::{AfterDemo, Came, Person},
    model_server::{ModelServer, calls, results, says},
};

/// The demo's own folder: its run remembered one thing, and `package.json` was changed since.
struct Remembered(AfterDemo);

impl Remembered {
    fn new() -> Self {
        Self(AfterDemo::new())
    }

    fn run(&self, arguments: &[&str]) -> Came {
        self.0.run(arguments)
    }

    fn set_version(&self, version: &str) {
        let path = self.0.package("package.json");
        let text = std::fs::read_to_string(&path).expect("a file");
        let old = if text.contains("1.0.1") { "1.0.1" } else { "1.0.0" };
        std::fs::write(&path, text.replace(old, version)).expect("written");
    }

    fn topic(&self) -> std::path::PathBuf {
        self.0.find("data/projects", "topics/packaging.md")
    }
}

#[test]
fn an_entry_is_stale_when_a_cited_file_changed_and_fresh_when_it_is_back() {
    let demo = Remembered::new();
    let told = demo.run(&["memory", "verify"]);
    assert!(told.stdout.contains("[stale: package.json changed] packaging"), "{}", told.stdout);
    told.refused(4, "memory.not-fresh");
    demo.set_version("1.0.0");
    let shown = demo.run(&["memory", "verify"]).ok();
    assert!(shown.contains("[fresh] packaging") && shown.contains("shown by edit.replace"), "{shown}");
    assert!(demo.run(&["memory", "list"]).ok().contains("packaging  1 entries"));
    assert!(demo.run(&["memory", "show", "packaging"]).ok().contains("[fresh]"));
    assert!(demo.run(&["memory", "search", "SOURCE", "map"]).ok().contains("[fresh]"));
    assert!(demo.run(&["memory", "search", "elsewhere"]).ok().is_empty());
    demo.run(&["memory", "show", "nothing"]).refused(1, "memory.unknown-topic");
    std::fs::remove_file(demo.0.package("dist/cli.js")).expect("removed");
    let told = demo.run(&["memory", "verify"]);
    assert!(told.stdout.contains("dist/cli.js is gone"), "{}", told.stdout);
}

#[test]
fn what_was_written_or_changed_by_hand_is_never_shown_as_verified() {
    let demo = Remembered::new();
    demo.set_version("1.0.0");
    let topic = demo.topic();
    let original = std::fs::read_to_string(&topic).expect("a file");
    for (changed, why) in [
        (original.replace("is not published", "is published"), "it was changed after it was recorded"),
        (original.replacen("3 postconditions", "9 postconditions", 1), "it was changed after it was recorded"),
        (original.replace("- drafted: untrusted", "- drafted: trusted"), "it was changed after it was recorded"),
        (original.replacen("- recorded: leaf ", "- recorded: leaf 1", 1), "the ledger does not tell of it"),
        (original.replacen("> ", ">  ", 1), "written or changed by hand"),
        (format!("{original}I was always here.\n"), "written or changed by hand"),
    ] {
        assert_ne!(changed, original);
        std::fs::write(&topic, &changed).expect("written");
        let told = demo.run(&["memory", "verify"]);
        assert!(told.stdout.contains("[unverifiable: ") && told.stdout.contains(why), "{why}: {}", told.stdout);
        told.refused(4, "memory.not-fresh");
    }
    std::fs::write(&topic, &original).expect("written");
    demo.run(&["memory", "verify"]).ok();
}

#[test]
fn a_memory_from_text_of_outside_needs_a_person() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("files_read", json!({"path": "a.txt"}))]),
        1 => calls(&[("memory_remember", json!({"topic": "notes", "text": "a.txt says x", "calls": [2]}))]),
        _ => says("done"),
    }));
    let person = Person::new();
    person.put("a.txt", "x");
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    let came = person.run(&["run", "remember a.txt"]);
    assert!(came.stderr.contains("refused[policy.unanswered]"), "{}", came.stderr);
    came.ok();
    assert!(person.run(&["memory", "list"]).ok().is_empty());
    // The user's own file may say otherwise.
    let permissive = "@id(\"x\")\npermit(principal, action, resource);\n";
    std::fs::create_dir_all(person.home("config/policies")).expect("a folder");
    std::fs::write(person.home("config/policies/mine.cedar"), permissive).expect("written");
    person.run(&["policy", "accept"]).ok();
    let came = person.run(&["run", "remember a.txt"]);
    assert!(came.stderr.contains("refused[policy.unanswered]"), "an ask is stricter than a permit: {}", came.stderr);
}

#[test]
fn a_persons_own_edit_is_recorded_as_such_and_passes_the_check() {
    let demo = Remembered::new();
    demo.set_version("1.0.0");
    let notes = demo.0.home("notes.md");
    std::fs::write(&notes, "Releases are cut on Fridays.\n").expect("written");
    let told = demo.run(&["memory", "edit", "releases", "--file", &notes.to_string_lossy()]).ok();
    assert!(told.contains("1 statements recorded as yours"), "{told}");
    let shown = demo.run(&["memory", "verify"]).ok();
    assert!(shown.contains("[stated: by a person] releases\n  Releases are cut on Fridays."), "{shown}");
    // The same words put there behind the program's back are not theirs.
    let topic = demo.0.find("data/projects", "topics/releases.md");
    let original = std::fs::read_to_string(&topic).expect("a file");
    std::fs::write(&topic, original.replace("Fridays", "Mondays")).expect("written");
    let told = demo.run(&["memory", "verify"]);
    assert!(told.stdout.contains("[unverifiable: it was changed after it was recorded] releases"), "{}", told.stdout);
    told.refused(4, "memory.not-fresh");
    // Taken over by a person, they are.
    std::fs::write(&notes, "Releases are cut on Mondays.\n").expect("written");
    demo.run(&["memory", "edit", "releases", "--file", &notes.to_string_lossy()]).ok();
    demo.run(&["memory", "verify"]).ok();
    let ledger = demo.run(&["ledger", "path"]).ok();
    let leaves = std::fs::read_to_string(std::path::Path::new(ledger.trim()).join("ledger.jsonl")).expect("a ledger");
    assert_eq!(leaves.matches("\"type\":\"memory-edited\"").count(), 2);
    demo.run(&["ledger", "checkpoint"]).ok();
}

/// Edits the topic `notes` with an editor that is a script: its first argument is the draft.
fn edit_by(person: &Person, body: &str) -> crate::harness::Came {
    use std::os::unix::fs::PermissionsExt as _;
    let script = person.home("editor");
    std::fs::create_dir_all(person.home("")).expect("a folder");
    std::fs::write(&script, format!("#!/bin/sh\n{body}\n")).expect("written");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).expect("its owner");
    let mut command = person.command(&["memory", "edit", "notes"]);
    command.env("EDITOR", &script);
    crate::harness::came(command.output().expect("it runs"))
}

#[test]
fn an_editor_that_fails_or_a_text_that_is_refused_loses_nothing() {
    let person = Person::new();
    let edit = |body: &str| edit_by(&person, body);
    edit("exit 3").refused(1, "cli.program");
    let shown = edit("printf 'a\\342\\200\\256b' >> \"$1\"").refused(2, "memory.text");
    assert!(shown.contains("what you wrote is kept in"), "{shown}");
    // The draft is opened again; now the person mends it.
    edit("printf 'We use tabs.' > \"$1\"").ok();
    assert!(person.run(&["memory", "verify"]).ok().contains("[stated: by a person] notes\n  We use tabs."));
    assert_eq!(person.run(&["memory", "edit", "No Topic", "--file", "x"]).exit, 2);
}

#[test]
fn an_edit_that_a_crash_interrupted_is_completed_where_the_ledger_tells_of_it_and_dropped_where_it_does_not() {
    let person = Person::new();
    let notes = person.home("notes.md");
    std::fs::create_dir_all(person.home("")).expect("a folder");
    std::fs::write(&notes, "We use tabs.\n").expect("written");
    person.run(&["memory", "edit", "style", "--file", &notes.to_string_lossy()]).ok();
    let topic = person.find(&person.home("data/projects"), "topics/style.md");
    let after = std::fs::read_to_string(&topic).expect("a file");
    let record = person.find(&person.home("data/projects"), ".rewrite.json");
    let name = record.file_name().expect("a file");
    let staged = topic.parent().and_then(std::path::Path::parent).expect("the memory").join("staged").join(name);
    let told = std::fs::read_to_string(&record).expect("a file");
    let mut untold: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    untold["leaf"] = json!(0);
    for (told_of, text) in [(false, untold.to_string()), (true, told)] {
        std::fs::remove_file(&topic).expect("removed");
        std::fs::write(&staged, text).expect("written");
        person.run(&["memory", "verify"]).ok();
        assert_eq!(topic.exists(), told_of);
        assert!(!staged.exists());
        std::fs::write(&topic, &after).expect("written");
    }
    assert!(person.run(&["memory", "verify"]).ok().contains("[stated: by a person] style"));
}

#[test]
fn a_draft_of_before_does_not_take_out_what_came_into_the_topic_since() {
    let person = Person::new();
    let other = person.home("other.md");
    let edit = |body: &str| edit_by(&person, body);
    edit("printf 'We use tabs.\\n' > \"$1\"").ok();
    // The editor fails after the person wrote; meanwhile the topic gets another entry.
    edit("printf 'We use spaces.\\n' > \"$1\"; exit 3").refused(1, "cli.program");
    let text = std::fs::read_to_string(person.find(&person.home("data/projects"), "topics/notes.md")).expect("a file");
    std::fs::write(&other, format!("{text}\nLines end with LF.\n")).expect("written");
    person.run(&["memory", "edit", "notes", "--file", &other.to_string_lossy()]).ok();
    for _ in 0..2 {
        edit("true").refused(1, "memory.changed-meanwhile");
    }
    let shown = person.run(&["memory", "show", "notes"]).ok();
    assert!(shown.contains("We use tabs.") && shown.contains("Lines end with LF."), "{shown}");
    // Without the draft, it begins anew.
    std::fs::remove_file(person.find(&person.home("data/projects"), "notes.draft.md")).expect("removed");
    edit("printf 'And no tabs.\\n' >> \"$1\"").ok();
    assert_eq!(person.run(&["memory", "show", "notes"]).ok().matches("[stated").count(), 3);
}

#[test]
fn a_topic_that_cannot_be_read_is_told_and_keeps_nothing_else_from_working() {
    let person = Person::new();
    let notes = person.home("notes.md");
    std::fs::create_dir_all(person.home("")).expect("a folder");
    let edit = |topic: &str| {
        std::fs::write(&notes, "We use tabs.\n").expect("written");
        person.run(&["memory", "edit", topic, "--file", &notes.to_string_lossy()])
    };
    edit("style").ok();
    let topics = person.find(&person.home("data/projects"), "topics/style.md").parent().expect("a folder").to_owned();
    for (name, bytes) in [("bytes.md", vec![0xff, b'\n']), ("large.md", vec![b'x'; 200 * 1024])] {
        std::fs::write(topics.join(name), bytes).expect("written");
    }
    edit("other").ok();
    person.run(&["call", "files.list", "{}"]).ok();
    assert!(person.run(&["memory", "list"]).ok().contains("other"));
    let found = person.run(&["memory", "search", "tabs"]).ok();
    assert!(found.contains("[stated: by a person] style"), "{found}");
    let told = person.run(&["memory", "verify"]);
    for topic in ["bytes", "large"] {
        assert!(told.stdout.contains(&format!("] {topic}\n")), "{}", told.stdout);
    }
    told.refused(4, "memory.not-fresh");
    edit("bytes").refused(4, "memory.damaged");
}
