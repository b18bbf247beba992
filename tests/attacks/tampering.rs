//! One bit changed, at 200 places of each file that something is believed for, and the binary run after each.

use std::path::Path;

use crate::{
    harness::{AfterDemo, Came, Person},
    person_with_a_file, read,
};

/// Places in each file, spread evenly.
const PLACES: usize = 200;

/// Changes one bit at [`PLACES`] places of a file from `start` on, one after the other, with a command after each, which has to
/// be refused with one error and no data. With the file as it was, the command works again.
fn refused_at_every_place(path: &Path, start: usize, exits: &[i32], command: impl Fn() -> Came) {
    command().ok();
    let original = std::fs::read(path).expect("a file");
    for step in 0..PLACES {
        let place = start + step * (original.len() - start) / PLACES;
        let mut tampered = original.clone();
        tampered[place] ^= 1;
        std::fs::write(path, &tampered).expect("written");
        let came = command();
        assert!(exits.contains(&came.exit), "place {place}: exit {} {}", came.exit, came.stderr);
        assert!(came.stdout.is_empty() && came.stderr.matches("error[").count() == 1, "place {place}: {}", came.stderr);
        assert!(!came.stderr.contains("panicked"), "place {place}: {}", came.stderr);
    }
    std::fs::write(path, &original).expect("written");
    command().ok();
}

fn largest(demo: &AfterDemo, larger: bool) -> std::path::PathBuf {
    let folder = demo.home("data/tools");
    let mut files: Vec<(u64, std::path::PathBuf)> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry"))
        .map(|entry| (entry.metadata().expect("a file").len(), entry.path()))
        .collect();
    files.sort();
    assert_eq!(files.len(), 2, "one tool: its component and its statement");
    files.swap_remove(usize::from(larger)).1
}

fn list(demo: &AfterDemo) -> Came {
    demo.run(&["call", "files.read", r#"{"path": "README.md"}"#])
}

#[test]
fn a_tampered_component_is_refused() {
    let demo = AfterDemo::new();
    refused_at_every_place(&largest(&demo, true), 0, &[4], || list(&demo));
}

#[test]
fn a_tampered_statement_is_refused() {
    let demo = AfterDemo::new();
    refused_at_every_place(&largest(&demo, false), 0, &[4], || list(&demo));
}

#[test]
fn a_tampered_lock_is_refused() {
    let demo = AfterDemo::new();
    let lock = demo.package("tools.lock");
    // The comment of the first line can change without harm; everything else is a digest, a name, a version or a key. Where the
    // lock is no lock any more, the exit says that it failed.
    let start = std::fs::read_to_string(&lock).expect("a file").find("version").expect("a version");
    refused_at_every_place(&lock, start, &[1, 2, 4], || list(&demo));
}

#[test]
fn a_tampered_code_cache_is_refused() {
    let person = Person::without_cache();
    person.put("a.txt", "x");
    read(&person).ok();
    // Only the tool that was called is compiled.
    assert_eq!(std::fs::read_dir(person.home("cache/code")).expect("a folder").count(), 1);
    let code = person.find(&person.home("cache/code"), "");
    refused_at_every_place(&code, 0, &[4], || read(&person));
}

#[test]
fn a_tampered_policy_is_refused() {
    let person = person_with_a_file();
    let rules =
        "@id(\"no-notes\")\nforbid(principal, action == Action::\"path:write\", resource) when { resource.extension == \"note\" };\n";
    person.put(".cofferdam/policies/mine.cedar", rules);
    person.run(&["policy", "accept"]).ok();
    refused_at_every_place(&person.work().join(".cofferdam/policies/mine.cedar"), 0, &[4], || read(&person));
}

#[test]
fn a_tampered_newest_checkpoint_is_refused() {
    let person = person_with_a_file();
    read(&person).ok();
    person.run(&["ledger", "checkpoint"]).ok();
    let checkpoints = person.find(&person.home("data/projects"), "checkpoints");
    // The newest checkpoint is what a call relies on; the auditor checks all of them, and every leaf.
    let text = std::fs::read_to_string(&checkpoints).expect("a file");
    let newest = text.trim_end().rfind("\ncofferdam/").expect("a second checkpoint") + 1;
    let original = std::fs::read(&checkpoints).expect("a file");
    for place in (newest..original.len()).step_by(((original.len() - newest) / PLACES).max(1)) {
        let mut tampered = original.clone();
        tampered[place] ^= 1;
        std::fs::write(&checkpoints, &tampered).expect("written");
        assert_eq!(read(&person).exit, 4, "place {place}");
    }
    std::fs::write(&checkpoints, &original).expect("written");
    read(&person).ok();
}
