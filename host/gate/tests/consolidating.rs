//! What is consolidated when a run has ended: only where policy says yes without asking, and only duplicates.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at real files")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use cofferdam_base::{Clock, Diagnostic as _, Entropy, Timestamp, entropy::NoEntropy};
use cofferdam_gate::{
    Asked, Attendant, CallInput, Gate, GateParts, Labelling, LoadedTool, Mode, Reply, Toolbox, Unattended, Workshop, policy_signature,
};
use cofferdam_ledger::Signer;
use cofferdam_memory::{CallEvidence, Draft, Scope, State};
use cofferdam_policy::{Environment, GrantOwner, Integrity, Origin, Policies, PolicySource, Profile, RuleSet, builtin};
use cofferdam_sandbox::Sandbox;
use cofferdam_store::{StateDir, Workspace};
use cofferdam_trust::{Keyring, Lock};

const LOCK: &str = include_str!("../../../tools/dist/tools.lock");
const COMPONENT: &[u8] = include_bytes!("../../../tools/dist/files.wasm");
const STATEMENT: &[u8] = include_bytes!("../../../tools/dist/files.dsse.json");

/// A rule of the user's own: about one topic, a person is asked.
const RULE: &str = "@id(\"mine\")\n@ask(\"mine\")\nforbid(principal, action == Action::\"memory:commit\", resource == Topic::\"asked\");\n";

/// A clock that goes on, and bytes that differ: no randomness, so that the test is the same each time.
struct Counting(AtomicU64);

impl Clock for Counting {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000 + self.0.fetch_add(1, Ordering::SeqCst))
    }
}

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        let number = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        bytes.iter_mut().zip(number.iter().rev().cycle()).for_each(|(byte, from)| *byte = *from);
        Ok(())
    }
}

/// A person who says yes to everything, and counts how often they were asked.
#[derive(Default)]
struct Yes(usize);

impl Attendant for Yes {
    fn most_questions(&self) -> usize {
        usize::MAX
    }

    fn answer(&mut self, _: &Asked<'_>) -> Reply {
        self.0 += 1;
        Reply::once("test")
    }
}

fn gate(folder: &Path) -> Gate {
    let work = folder.join("work");
    std::fs::create_dir_all(&work).unwrap();
    std::fs::write(work.join("a.txt"), "a").unwrap();
    let workspace = Workspace::open_ambient(&work).unwrap();
    let state = StateDir::open_ambient(&folder.join("state"), &workspace).unwrap();
    let counting = Arc::new(Counting(AtomicU64::new(0)));
    let keyring = Keyring::builtin().unwrap();
    let lock = Lock::parse(LOCK).unwrap();
    let entry = lock.entries().find(|entry| entry.name().as_str() == "files").unwrap();
    let verified = cofferdam_trust::verify(COMPONENT.into(), STATEMENT, entry, &keyring, counting.now()).unwrap();
    let environment = Environment { tools: vec![policy_signature(&verified)], model_hosts: vec![] };
    let mut sources = builtin(Profile::Careful);
    let set = RuleSet::Grants(GrantOwner::User);
    sources.push(PolicySource { name: "mine.cedar".to_owned(), text: RULE.to_owned(), cases: None, set });
    let mut tools = Toolbox::default();
    tools.insert(LoadedTool::new(verified, &Workshop::without_cache(Sandbox::new().unwrap())));
    Gate::open(GateParts {
        workspace,
        state,
        keyring,
        tools,
        policies: Arc::new(Policies::load(&sources, &environment).unwrap()),
        lock_digest: None,
        network: None,
        signer: Signer::from_seed("cofferdam/test".parse().unwrap(), &[7; 32]),
        retired: vec![],
        clock: counting.clone(),
        entropy: counting,
        pause: |_| {},
    })
    .unwrap()
}

/// Reads a.txt, and remembers what that showed.
fn remember(gate: &Gate, memories: &[(&str, &str)]) {
    let input = CallInput {
        function: "files.read".to_owned(),
        arguments: r#"{"path": "a.txt"}"#.to_owned(),
        origin: Origin::Model,
        integrity: Integrity::Trusted,
        labelling: Labelling::Unknown,
        secrets: BTreeSet::new(),
    };
    let completed = gate.call(&input, Mode::Publish, &mut Unattended).unwrap();
    let shown = completed.evidence;
    let evidence = CallEvidence {
        call: completed.call,
        function: shown.function,
        version: shown.version,
        component: shown.component,
        policy: shown.policy,
        files: shown.files,
        postconditions: shown.postconditions,
        hook: shown.hook.len(),
        network: shown.network,
        leaf: shown.leaf,
    };
    for (topic, text) in memories {
        let draft = Draft::new(topic.parse().unwrap(), text, vec![evidence.clone()], cofferdam_memory::Integrity::Untrusted).unwrap();
        gate.remember(&gate.new_call().unwrap(), draft, &mut Yes::default()).unwrap();
    }
}

/// How many entries each topic has.
fn counts(gate: &Gate) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for found in gate.memory().unwrap().all().unwrap() {
        *counts.entry(found.entry().unwrap().topic().to_string()).or_default() += 1;
    }
    counts
}

#[test]
fn after_a_run_duplicates_are_merged_where_nobody_has_to_be_asked() {
    let folder = tempfile::tempdir().unwrap();
    let gate = gate(folder.path());
    remember(&gate, &[("free", "one"), ("free", "one"), ("asked", "two"), ("asked", "two"), ("free", "two")]);
    remember(&gate, &[("free", "one")]);
    let done = gate.consolidate_after_run().unwrap();
    assert_eq!(done.iter().map(|one| (one.merged, one.moved)).collect::<Vec<_>>(), [((3, 1), (0, 0))]);
    let wanted = |free, asked| BTreeMap::from([("asked".to_owned(), asked), ("free".to_owned(), free)]);
    assert_eq!(counts(&gate), wanted(2, 2), "the topic that a rule asks about, and what it shares with another, is left alone");
    assert!(gate.consolidate_after_run().unwrap().is_empty());

    // The rest needs a person, who is asked about the topic that the rule names.
    let propose = || gate.propose_consolidation(Scope::All).unwrap();
    assert_eq!(gate.consolidate_memory(propose(), &mut Unattended).unwrap_err().code(), "policy.unanswered");
    let (mut person, proposal) = (Yes::default(), propose());
    gate.consolidate_memory(proposal.clone(), &mut person).unwrap();
    assert_eq!(person.0, 1);
    assert_eq!(gate.consolidate_memory(proposal, &mut person).unwrap_err().code(), "memory.changed-meanwhile");
    assert!(propose().is_empty());
    let checked = gate.check_memories(gate.memory().unwrap().all().unwrap()).unwrap();
    assert!(checked.len() == 2 && checked.iter().all(|memory| memory.state == State::Fresh));

    // Taken back, newest first, the memory is as the runs left it.
    let changes = gate.memory_history(None).unwrap();
    assert_eq!(changes.len(), 2);
    for change in &changes {
        assert!(change.time.is_some());
        gate.revert_memory(change.rewrite.id(), &mut person).unwrap();
    }
    assert_eq!(counts(&gate), BTreeMap::from([("asked".to_owned(), 2), ("free".to_owned(), 4)]));
}

#[test]
fn a_split_asks_about_words_from_outside_and_is_nothing_for_the_end_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let gate = gate(folder.path());
    let many: Vec<String> = (0..101).map(|number| format!("fact {number}")).collect();
    remember(&gate, &many.iter().map(|text| ("many", text.as_str())).collect::<Vec<_>>());
    assert!(gate.consolidate_after_run().unwrap().is_empty());
    let mut person = Yes::default();
    let done = gate.consolidate_memory(gate.propose_consolidation(Scope::All).unwrap(), &mut person).unwrap();
    assert_eq!((done.merged, person.0), ((0, 0), done.moved.1));
    assert_eq!(counts(&gate).values().sum::<usize>(), many.len());
    assert!(gate.propose_consolidation(Scope::All).unwrap().is_empty());
}
