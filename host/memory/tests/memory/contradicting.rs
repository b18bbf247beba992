//! What contradicts what, and which counts.

use cofferdam_memory::contradiction::{Standing, contradictions, rivals};

use super::*;

fn entries(texts: &[&str]) -> Vec<Entry> {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    (1..).zip(texts).map(|(number, text)| commit(&memory, draft("t", text), number)).collect()
}

#[test]
fn a_fresh_one_counts_before_a_stated_a_stale_and_an_unverifiable_one_and_the_newest_among_equals() {
    let entries = entries(&["a: port = 1", "a: port = 2", "A: Port = '3'", "a: port = 1.0", "b: port = 9", "a: size = 1"]);
    let stale = || State::Stale(vec![Change::FileGone(path("a.txt"))]);
    let cases = [
        ([State::Fresh, State::Fresh, State::Fresh, State::Fresh], 3),
        ([State::Fresh, stale(), State::Stated, stale()], 0),
        ([stale(), State::Unverifiable(vec![]), State::Stated, stale()], 2),
        ([stale(), stale(), State::Unverifiable(vec![]), State::Unverifiable(vec![])], 1),
    ];
    for (states, first) in cases {
        let found = contradictions(entries.iter().zip(&states));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].matter.subject(), found[0].matter.attribute()), ("a", "port"));
        assert_eq!(found[0].sides[0].entry.id(), entries[first].id());
        assert_eq!(found[0].sides.len(), 4);
    }
    let states = vec![State::Fresh; entries.len()];
    let found = contradictions(entries.iter().zip(&states));
    // The first and the last say the same, differently written.
    let against = found[0].against(entries[0].id());
    let told: Vec<(&str, Standing)> = against.iter().map(|opposed| (opposed.value.as_str(), opposed.standing)).collect();
    assert_eq!(told, [("'3'", Standing::OtherDoesNot), ("2", Standing::OtherDoesNot)]);
    let against = found[0].against(entries[1].id());
    assert_eq!(against[0].standing, Standing::OtherCounts);
    assert!(found[0].against(entries[4].id()).is_empty());
}

#[test]
fn an_entry_does_not_contradict_itself_and_its_last_word_counts() {
    let entries = entries(&["a: port = 1\na: port = 2", "a: port = 2", "a: port += 3\na: port += 4", "prose about a: port"]);
    let states = vec![State::Fresh; entries.len()];
    assert!(contradictions(entries.iter().zip(&states)).is_empty());
}

#[test]
fn a_look_at_some_entries_needs_those_that_speak_of_the_same() {
    let entries = entries(&["a: port = 1", "b: port = 2", "A: PORT = 3", "prose"]);
    let found: Vec<&EntryId> = rivals(&[&entries[0], &entries[3]], &entries).into_iter().map(Entry::id).collect();
    assert_eq!(found, [entries[0].id(), entries[2].id()]);
}
