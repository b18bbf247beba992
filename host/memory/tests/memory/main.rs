//! The memory from draft to check: what is written reads back, what is changed is noticed, what a crash leaves is settled.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests look at real files, and some print a figure"
)]

mod confidential;
mod consolidating;
mod contradicting;
mod editing;
mod indexing;
mod labelled;
mod reverting;

use std::{collections::BTreeMap, path::Path};

use cofferdam_base::{CallId, Diagnostic as _, Digest, EntryId, Timestamp, WorkspacePath};
use cofferdam_ledger::{Event, Salt, event::Check};
use cofferdam_memory::{
    CallEvidence, Change, Doubt, Draft, Entry, Found, Integrity, MAX_CITED_FILES, MAX_TEXT_BYTES, MAX_TOPICS, Memory, MemoryError, Sealed,
    State, Topic, World, recheck, recheck_found,
};
use cofferdam_store::Folder;
use proptest::prelude::*;

fn id(number: u8) -> CallId {
    CallId::new(Timestamp(u64::from(number)), [number; 10])
}

fn path(text: &str) -> WorkspacePath {
    WorkspacePath::parse(text).unwrap()
}

fn cited(files: &[(&str, &str)]) -> CallEvidence {
    CallEvidence {
        call: id(1),
        function: "edit.replace".into(),
        version: "0.1.0".into(),
        component: Digest::of(b"tool"),
        policy: Digest::of(b"policy"),
        files: files.iter().map(|(name, content)| (path(name), Digest::of(content.as_bytes()))).collect(),
        postconditions: 2,
        hook: 1,
        network: false,
        leaf: 7,
    }
}

fn draft(topic: &str, text: &str) -> Draft {
    Draft::new(topic.parse().unwrap(), text, vec![cited(&[("a.txt", "x"), ("b c.txt", "y")])], Integrity::Untrusted).unwrap()
}

fn seal(draft: Draft, number: u8) -> Sealed {
    draft.seal(id(number).as_str().parse::<EntryId>().unwrap(), Salt::from_random([number; 32]), Salt::from_random([!number; 32]))
}

fn open(folder: &Path) -> Memory {
    Memory::open(&Folder::open_ambient(&folder.join("state")).unwrap()).unwrap()
}

fn commit(memory: &Memory, draft: Draft, number: u8) -> Entry {
    let staged = memory.stage(seal(draft, number), u64::from(number)).unwrap();
    memory.commit(staged).unwrap()
}

/// An entry as it stands in a topic file, of no ledger.
fn written(number: u8, text: &str) -> String {
    let salt = "00".repeat(32);
    let quoted: String = text.lines().map(|line| format!("> {line}\n")).collect();
    let recorded = format!("- recorded: leaf 1\n  - salt: {salt}\n  - topic salt: {salt}\n\n");
    format!("## {}\n\n{quoted}\n- drafted: trusted\n- stated: by a person\n{recorded}", id(number))
}

/// A world in which the entry holds.
struct Holds {
    files: BTreeMap<WorkspacePath, Digest>,
    leaves: BTreeMap<u64, Event>,
    tools: bool,
}

impl Holds {
    fn of(entry: &Entry) -> Self {
        let calls = entry.evidence().iter().map(|cited| cited.call.clone()).collect();
        let commit = Event::MemoryCommitted { topic: entry.topic_commitment(), entry: entry.entry_commitment(), calls };
        let published = Event::Published { call: id(1) };
        let files = entry.evidence().iter().flat_map(|cited| cited.files.clone()).collect();
        Self { files, leaves: [(entry.leaf(), commit), (7, published)].into(), tools: true }
    }
}

impl World for Holds {
    fn file(&self, path: &WorkspacePath) -> Option<Digest> {
        self.files.get(path).copied()
    }

    fn tool_stands(&self, _: &Digest) -> bool {
        self.tools
    }

    fn leaf(&self, index: u64) -> Option<Event> {
        self.leaves.get(&index).cloned()
    }
}

#[test]
fn an_entry_is_fresh_then_stale_then_unverifiable() {
    let folder = tempfile::tempdir().unwrap();
    let entry = commit(&open(folder.path()), draft("build", "it builds"), 9);
    let mut world = Holds::of(&entry);
    assert_eq!(recheck(&entry, &world), State::Fresh);
    world.files.insert(path("a.txt"), Digest::of(b"other"));
    world.files.remove(&path("b c.txt"));
    let changes = vec![Change::FileChanged(path("a.txt")), Change::FileGone(path("b c.txt"))];
    assert_eq!(recheck(&entry, &world), State::Stale(changes));
    world.tools = false;
    assert_eq!(recheck(&entry, &world), State::Unverifiable(vec![Doubt::Tool(Digest::of(b"tool"))]));
}

#[test]
fn the_ledger_has_to_tell_of_the_entry_and_of_every_cited_call() {
    let folder = tempfile::tempdir().unwrap();
    let entry = commit(&open(folder.path()), draft("build", "it builds"), 9);
    let doubts = |world: &Holds| match recheck(&entry, world) {
        State::Unverifiable(doubts) => doubts,
        State::Fresh | State::Stated | State::Stale(_) => Vec::new(),
    };
    let mut world = Holds::of(&entry);
    world.leaves.remove(&9);
    assert_eq!(doubts(&world), [Doubt::NotRecorded]);
    let mut world = Holds::of(&entry);
    let other = commit(&open(folder.path()), draft("build", "it does not"), 10);
    let swapped = Holds::of(&other).leaves.remove(&10).unwrap();
    world.leaves.insert(9, swapped);
    assert_eq!(doubts(&world), [Doubt::Edited]);
    let verdict = |hook| Event::Verdict { call: id(1), postconditions: Check::Passed, hook, evidence: entry.topic_commitment() };
    for (event, good) in [
        (verdict(Check::Passed), true),
        (verdict(Check::Failed), false),
        (Event::Published { call: id(2) }, false),
        (Event::Refused { call: id(1), code: "x".into() }, false),
    ] {
        let mut world = Holds::of(&entry);
        world.leaves.insert(7, event);
        assert_eq!(recheck(&entry, &world) == State::Fresh, good);
    }
}

#[test]
fn a_later_call_s_word_on_a_file_counts() {
    let (before, after) = (cited(&[("a.txt", "before")]), cited(&[("a.txt", "after")]));
    let draft = Draft::new("t".parse().unwrap(), "x", vec![before, after], Integrity::Trusted).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let entry = commit(&open(folder.path()), draft, 9);
    assert_eq!(recheck(&entry, &Holds::of(&entry)), State::Fresh);
}

#[test]
fn refuses_drafts_without_evidence_beyond_the_limits_or_with_text_that_deceives() {
    let make = |text: &str, evidence: Vec<CallEvidence>| {
        Draft::new("t".parse().unwrap(), text, evidence, Integrity::Trusted).map_err(|error| cofferdam_base::Diagnostic::code(&error))
    };
    assert_eq!(make("x", vec![]), Err("memory.no-evidence"));
    for text in ["", " \n ", &"x".repeat(MAX_TEXT_BYTES + 1), "a\u{202e}b", "a\0b", "a\u{1b}[2Jb", "a\u{200b}b"] {
        assert_eq!(make(text, vec![cited(&[])]), Err("memory.text"), "{text:?}");
    }
    let names: Vec<String> = (0..=MAX_CITED_FILES).map(|number| number.to_string()).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(make("x", vec![cited(&files)]), Err("memory.too-much-evidence"));
    assert_eq!(make("x", vec![cited(&[]); 17]), Err("memory.too-much-evidence"));
}

#[test]
fn loose_text_stays_and_is_never_fresh() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let entry = commit(&memory, draft("build", "one"), 9);
    let file = folder.path().join("state/memory/topics/build.md");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}My own note.\n## not an entry\n> x\n")).unwrap();
    commit(&memory, draft("build", "two"), 10);
    let found = memory.read(&"build".parse().unwrap()).unwrap();
    let loose: Vec<&str> =
        found.iter().filter_map(|found| if let Found::Loose { text, .. } = found { Some(text.as_str()) } else { None }).collect();
    assert_eq!(loose, ["My own note.\n", "## not an entry\n> x\n"]);
    let states: Vec<&str> = found.iter().map(|found| recheck_found(found, &Holds::of(&entry)).name()).collect();
    assert_eq!(states, ["fresh", "unverifiable", "unverifiable", "unverifiable"], "the second entry is in no ledger of this world");
    assert!(memory.index().unwrap().contains("[build](topics/build.md): 2 entries; newest: two"));
}

#[test]
fn a_full_index_and_a_full_topic_are_errors_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let code =
        |result: Result<cofferdam_memory::Staged, cofferdam_memory::MemoryError>| cofferdam_base::Diagnostic::code(&result.unwrap_err());
    let mut number = 0u8;
    let full = loop {
        number += 1;
        match memory.stage(seal(draft("long", &"x".repeat(MAX_TEXT_BYTES)), number), 1) {
            Ok(staged) => drop(memory.commit(staged).unwrap()),
            Err(error) => break error,
        }
    };
    assert_eq!((cofferdam_base::Diagnostic::code(&full), number), ("memory.topic-full", 14));
    let topics = folder.path().join("state/memory/topics");
    for name in 1..MAX_TOPICS {
        std::fs::write(topics.join(format!("t{name}.md")), "by hand").unwrap();
    }
    let before = std::fs::read(folder.path().join("state/memory/MEMORY.md")).unwrap();
    assert_eq!(code(memory.stage(seal(draft("one-more", "x"), 200), 1)), "memory.index-full");
    assert_eq!(std::fs::read(folder.path().join("state/memory/MEMORY.md")).unwrap(), before);
    assert!(memory.staged().unwrap().is_empty());
}

#[test]
fn a_crash_between_any_two_writes_is_settled_to_the_same_files() {
    let files = |folder: &Path| {
        let read = |name: &str| std::fs::read_to_string(folder.join("state/memory").join(name)).unwrap_or_default();
        (read("MEMORY.md"), read("topics/build.md"), open(folder).staged().unwrap().len())
    };
    let whole = tempfile::tempdir().unwrap();
    commit(&open(whole.path()), draft("build", "one"), 1);
    commit(&open(whole.path()), draft("build", "two"), 2);
    let wanted = files(whole.path());
    // After the stage; after the topic; after the index: the staged file is still there each time.
    for written in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let memory = open(folder.path());
        commit(&memory, draft("build", "one"), 1);
        let staged = memory.stage(seal(draft("build", "two"), 2), 2).unwrap();
        drop(staged);
        for name in ["topics/build.md", "MEMORY.md"].iter().take(written) {
            std::fs::copy(whole.path().join("state/memory").join(name), folder.path().join("state/memory").join(name)).unwrap();
        }
        let staged = open(folder.path()).staged().unwrap().pop().unwrap();
        open(folder.path()).commit(staged).unwrap();
        assert_eq!(files(folder.path()), wanted, "{written} files written");
    }
    let folder = tempfile::tempdir().unwrap();
    let staged = open(folder.path()).stage(seal(draft("build", "two"), 2), 2).unwrap();
    open(folder.path()).discard(staged).unwrap();
    assert_eq!(files(folder.path()), (String::new(), String::new(), 0));
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~äß\n#>-]{1,200}",
        Just("## 00000000000000000000000000\n\n> x\n\n- drafted: trusted".to_owned()),
        Just("- recorded: leaf 1\n  - salt: 00".to_owned()),
        Just("> quoted\n>\n> more".to_owned()),
    ]
}

proptest! {
    #[test]
    fn what_is_committed_reads_back(texts in proptest::collection::vec(any_text(), 1..5), names in proptest::collection::vec("[a-z\"\u{1}ä ]{1,12}", 0..4)) {
        let folder = tempfile::tempdir().unwrap();
        let memory = open(folder.path());
        let names: Vec<WorkspacePath> = names.iter().filter_map(|name| WorkspacePath::parse(name).ok()).collect();
        let mut entries = Vec::new();
        for (number, text) in texts.iter().enumerate() {
            let mut evidence = cited(&[]);
            evidence.files = names.iter().map(|name| (name.clone(), Digest::of(b"x"))).collect();
            if let Ok(draft) = Draft::new("build".parse().unwrap(), text, vec![evidence], Integrity::Trusted) {
                entries.push(Found::Entry(commit(&memory, draft, u8::try_from(number + 1).unwrap())));
            }
        }
        if !entries.is_empty() {
            prop_assert_eq!(memory.read(&"build".parse::<Topic>().unwrap()).unwrap(), entries);
        }
    }

    #[test]
    fn any_topic_file_reads_without_loss(text in "[ -~\n#>äß-]{0,400}") {
        let folder = tempfile::tempdir().unwrap();
        let memory = open(folder.path());
        std::fs::write(folder.path().join("state/memory/topics/t.md"), &text).unwrap();
        let found = memory.read(&"t".parse().unwrap()).unwrap();
        let kept: String = found.iter().map(|found| if let Found::Loose { text, .. } = found { text.as_str() } else { "" }).collect();
        prop_assert_eq!(kept.split_whitespace().collect::<String>(), text.split_whitespace().collect::<String>());
    }
}
