//! A person edits a topic: what they write is theirs, what they leave alone stays.

use super::*;

/// Stages and commits a person's edit, and gives the world that knows of it.
pub(crate) fn edit(memory: &Memory, topic: &str, text: &str, leaf: u64) -> Holds {
    let topic: Topic = topic.parse().unwrap();
    let before = memory.text(&topic).unwrap();
    let revision = memory.revise(&topic, before.as_deref(), text).unwrap();
    let staged = memory.stage_rewrite(revision, leaf, fresh(leaf)).unwrap();
    let world = Holds { files: BTreeMap::new(), leaves: [(leaf, staged.event())].into(), tools: true };
    memory.commit_rewrite(staged).unwrap();
    world
}

pub(crate) fn fresh(leaf: u64) -> impl FnMut() -> Result<(EntryId, Salt), MemoryError> {
    let mut number = u8::try_from(leaf).unwrap();
    move || {
        number += 1;
        Ok((EntryId::from(&id(number)), Salt::from_random([number; 32])))
    }
}

#[test]
fn what_a_person_writes_is_stated_and_is_theirs_word_for_word() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let world = edit(&memory, "releases", "We release on Fridays.\n\n## Never\non holidays\n", 20);
    let found = memory.read(&"releases".parse().unwrap()).unwrap();
    let texts: Vec<&str> = found.iter().map(|found| if let Found::Entry(entry) = found { entry.text() } else { "loose" }).collect();
    assert_eq!(texts, ["We release on Fridays.", "## Never\non holidays"]);
    assert!(found.iter().all(|found| recheck_found(found, &world) == State::Stated));
    assert!(memory.index().unwrap().contains("releases"));
    // Behind the program's back, the same words are no statement.
    let file = folder.path().join("state/memory/topics/releases.md");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("Fridays", "Mondays")).unwrap();
    let found = memory.read(&"releases".parse().unwrap()).unwrap();
    assert_eq!(recheck_found(&found[0], &world), State::Unverifiable(vec![Doubt::Edited]));
    assert_eq!(recheck_found(&found[1], &world), State::Stated);
    let empty = Holds { files: BTreeMap::new(), leaves: BTreeMap::new(), tools: true };
    assert_eq!(recheck_found(&found[1], &empty), State::Unverifiable(vec![Doubt::NotRecorded]));
}

#[test]
fn an_edit_keeps_what_it_leaves_alone_and_turns_what_it_changes_into_a_statement() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let (kept, changed) = (commit(&memory, draft("build", "it builds"), 1), commit(&memory, draft("build", "it runs"), 2));
    let topic: Topic = "build".parse().unwrap();
    let text = memory.text(&topic).unwrap().unwrap().replace("it runs", "it runs twice");
    let world = edit(&memory, "build", &text, 30);
    let found = memory.read(&topic).unwrap();
    assert_eq!(found[0], Found::Entry(kept));
    let Found::Entry(stated) = &found[1] else { panic!("{found:?}") };
    assert_eq!((stated.text(), stated.evidence().len()), ("it runs twice", 0));
    assert_ne!(stated.id(), changed.id());
    assert_eq!(recheck(stated, &world), State::Stated);
    let Some(Event::MemoryEdited { removed, .. }) = world.leaves.get(&30) else { panic!() };
    assert_eq!(*removed, [changed.id().clone()]);
}

#[test]
fn an_edit_of_a_topic_that_changed_meanwhile_or_cannot_be_read_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    commit(&memory, draft("build", "it builds"), 1);
    let topic: Topic = "build".parse().unwrap();
    let before = memory.text(&topic).unwrap();
    assert_eq!(memory.revise(&topic, None, "x").unwrap_err().code(), "memory.changed-meanwhile");
    assert_eq!(memory.revise(&topic, Some("other"), "x").unwrap_err().code(), "memory.changed-meanwhile");
    for bad in ["a\u{202e}b".to_owned(), "x".repeat(MAX_TEXT_BYTES + 1)] {
        assert_eq!(memory.revise(&topic, before.as_deref(), &bad).unwrap_err().code(), "memory.text");
    }
    let large: String = (0..40).map(|number| format!("## {number}\n{}\n", "x".repeat(MAX_TEXT_BYTES - 10))).collect();
    let revision = memory.revise(&topic, before.as_deref(), &large).unwrap();
    assert_eq!(memory.stage_rewrite(revision, 40, fresh(40)).unwrap_err().code(), "memory.topic-full");
    assert_eq!(memory.text(&topic).unwrap(), before);
    assert!(memory.staged_rewrites().unwrap().is_empty());
}

#[test]
fn a_topic_of_which_nothing_is_left_is_no_topic_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let topic: Topic = "build".parse().unwrap();
    assert_eq!(memory.revise(&topic, None, " \n").unwrap_err().code(), "memory.unknown-topic");
    let entry = commit(&memory, draft("build", "it builds"), 1);
    let world = edit(&memory, "build", "", 60);
    assert!(memory.topics().unwrap().is_empty());
    assert!(!memory.index().unwrap().contains("build"));
    assert!(matches!(world.leaves.get(&60), Some(Event::MemoryEdited { removed, .. }) if *removed == [entry.id().clone()]));
}

#[test]
fn a_staged_edit_reads_back_as_it_was_staged() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let first = commit(&memory, draft("build", "it builds"), 1);
    let topic: Topic = "build".parse().unwrap();
    let before = memory.text(&topic).unwrap();
    let revision = memory.revise(&topic, before.as_deref(), "mine\n").unwrap();
    let staged = memory.stage_rewrite(revision, 50, fresh(50)).unwrap();
    assert_eq!(memory.text(&topic).unwrap(), before);
    assert!(memory.staged().unwrap().is_empty());
    let mut found = memory.staged_rewrites().unwrap();
    assert_eq!(found.len(), 1);
    let again = found.remove(0);
    assert_eq!((again.event(), again.leaf()), (staged.event(), 50));
    assert!(matches!(again.event(), Event::MemoryEdited { removed, .. } if removed == [first.id().clone()]));
    memory.discard_rewrite(again).unwrap();
    assert_eq!(memory.text(&topic).unwrap(), before);
}
