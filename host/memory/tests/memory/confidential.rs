//! What may carry something confidential says so wherever it goes, and the index, which everybody has in view, says nothing of it.

use std::collections::BTreeSet;

use cofferdam_memory::{CONFIDENTIAL_TOPIC, Scope};

use super::{consolidating::rewrite, editing::edit, *};

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn entries(memory: &Memory) -> Vec<Entry> {
    memory.all().unwrap().iter().filter_map(Found::entry).cloned().collect()
}

#[test]
fn the_index_shows_no_word_of_it_and_it_names_no_new_topic() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let secret = |topic: &str| seal(draft(topic, "hunter2").carrying(&names(&[".env"])), 1);
    let refused = memory.stage(secret("hunter2"), 1).unwrap_err();
    assert_eq!(refused.code(), "memory.confidential-topic");
    assert!(memory.staged().unwrap().is_empty());
    commit(&memory, draft("build", "it builds"), 3);
    for topic in ["build", CONFIDENTIAL_TOPIC] {
        let staged = memory.stage(secret(topic), 1).unwrap();
        memory.commit(staged).unwrap();
    }
    let index = memory.index().unwrap();
    assert!(index.contains("2 entries; newest: (confidential)") && !index.contains("hunter2"), "{index}");
}

#[test]
fn a_label_that_is_taken_out_by_hand_leaves_an_entry_that_the_ledger_does_not_vouch_for() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    commit(&memory, draft("build", "it builds"), 2);
    let entry = commit(&memory, draft("build", "hunter2").carrying(&names(&[".env"])), 1);
    assert_eq!(recheck(&entry, &Holds::of(&entry)), State::Fresh);
    let file = folder.path().join("state/memory/topics/build.md");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("- confidential: [\".env\"]\n", "")).unwrap();
    let changed = entries(&memory).into_iter().find(|found| found.id() == entry.id()).unwrap();
    assert!(changed.secrets().is_empty());
    assert_eq!(recheck(&changed, &Holds::of(&entry)), State::Unverifiable(vec![Doubt::Edited]));
}

#[test]
fn a_person_who_mends_an_entry_does_not_make_it_known_to_all() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    commit(&memory, draft("build", "it builds"), 2);
    commit(&memory, draft("build", "the word is hunter2").carrying(&names(&[".env"])), 1);
    let topic: Topic = "build".parse().unwrap();
    let text = memory.text(&topic).unwrap().unwrap();
    edit(&memory, "build", &text.replace("the word is", "The word is"), 30);
    let labels = |memory: &Memory| entries(memory).iter().map(|entry| entry.secrets().clone()).collect::<Vec<_>>();
    assert_eq!(labels(&memory), [names(&[]), names(&[".env"])]);
    // Moved by hand to another topic, it takes its label with it.
    let moved = memory.text(&topic).unwrap().unwrap().replace("# build", "# other");
    edit(&memory, "other", &moved, 40);
    let other: Topic = "other".parse().unwrap();
    let moved = memory.read(&other).unwrap();
    assert!(moved.iter().filter_map(Found::entry).any(|entry| *entry.secrets() == names(&[".env"])), "{moved:?}");
    // What is taken back is as it was.
    let rewrites = memory.rewrites().unwrap();
    let first = rewrites.last().unwrap();
    rewrite(&memory, memory.undo(first).unwrap(), 50);
    let back = memory.read(&topic).unwrap();
    let back = back.iter().filter_map(Found::entry).find(|entry| entry.text() == "the word is hunter2").unwrap();
    assert_eq!(*back.secrets(), names(&[".env"]));
}

#[test]
fn lines_that_an_editor_changed_still_say_what_they_carry() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    commit(&memory, draft("build", "it builds"), 2);
    commit(&memory, draft("build", "hunter2").carrying(&names(&[".env"])), 1);
    let file = folder.path().join("state/memory/topics/build.md");
    let whole = std::fs::read_to_string(&file).unwrap();
    let topic: Topic = "build".parse().unwrap();
    let (first, last) = whole.split_at(whole.rfind("## ").unwrap());
    for changed in
        [last.replace('\n', "\r\n"), last.replace("- ", "* "), last.replace("> hunter2", "> hunter3"), last.replace("\n- ", "\n    - ")]
    {
        std::fs::write(&file, format!("{first}{changed}")).unwrap();
        let found = memory.read(&topic).unwrap();
        assert!(found.iter().any(|found| found.secrets() == names(&[".env"])), "{changed}");
        // An edit of something else does not make it known to all.
        let text = memory.text(&topic).unwrap().unwrap();
        edit(&memory, "build", &format!("{text}\nmore\n"), 30);
        assert!(entries(&memory).iter().any(|entry| *entry.secrets() == names(&[".env"])), "{changed}");
        assert!(!memory.index().unwrap().contains("hunter"));
    }
    std::fs::write(&file, format!("{first}hunter2\n\n- confidential: [\".en\n")).unwrap();
    let found = memory.read(&topic).unwrap();
    assert_eq!(found.last().unwrap().secrets(), names(&["confidential: [\".en"]));
}

proptest! {
    #[test]
    fn names_read_back_whatever_they_are(texts in proptest::collection::vec(any::<String>(), 1..5)) {
        let folder = tempfile::tempdir().unwrap();
        let memory = open(folder.path());
        let secrets: BTreeSet<String> = texts.into_iter().collect();
        let entry = commit(&memory, draft(CONFIDENTIAL_TOPIC, "x").carrying(&secrets), 1);
        prop_assert_eq!(entry.secrets(), &secrets);
        prop_assert_eq!(entries(&memory), [entry]);
    }
}

proptest! {
    // Each stages some hundred entries.
    #![proptest_config(ProptestConfig::with_cases(4))]

    /// Whatever is merged and split: no words come to carry less than any entry with these words did.
    #[test]
    fn labels_join_where_entries_are_merged_and_moved(made in proptest::collection::vec((0usize..40, 0usize..4), 120..160)) {
        let folder = tempfile::tempdir().unwrap();
        let memory = open(folder.path());
        let mut world = Holds { files: BTreeMap::new(), leaves: (1..=9).map(|n| (n, Event::Published { call: id(1) })).collect(), tools: true };
        let mut before: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (number, (word, secret)) in (10u64..).zip(made) {
            let (text, secrets) = (format!("fact {word}"), if secret == 0 { names(&[]) } else { names(&[[".env", "id_rsa", "db"][secret - 1]]) });
            let draft = Draft::new("build".parse().unwrap(), &text, vec![cited(&[])], Integrity::Trusted).unwrap().carrying(&secrets);
            let entry = EntryId::from(&CallId::new(Timestamp(number), [7; 10]));
            let sealed = draft.seal(entry, Salt::from_random([1; 32]), Salt::from_random([2; 32]));
            if let Ok(staged) = memory.stage(sealed, number) {
                world.leaves.insert(number, staged.event());
                memory.commit(staged).unwrap();
                before.entry(text).or_default().extend(secrets);
            }
        }
        for leaf in 1000.. {
            let proposal = memory.survey().unwrap().propose(Scope::All, &world, &|_| true);
            if proposal.is_empty() {
                prop_assert!(leaf > 1000, "something is merged");
                break;
            }
            let (_, event) = rewrite(&memory, proposal.into_rewrite(), leaf);
            world.leaves.insert(leaf, event);
        }
        let mut after: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in entries(&memory) {
            after.entry(entry.text().to_owned()).or_default().extend(entry.secrets().clone());
        }
        prop_assert_eq!(before, after);
    }
}
