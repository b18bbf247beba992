//! A third party's tool over its life: signed, added, updated. What widens it needs a person, what narrows it does not.

use serde_json::{Value, json};

use crate::harness::{Came, Person};

/// The component that the releases are made of; what differs between them is in the signed manifest.
const COMPONENT: &[u8] = include_bytes!("../../tools/dist/edit.wasm");

/// A person with a publisher's key that may sign the tool `mine`.
struct Publisher {
    person: Person,
}

impl Publisher {
    fn new() -> Self {
        let publisher = Self { person: Person::new() };
        publisher.make_key("first.pem");
        publisher
    }

    fn make_key(&self, file: &str) {
        let id = self.person.run(&["key", "generate", &self.path(file)]).ok();
        let public = format!("{}.pub", self.path(file));
        self.person.run(&["key", "add", &public, "--name", file, "--tool", "mine", "--fingerprint", id.trim()]).ok();
    }

    /// A file beside the workspace.
    fn path(&self, file: &str) -> String {
        std::fs::create_dir_all(self.person.home("release")).expect("a folder");
        self.person.home("release").join(file).to_string_lossy().into_owned()
    }

    /// Signs a release with a key, and gives its component's path.
    fn release(&self, folder: &str, key: &str, change: impl FnOnce(&mut Value)) -> String {
        let inspected = self.person.run(&["--format", "json", "tool", "inspect", "edit"]);
        let mut manifest = inspected.json()["manifest"].clone();
        manifest["name"] = "mine".into();
        manifest["version"] = "0.2.0".into();
        manifest["limits"] = json!({"wall_ms": 5000});
        change(&mut manifest);
        let out = |name: &str| self.path(&format!("{folder}/{name}"));
        std::fs::create_dir_all(out("")).expect("a folder");
        std::fs::write(out("mine.wasm"), COMPONENT).expect("written");
        std::fs::write(out("mine.manifest.json"), manifest.to_string()).expect("written");
        self.person.run(&["tool", "sign", &out("mine.manifest.json"), "--key", &self.path(key)]).ok();
        out("mine.wasm")
    }

    /// The first release, added.
    fn with_a_tool() -> Self {
        let publisher = Self::new();
        let first = publisher.release("0.2.0", "first.pem", |_| {});
        publisher.person.run(&["tool", "add", &first]).refused(3, "cli.not-approved");
        publisher.person.run(&["tool", "add", &first, "--yes"]).ok();
        publisher
    }

    /// Everything that an update could change: the lock, the keyring, the kept tools.
    fn kept(&self) -> (Option<String>, String, Vec<std::ffi::OsString>) {
        let keyring = std::fs::read_to_string(self.person.home("config/keyring.toml")).expect("a keyring");
        let tools = std::fs::read_dir(self.person.home("data/tools")).expect("a folder");
        let mut tools: Vec<_> = tools.map(|entry| entry.expect("an entry").file_name()).collect();
        tools.sort();
        (self.person.get("tools.lock"), keyring, tools)
    }

    fn update(&self, component: &str, more: &[&str]) -> Came {
        self.person.run(&[&["tool", "update", "mine", component], more].concat())
    }
}

#[test]
fn an_update_that_narrows_passes_without_a_person() {
    let publisher = Publisher::with_a_tool();
    let narrower = publisher.release("0.2.1", "first.pem", |manifest| {
        manifest["version"] = "0.2.1".into();
        manifest["limits"]["wall_ms"] = 4000.into();
    });
    let before = publisher.kept();
    let shown = publisher.update(&narrower, &["--dry-run"]).ok();
    assert!(shown.contains("mine 0.2.0 -> 0.2.1") && shown.contains("narrows      limit wall_ms 5000 -> 4000"), "{shown}");
    assert!(shown.contains("approval     not needed") && !shown.contains("\nwidens"), "{shown}");
    assert!(publisher.kept() == before, "a dry run changes nothing");
    let updated = publisher.update(&narrower, &[]).ok();
    assert!(updated.starts_with("mine 0.2.1 "), "{updated}");
    assert!(publisher.person.run(&["tool", "verify"]).ok().contains("mine 0.2.1 "));
    publisher.person.call("mine.create", &json!({"path": "a.txt", "content": "x"})).ok();
}

#[test]
fn whatever_widens_is_shown_and_refused_without_a_person_and_nothing_changes() {
    let publisher = Publisher::with_a_tool();
    publisher.make_key("second.pem");
    let before = publisher.kept();
    type Change = fn(&mut Value);
    let releases: [(&str, &str, Change, &str); 6] = [
        ("looser limit", "first.pem", |manifest| manifest["limits"]["wall_ms"] = 6000.into(), "limit wall_ms 5000 -> 6000"),
        ("no limit of its own", "first.pem", |manifest| manifest["limits"] = json!({}), "limit wall_ms 5000 -> 30000"),
        ("other signer", "second.pem", |_| {}, "not signed by `ed25519:"),
        ("lower version", "first.pem", |manifest| manifest["version"] = "0.1.0".into(), "version 0.2.0 -> 0.1.0"),
        ("stronger effect", "first.pem", |manifest| manifest["functions"]["delete"]["effect"] = "irrevocable".into(), "effect of `delete`"),
        (
            "check gone",
            "first.pem",
            |manifest| manifest["functions"]["create"]["postconditions"] = json!([]),
            "`create` is no longer checked with",
        ),
    ];
    for (what, key, change, told) in releases {
        let release = publisher.release(what, key, |manifest| {
            manifest["version"] = "0.3.0".into();
            change(manifest);
        });
        let shown = publisher.update(&release, &["--dry-run"]).ok();
        assert!(shown.contains(&format!("widens       {told}")), "{what}: {shown}");
        let refused = publisher.update(&release, &[]).refused(3, "cli.not-approved");
        assert!(refused.contains(told) && refused.contains("hint: run `cofferdam tool update`"), "{what}: {refused}");
        assert!(publisher.kept() == before, "{what}");
    }
}

#[test]
fn a_person_who_looked_can_approve_what_widens() {
    let publisher = Publisher::with_a_tool();
    let wider = publisher.release("0.3.0", "first.pem", |manifest| {
        manifest["version"] = "0.3.0".into();
        manifest["limits"]["wall_ms"] = 6000.into();
    });
    assert!(publisher.update(&wider, &["--yes"]).ok().starts_with("mine 0.3.0 "));
    publisher.person.run(&["tool", "verify"]).ok();
}

#[test]
fn functions_that_come_go_and_change_are_told_apart() {
    let publisher = Publisher::with_a_tool();
    let smaller = publisher.release("0.2.1", "first.pem", |manifest| {
        manifest["version"] = "0.2.1".into();
        manifest["functions"].as_object_mut().expect("functions").remove("move");
        manifest["functions"]["create"]["description"] = "Makes a file.".into();
        manifest["functions"]["create"]["input"]["properties"]["content"]["maxLength"] = 17.into();
    });
    let shown = publisher.person.run(&["--format", "json", "tool", "update", "mine", &smaller, "--dry-run"]).json();
    assert_eq!(
        shown["functions"],
        json!({"added": [], "removed": ["move"], "changed": [{"function": "create", "parts": ["description", "input schema"]}]})
    );
    assert_eq!(shown["widens"], json!([]));
    let text = publisher.update(&smaller, &["--dry-run"]).ok();
    assert!(text.contains("narrows      without the function `move`"), "{text}");
    assert!(text.contains("changes      description, input schema of `create`") && text.contains("+ Makes a file."), "{text}");
    assert!(text.lines().any(|line| line.starts_with("  +") && line.contains("\"maxLength\": 17")), "{text}");
    publisher.update(&smaller, &[]).ok();

    let larger = publisher.release("0.2.2", "first.pem", |manifest| manifest["version"] = "0.2.2".into());
    let refused = publisher.update(&larger, &[]).refused(3, "cli.not-approved");
    assert!(refused.contains("widens       new function `move`") && refused.contains("adds         `move` (staged): "), "{refused}");
}

#[test]
fn an_update_needs_a_locked_tool_and_a_locked_tool_an_update() {
    let publisher = Publisher::new();
    let first = publisher.release("0.2.0", "first.pem", |_| {});
    let told = publisher.update(&first, &["--yes"]).refused(2, "cli.not-locked");
    assert!(told.contains("hint: add it with `cofferdam tool add COMPONENT`"), "{told}");
    publisher.person.run(&["tool", "add", &first, "--yes"]).ok();
    let second = publisher.release("0.2.1", "first.pem", |manifest| manifest["version"] = "0.2.1".into());
    let before = publisher.kept();
    let told = publisher.person.run(&["tool", "add", &second, "--yes"]).refused(2, "cli.already-locked");
    assert!(told.contains("`cofferdam tool update mine COMPONENT --dry-run`"), "{told}");
    // A release of another tool is no update of this one.
    publisher.person.run(&["tool", "update", "files", &second, "--yes"]).refused(4, "trust.name-mismatch");
    assert!(publisher.kept() == before);
}

#[test]
fn a_lock_that_a_colleague_committed_waits_for_this_persons_approval_of_its_very_bytes() {
    let publisher = Publisher::with_a_tool();
    let colleague = Person::new();
    colleague.put("tools.lock", publisher.person.get("tools.lock").expect("a lock"));
    let component = publisher.path("0.2.0/mine.wasm");
    let key = format!("{}.pub", publisher.path("first.pem"));
    assert_ne!(colleague.run(&["tool", "verify"]).exit, 0);
    colleague.run(&["tool", "add", &component, "--yes"]).refused(4, "trust.no-known-signature");
    let listed = publisher.person.run(&["key", "list"]).ok();
    let id = listed.lines().find(|line| line.contains("first.pem")).and_then(|line| line.split_whitespace().next()).expect("a key");
    colleague.run(&["key", "add", &key, "--name", "x", "--tool", "mine", "--fingerprint", id]).ok();
    colleague.run(&["tool", "add", &component]).refused(3, "cli.not-approved");
    colleague.run(&["tool", "add", &component, "--yes"]).ok();
    assert_eq!(colleague.get("tools.lock"), publisher.person.get("tools.lock"));
    colleague.call("mine.create", &json!({"path": "a.txt", "content": "x"})).ok();
}

#[test]
fn a_statement_can_stand_elsewhere() {
    let publisher = Publisher::with_a_tool();
    let next = publisher.release("0.2.1", "first.pem", |manifest| manifest["version"] = "0.2.1".into());
    let elsewhere = publisher.path("elsewhere.json");
    std::fs::rename(next.replace(".wasm", ".dsse.json"), &elsewhere).expect("moved");
    publisher.update(&next, &[]).refused(1, "cli.file");
    publisher.update(&next, &[&elsewhere]).ok();
}
