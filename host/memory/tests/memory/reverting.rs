//! What was rewritten can be taken back, byte for byte where nothing came since.

use super::*;
use crate::{consolidating::rewrite, editing::fresh};

fn edited(memory: &Memory, topic: &str, text: &str, leaf: u64) -> EntryId {
    let topic: Topic = topic.parse().unwrap();
    let before = memory.text(&topic).unwrap();
    let revision = memory.revise(&topic, before.as_deref(), text).unwrap();
    rewrite(memory, revision, leaf).0
}

fn undo(memory: &Memory, change: &EntryId, leaf: u64) -> Result<(EntryId, Event), MemoryError> {
    let undo = memory.undo(&memory.rewrite_of(change)?)?;
    Ok(rewrite(memory, undo, leaf))
}

#[test]
fn an_edit_is_taken_back_and_the_taking_back_too() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let topic: Topic = "build".parse().unwrap();
    let entry = commit(&memory, draft("build", "it builds"), 1);
    let file = folder.path().join("state/memory/topics/build.md");
    let before = std::fs::read_to_string(&file).unwrap() + "By hand, no line feed";
    std::fs::write(&file, &before).unwrap();
    let change = edited(&memory, "build", "mine\n", 20);
    let after = memory.text(&topic).unwrap();
    let (undone, event) = undo(&memory, &change, 50).unwrap();
    assert_eq!(memory.text(&topic).unwrap().as_deref(), Some(before.as_str()));
    let Event::MemoryReverted { undoes: 20, restored, removed, .. } = event else { panic!("{event:?}") };
    assert_eq!((restored, removed.len()), (vec![entry.id().clone()], 1));
    assert_eq!(recheck(&entry, &Holds::of(&entry)), State::Fresh);
    undo(&memory, &undone, 80).unwrap();
    assert_eq!(memory.text(&topic).unwrap(), after);
    // An entry leads to the newest change that concerned it.
    assert_eq!(memory.rewrite_of(entry.id()).unwrap().leaf(), 80);
    assert_eq!(memory.rewrites().unwrap().len(), 3);
    assert_eq!(memory.rewrite_of(&EntryId::from(&id(250))).unwrap_err().code(), "memory.unknown-change");
}

#[test]
fn what_came_since_stays_and_what_was_changed_since_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let topic: Topic = "build".parse().unwrap();
    let old = commit(&memory, draft("build", "old"), 1);
    let change = edited(&memory, "build", "mine\n", 20);
    let new = commit(&memory, draft("build", "new"), 2);
    let file = folder.path().join("state/memory/topics/build.md");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("> mine", "> yours")).unwrap();
    assert_eq!(undo(&memory, &change, 50).unwrap_err().code(), "memory.overlaps");
    std::fs::write(&file, text + "By hand.\n").unwrap();
    undo(&memory, &change, 50).unwrap();
    let found = memory.read(&topic).unwrap();
    assert_eq!((&found[0], &found[1]), (&Found::Entry(old), &Found::Entry(new)));
    assert!(matches!(&found[2], Found::Loose { text, .. } if text == "By hand.\n") && found.len() == 3);
}

#[test]
fn a_topic_that_an_edit_emptied_or_began_comes_and_goes() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    commit(&memory, draft("build", "it builds"), 1);
    let before = memory.text(&"build".parse().unwrap()).unwrap();
    let emptied = edited(&memory, "build", "", 20);
    let began = edited(&memory, "style", "We use tabs.\n", 40);
    undo(&memory, &emptied, 60).unwrap();
    undo(&memory, &began, 80).unwrap();
    assert_eq!(memory.text(&"build".parse().unwrap()).unwrap(), before);
    assert_eq!(memory.topics().unwrap(), ["build".parse().unwrap()]);
}

#[test]
fn a_record_that_was_changed_does_not_read_back_and_old_ones_go() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    for number in 0..5 {
        edited(&memory, "style", &format!("{number}\n"), 20 + 3 * number);
    }
    let records = folder.path().join("state/memory/history");
    let mut names: Vec<_> = std::fs::read_dir(&records).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), 5);
    // Filled up with copies under older names: at the next rewrite the oldest ones go.
    for number in 0..cofferdam_memory::MAX_RECORDS {
        let name = CallId::new(Timestamp(0), [u8::try_from(number).unwrap(); 10]);
        std::fs::copy(&names[0], records.join(format!("{name}.rewrite.json"))).unwrap();
    }
    edited(&memory, "style", "last\n", 60);
    assert_eq!(std::fs::read_dir(&records).unwrap().count(), cofferdam_memory::MAX_RECORDS);
    // A copy under another name is none.
    assert_eq!(memory.rewrites().unwrap_err().code(), "memory.damaged");
}

#[test]
fn a_crash_at_any_moment_of_a_rewrite_is_settled_to_the_same_files() {
    let files = |folder: &Path| {
        let read = |name: &str| std::fs::read_to_string(folder.join("state/memory").join(name)).unwrap_or_default();
        let count = |name: &str| std::fs::read_dir(folder.join("state/memory").join(name)).unwrap().count();
        (read("MEMORY.md"), read("topics/build.md"), count("staged"), count("history"))
    };
    let begin = |folder: &Path| {
        let memory = open(folder);
        commit(&memory, draft("build", "it builds"), 1);
        let topic: Topic = "build".parse().unwrap();
        let before = memory.text(&topic).unwrap();
        let revision = memory.revise(&topic, before.as_deref(), "mine\n").unwrap();
        memory.stage_rewrite(revision, 50, fresh(50)).unwrap()
    };
    let whole = tempfile::tempdir().unwrap();
    let staged = begin(whole.path());
    open(whole.path()).commit_rewrite(staged).unwrap();
    for written in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        drop(begin(folder.path()));
        for name in ["topics/build.md", "MEMORY.md"].iter().take(written) {
            std::fs::copy(whole.path().join("state/memory").join(name), folder.path().join("state/memory").join(name)).unwrap();
        }
        let staged = open(folder.path()).staged_rewrites().unwrap().pop().unwrap();
        open(folder.path()).commit_rewrite(staged).unwrap();
        assert_eq!(files(folder.path()), files(whole.path()), "{written} files written");
    }
    // What a person wrote by hand between the crash and the next command stays.
    let folder = tempfile::tempdir().unwrap();
    drop(begin(folder.path()));
    let file = folder.path().join("state/memory/topics/build.md");
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + "By hand.\n").unwrap();
    let staged = open(folder.path()).staged_rewrites().unwrap().pop().unwrap();
    open(folder.path()).commit_rewrite(staged).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("> mine") && text.contains("By hand.\n") && !text.contains("it builds"), "{text}");
}
