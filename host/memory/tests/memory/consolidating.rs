//! A consolidation keeps every evidence, every text and everything by hand, makes nothing better, and is done once.

use std::collections::BTreeSet;

use cofferdam_memory::{Draft, Ground, OVERGROWN_ENTRIES, Proposal, Rewrite, Scope};

use super::*;

/// Identifiers and salts in the order of time, from a number on.
fn numbered(from: u64) -> impl FnMut() -> Result<(EntryId, Salt), MemoryError> {
    let mut number = from;
    move || {
        number += 1;
        Ok((entry_id(number), Salt::from_random([u8::try_from(number % 251).unwrap(); 32])))
    }
}

fn entry_id(number: u64) -> EntryId {
    EntryId::from(&CallId::new(Timestamp(number), [7; 10]))
}

/// Stages and commits a rewrite; gives its identifier and what the ledger is told.
pub(crate) fn rewrite(memory: &Memory, rewrite: Rewrite, leaf: u64) -> (EntryId, Event) {
    let staged = memory.stage_rewrite(rewrite, leaf, numbered(leaf * 1000)).unwrap();
    let told = (staged.id().clone(), staged.event());
    memory.commit_rewrite(staged).unwrap();
    told
}

/// A memory, and the world that knows of it.
struct Scene {
    folder: tempfile::TempDir,
    memory: Memory,
    world: Holds,
    next: u64,
}

fn call(number: u8, files: &[(&str, &str)]) -> CallEvidence {
    CallEvidence { call: id(number), leaf: u64::from(number), ..cited(files) }
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let memory = open(folder.path());
        let leaves = (0..=9).map(|number| (u64::from(number), Event::Published { call: id(number) })).collect();
        let files = ["x", "y", "z"].map(|name| (path(name), Digest::of(b"1"))).into();
        Self { folder, memory, world: Holds { files, leaves, tools: true }, next: 100 }
    }

    fn remember(&mut self, topic: &str, text: &str, evidence: Vec<CallEvidence>, integrity: Integrity) -> Option<Entry> {
        let draft = Draft::new(topic.parse().unwrap(), text, evidence, integrity).unwrap();
        self.next += 1;
        let salt = |add: u64| Salt::from_random([u8::try_from((self.next + add) % 251).unwrap(); 32]);
        let staged = self.memory.stage(draft.seal(entry_id(self.next), salt(0), salt(9)), self.next).ok()?;
        self.world.leaves.insert(self.next, staged.event());
        Some(self.memory.commit(staged).unwrap())
    }

    fn state_by_hand(&mut self, topic: &str, text: &str) {
        let topic: Topic = topic.parse().unwrap();
        let before = self.memory.text(&topic).unwrap();
        let text = format!("{}\n## x\n{text}\n", before.clone().unwrap_or_default());
        // Loose text would become a statement too: that is what an edit does.
        let revision = self.memory.revise(&topic, before.as_deref(), &text).unwrap();
        self.next += 1;
        let (_, event) = rewrite(&self.memory, revision, self.next);
        self.world.leaves.insert(self.next, event);
    }

    fn by_hand(&self, topic: &str, change: impl FnOnce(String) -> String) {
        let file = self.folder.path().join(format!("state/memory/topics/{topic}.md"));
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, change(text)).unwrap();
    }

    fn propose(&self, scope: Scope) -> Proposal {
        let survey = self.memory.survey().unwrap();
        survey.propose(scope, &self.world, &|_| true)
    }

    /// Consolidates until there is nothing more to do.
    fn consolidate(&mut self, scope: Scope) -> usize {
        for round in 0..50 {
            let proposal = self.propose(scope);
            if proposal.is_empty() {
                return round;
            }
            self.next += 1;
            let (_, event) = rewrite(&self.memory, proposal.into_rewrite(), self.next);
            self.world.leaves.insert(self.next, event);
        }
        panic!("it never ends");
    }

    fn entries(&self) -> Vec<Entry> {
        self.memory.all().unwrap().iter().filter_map(Found::entry).cloned().collect()
    }

    /// Every loose byte, topic by topic.
    fn loose(&self) -> BTreeMap<String, String> {
        let mut loose: BTreeMap<String, String> = BTreeMap::new();
        for found in self.memory.all().unwrap() {
            if let Found::Loose { topic, text, .. } = found {
                // A blank line in front of it belongs to what stands there.
                loose.entry(topic.to_string()).or_default().push_str(text.trim_start_matches('\n'));
            }
        }
        loose
    }

    fn states(&self) -> Vec<&'static str> {
        self.entries().iter().map(|entry| recheck(entry, &self.world).name()).collect()
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rank(state: &State) -> u8 {
    match state {
        State::Fresh => 0,
        State::Stated => 1,
        State::Stale(_) => 2,
        State::Unverifiable(_) => 3,
    }
}

#[test]
fn duplicates_become_one_that_cites_all_where_the_newest_stood() {
    let mut scene = Scene::new();
    scene.remember("a", "it builds", vec![call(1, &[("x", "0")]), call(2, &[("x", "1")])], Integrity::Trusted);
    scene.remember("a", "between", vec![call(1, &[])], Integrity::Trusted);
    scene.remember("b", "it   builds", vec![call(3, &[("y", "1")])], Integrity::Untrusted);
    scene.remember("b", "It builds", vec![call(3, &[])], Integrity::Trusted);
    assert_eq!(scene.consolidate(Scope::Duplicates), 1);
    let entries = scene.entries();
    let told: Vec<(&str, &str)> = entries.iter().map(|entry| (entry.topic().as_str(), entry.text())).collect();
    assert_eq!(told, [("a", "between"), ("b", "it   builds"), ("b", "It builds")]);
    let merged = &entries[1];
    assert_eq!(merged.evidence().iter().map(|cited| cited.leaf).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(merged.integrity(), Integrity::Untrusted);
    assert_eq!((merged.origins(), merged.age()), (&[entry_id(101), entry_id(103)][..], &entry_id(103)));
    assert_eq!(recheck(merged, &scene.world), State::Fresh);
    let Some(Event::MemoryConsolidated { topics, entries, removed, calls }) = scene.world.leaves.get(&scene.next) else { panic!() };
    assert_eq!((topics.len(), entries.len(), removed, calls), (2, 1, &vec![entry_id(101), entry_id(103)], &vec![id(1), id(2), id(3)]));
}

#[test]
fn only_what_the_ledger_tells_of_and_rests_on_calls_is_merged_and_like_with_like() {
    let mut scene = Scene::new();
    let fresh = || vec![call(1, &[("x", "1")])];
    scene.remember("a", "same", fresh(), Integrity::Trusted);
    scene.state_by_hand("a", "same");
    // Stale, of an unknown call, citing another account of a call, changed by hand: none of them joins.
    scene.remember("b", "same", vec![call(2, &[("x", "0")])], Integrity::Trusted);
    scene.remember("b", "same", vec![call(99, &[])], Integrity::Trusted);
    scene.remember("b", "same", vec![call(1, &[("y", "1")])], Integrity::Trusted);
    scene.remember("c", "sane", fresh(), Integrity::Trusted);
    scene.by_hand("c", |text| text.replace("sane", "same"));
    let before = scene.entries();
    assert_eq!(scene.consolidate(Scope::All), 0);
    assert_eq!(scene.entries(), before);
    assert_eq!(before.iter().filter(|entry| words(entry.text()) == "same" || *entry.ground() == Ground::Person).count(), 6);
}

#[test]
fn an_entry_of_a_consolidation_is_only_as_good_as_what_it_cites_and_its_leaf_says() {
    let mut scene = Scene::new();
    for number in 1..=2 {
        scene.remember("a", "same", vec![call(number, &[("x", "1")])], Integrity::Trusted);
    }
    scene.consolidate(Scope::All);
    let merged = scene.entries().remove(0);
    let leaf = scene.world.leaves.get(&merged.leaf()).cloned().unwrap();
    let Event::MemoryConsolidated { topics, entries, removed, calls } = leaf.clone() else { panic!() };
    let mut check = |event: Event| {
        scene.world.leaves.insert(merged.leaf(), event);
        recheck(&merged, &scene.world)
    };
    assert_eq!(check(leaf), State::Fresh);
    let other = |topics: &[_], entries: &[_], calls: &[CallId]| Event::MemoryConsolidated {
        topics: topics.to_vec(),
        entries: entries.to_vec(),
        removed: removed.clone(),
        calls: calls.to_vec(),
    };
    for event in [other(&[], &entries, &calls), other(&topics, &topics, &calls), other(&topics, &entries, &calls[..1])] {
        assert_eq!(check(event), State::Unverifiable(vec![Doubt::Edited]));
    }
    let edited = Event::MemoryEdited { topic: topics[0], entries: entries.clone(), removed: vec![] };
    assert_eq!(check(edited), State::Unverifiable(vec![Doubt::NotRecorded]));
    check(other(&topics, &entries, &calls));
    scene.world.leaves.insert(2, Event::Refused { call: id(2), code: "x".into() });
    assert_eq!(recheck(&merged, &scene.world), State::Unverifiable(vec![Doubt::Call(id(2))]));
}

#[test]
fn an_overgrown_topic_keeps_its_newest_and_the_rest_moves_with_all_that_it_cites() {
    let mut scene = Scene::new();
    let count = OVERGROWN_ENTRIES + 5;
    for number in 0..count {
        scene.remember("a", &format!("fact {number}"), vec![call(1, &[("x", "1")])], Integrity::Untrusted);
    }
    scene.by_hand("a", |text| text + "By hand.\n");
    scene.remember("a-2", "another", vec![call(1, &[])], Integrity::Trusted);
    let before = scene.entries();
    assert!(scene.propose(Scope::Duplicates).is_empty());
    let proposal = scene.propose(Scope::All);
    assert_eq!(proposal.topics()[&"a-3".parse::<Topic>().unwrap()], Integrity::Untrusted);
    assert_eq!(proposal.topics()[&"a".parse::<Topic>().unwrap()], Integrity::Trusted);
    assert_eq!(scene.consolidate(Scope::All), 1);
    let entries = scene.entries();
    let texts = |topic: &str| -> Vec<String> {
        entries.iter().filter(|entry| entry.topic().as_str() == topic).map(|entry| entry.text().to_owned()).collect()
    };
    let facts = |range: std::ops::Range<usize>| range.map(|number| format!("fact {number}")).collect::<Vec<_>>();
    let kept = texts("a").len();
    assert!(kept <= OVERGROWN_ENTRIES / 2);
    assert_eq!(texts("a"), facts(count - kept..count));
    assert_eq!([texts("a-3"), texts("a-4")].concat(), facts(0..count - kept));
    assert_eq!(texts("a-2"), ["another"]);
    assert_eq!(scene.loose()["a"], "By hand.\n");
    assert!(scene.states().iter().all(|state| *state == "fresh"));
    let moved = entries.iter().find(|entry| entry.text() == "fact 0").unwrap();
    assert_eq!(moved.origins(), [before.iter().find(|entry| entry.text() == "fact 0").unwrap().id().clone()]);
    assert_eq!(entries.len(), before.len());
}

#[test]
fn a_consolidation_is_taken_back_byte_for_byte_and_its_entries_check_as_before() {
    let mut scene = Scene::new();
    for number in 1..=3 {
        scene.remember(["a", "b", "c"][usize::from(number) - 1], "same", vec![call(number, &[("x", "1")])], Integrity::Trusted);
    }
    let text = |scene: &Scene| ["a", "b", "c"].map(|topic| scene.memory.text(&topic.parse().unwrap()).unwrap());
    let before = text(&scene);
    scene.consolidate(Scope::All);
    let after = text(&scene);
    assert!(after[0].is_none() && after[1].is_none());
    for (leaf, wanted) in [(900, &before), (901, &after), (902, &before)] {
        let newest = scene.memory.rewrites().unwrap().remove(0);
        let undo = scene.memory.undo(&newest).unwrap();
        let (_, event) = rewrite(&scene.memory, undo, leaf);
        scene.world.leaves.insert(leaf, event);
        assert_eq!(text(&scene), *wanted);
        assert!(scene.states().iter().all(|state| *state == "fresh"));
    }
    let merged = scene.memory.rewrite_of(&entry_id(102)).unwrap();
    assert_eq!(merged.leaf(), 902);
}

/// One thing that happens to a memory.
#[derive(Debug, Clone)]
enum Happens {
    Remembered { topic: usize, text: usize, calls: Vec<(u8, Vec<(usize, usize)>)>, untrusted: bool },
    Stated { topic: usize, text: usize },
    ByHand { topic: usize, text: usize },
    Tampered { topic: usize },
    Copied { topic: usize },
}

const TOPICS: [&str; 3] = ["a", "a-2", "b"];
const TEXTS: [&str; 5] = ["one", "one  ", "o ne", "o\nne", "two: port = 1"];
const FILES: [&str; 3] = ["x", "y", "z"];

fn happens() -> impl Strategy<Value = Happens> {
    let files = proptest::collection::vec((0..3usize, 0..2usize), 0..3);
    let calls = proptest::collection::vec((0..12u8, files), 1..8);
    prop_oneof![
        9 => (0..3usize, 0..5usize, calls, any::<bool>()).prop_map(|(topic, text, calls, untrusted)| Happens::Remembered { topic, text, calls, untrusted }),
        1 => (0..3usize, 0..5usize).prop_map(|(topic, text)| Happens::Stated { topic, text }),
        1 => (0..3usize, 0..5usize).prop_map(|(topic, text)| Happens::ByHand { topic, text }),
        1 => (0..3usize).prop_map(|topic| Happens::Tampered { topic }),
        1 => (0..3usize).prop_map(|topic| Happens::Copied { topic }),
    ]
}

fn scene_of(happened: Vec<Happens>) -> Scene {
    let mut scene = Scene::new();
    for one in happened {
        match one {
            Happens::Remembered { topic, text, calls, untrusted } => {
                let mut evidence: Vec<CallEvidence> = Vec::new();
                for (number, files) in calls {
                    let names: BTreeMap<&str, &str> = files.iter().map(|(name, digest)| (FILES[*name], ["0", "1"][*digest])).collect();
                    evidence.push(call(number, &names.into_iter().collect::<Vec<_>>()));
                }
                let integrity = if untrusted { Integrity::Untrusted } else { Integrity::Trusted };
                scene.remember(TOPICS[topic], TEXTS[text], evidence, integrity);
            }
            Happens::Stated { topic, text } => scene.state_by_hand(TOPICS[topic], TEXTS[text]),
            Happens::ByHand { topic, text } => scene.by_hand(TOPICS[topic], |file| format!("{file}{}\n", TEXTS[text])),
            Happens::Tampered { topic } => scene.by_hand(TOPICS[topic], |file| file.replacen("> two: port", "> one: port", 1)),
            Happens::Copied { topic } => scene.by_hand(TOPICS[topic], |file| match file.find("## 0") {
                Some(at) => format!("{file}{}", file.split_at(at).1),
                None => file,
            }),
        }
    }
    scene
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_consolidation_loses_nothing_makes_nothing_better_and_is_done_once(
        happened in proptest::collection::vec(happens(), 1..16),
        later in proptest::collection::vec(0..3usize, 3),
    ) {
        let mut scene = scene_of(happened);
        let (before, loose) = (scene.entries(), scene.loose());
        let states: Vec<State> = before.iter().map(|entry| recheck(entry, &scene.world)).collect();
        scene.consolidate(Scope::All);
        let after = scene.entries();

        // Every cited evidence, every text, everything by hand.
        let evidence = |entries: &[Entry]| -> BTreeSet<String> { entries.iter().flat_map(Entry::evidence).map(|cited| format!("{cited:?}")).collect() };
        let texts = |entries: &[Entry]| -> BTreeSet<String> { entries.iter().map(|entry| words(entry.text())).collect() };
        prop_assert_eq!(evidence(&before), evidence(&after));
        prop_assert_eq!(texts(&before), texts(&after));
        prop_assert_eq!(loose, scene.loose());

        // What a person stated, and what the ledger does not tell of, stays where and as it is.
        let stays = |entry: &&Entry| *entry.ground() == Ground::Person || matches!(recheck(entry, &scene.world), State::Unverifiable(_));
        for entry in before.iter().filter(stays) {
            prop_assert!(after.contains(entry));
        }

        // In the world as it is and in any later one, no entry is better than the best of those that it stands for.
        for entry in &after {
            // What was left alone is what it was; a copy by hand, under the same identifier, is another.
            let left_alone = before.contains(entry);
            let parts: Vec<(&Entry, &State)> = before.iter().zip(&states)
                .filter(|(part, _)| if left_alone { *part == entry } else { part.id() == entry.id() || entry.origins().contains(part.id()) })
                .collect();
            prop_assert!(!parts.is_empty());
            let best = parts.iter().map(|(_, state)| rank(state)).min().unwrap();
            prop_assert_eq!(rank(&recheck(entry, &scene.world)), best);
            let mut world = Holds { files: scene.world.files.clone(), leaves: scene.world.leaves.clone(), tools: true };
            for (name, digest) in FILES.iter().zip(&later) {
                match digest {
                    2 => { world.files.remove(&path(name)); }
                    digest => { world.files.insert(path(name), Digest::of(["0", "1"][*digest].as_bytes())); }
                }
            }
            let best = parts.iter().map(|(part, _)| rank(&recheck(part, &world))).min().unwrap();
            prop_assert!(rank(&recheck(entry, &world)) >= best);
        }
        prop_assert!(scene.propose(Scope::All).is_empty());
    }

    #[test]
    fn whatever_was_consolidated_can_be_taken_back(happened in proptest::collection::vec(happens(), 1..12)) {
        let mut scene = scene_of(happened);
        let text = |scene: &Scene| TOPICS.map(|topic| scene.memory.text(&topic.parse().unwrap()).unwrap());
        let before = text(&scene);
        let rounds = scene.consolidate(Scope::All);
        for round in 0..rounds {
            let record = scene.memory.rewrites().unwrap().into_iter().find(|record| record.leaf() == scene.next - u64::try_from(round).unwrap()).unwrap();
            let undo = scene.memory.undo(&record).unwrap();
            rewrite(&scene.memory, undo, 5000 + u64::try_from(round).unwrap());
        }
        prop_assert_eq!(text(&scene), before);
    }
}
