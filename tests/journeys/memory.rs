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
