//! What it costs to check a recalled entry: its leaf and its calls' leaves shown to be in the ledger, its files digested again.

use std::{cell::RefCell, path::Path, sync::Arc, time::Instant};

use cofferdam_base::{CallId, Digest, EntryId, RunId, Timestamp, WorkspacePath};
use cofferdam_ledger::{Entry as Leaf, Event, Ledger, Salt, Signer, commitment::Opening, event::Check, key::Origin};
use cofferdam_memory::{CallEvidence, Draft, Entry, Integrity, Memory, State, World, recheck};
use cofferdam_store::{Folder, Workspace};

use crate::ledger_files::LedgerFiles;

/// Entries that are checked.
const ENTRIES: usize = 500;
/// Calls that each cites, and files of each call.
const CALLS: usize = 2;
const FILES: usize = 2;
/// Bytes of a file.
const FILE_BYTES: usize = 4096;

struct Project {
    workspace: Arc<Workspace>,
    ledger: RefCell<Ledger>,
}

impl World for Project {
    fn file(&self, path: &WorkspacePath) -> Option<Digest> {
        self.workspace.digest(path).ok().flatten()
    }

    fn tool_stands(&self, _: &Digest) -> bool {
        true
    }

    fn leaf(&self, index: u64) -> Option<Event> {
        let read = self.ledger.borrow_mut().read(&[index].into()).expect("a ledger");
        read.get(&index).map(|leaf| leaf.event().clone())
    }
}

fn run() -> RunId {
    RunId::new(Timestamp(1), [1; 10])
}

fn call(number: usize) -> CallId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&(number as u64).to_be_bytes());
    CallId::new(Timestamp(2), random)
}

fn refused(number: usize) -> Leaf {
    Leaf::new(Timestamp(3), run(), Event::Refused { call: call(number), code: "policy.denied".to_owned() })
}

pub(crate) fn table(leaves: &[usize]) {
    println!();
    println!("Re-checking a recalled entry: {CALLS} calls, {} files of {FILE_BYTES} bytes", CALLS * FILES);
    println!("{:<12} {:>10} {:>10} {:>14} {:>16}", "leaves", "p50 us", "p99 us", "tree, first ms", "one pass, ms");
    for leaves in leaves {
        row(*leaves);
    }
}

fn row(leaves: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let work = folder.path().join("work");
    std::fs::create_dir(&work).expect("a folder");
    let files = folder.path().join("ledger");
    std::fs::create_dir(&files).expect("a folder");
    let signer = Signer::from_seed("cofferdam.dev/bench".parse::<Origin>().expect("an origin"), &[7; 32]);
    let mut ledger = Ledger::create(LedgerFiles::new(files), signer).expect("a ledger");
    for batch in 0..leaves.div_ceil(1000) {
        let batch: Vec<Leaf> = (batch * 1000..leaves.min((batch + 1) * 1000)).map(refused).collect();
        ledger.append_all(&batch).expect("appended");
    }
    let entries = entries(&mut ledger, folder.path(), &work);
    let begun = Instant::now();
    ledger.read(&[0].into()).expect("a leaf");
    let caught_up = begun.elapsed();
    let begun = Instant::now();
    assert!(ledger.entries_from(cofferdam_ledger::LeafIndex(0)).all(|leaf| leaf.is_ok()));
    let pass = begun.elapsed();
    let project = Project { workspace: Workspace::open_ambient(&work).expect("a workspace"), ledger: RefCell::new(ledger) };
    let mut times: Vec<f64> = entries
        .iter()
        .map(|entry| {
            let begun = Instant::now();
            assert_eq!(recheck(entry, &project), State::Fresh);
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{leaves:<12} {:>10.0} {:>10.0} {:>14.1} {:>16.1}",
        at(0.5),
        at(0.99),
        caught_up.as_secs_f64() * 1e3,
        pass.as_secs_f64() * 1e3
    );
}

/// Entries whose calls and files are there, committed the way a run commits them.
fn entries(ledger: &mut Ledger, root: &Path, work: &Path) -> Vec<Entry> {
    let state = root.join("state");
    std::fs::create_dir(&state).expect("a folder");
    std::fs::set_permissions(&state, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("a private folder");
    let state = Folder::open_ambient(&state).expect("a folder");
    (0..ENTRIES).map(|number| entry(ledger, &state, work, number)).collect()
}

fn entry(ledger: &mut Ledger, state: &Folder, work: &Path, number: usize) -> Entry {
    let salt = |purpose: u8| Salt::from_random([purpose; 32]);
    let evidence = (0..CALLS)
        .map(|index| {
            let call = call(1_000_000_000 + number * CALLS + index);
            let files = (0..FILES)
                .map(|file| {
                    let name = format!("{number}-{index}-{file}.txt");
                    let bytes = format!("{name}\n").repeat(FILE_BYTES / (name.len() + 1));
                    std::fs::write(work.join(&name), &bytes).expect("a file");
                    (WorkspacePath::parse(&name).expect("a path"), Digest::of(bytes.as_bytes()))
                })
                .collect();
            let shown = Opening::new(salt(1), "evidence".to_owned()).commitment();
            let verdict = Event::Verdict { call: call.clone(), postconditions: Check::Passed, hook: Check::Passed, evidence: shown };
            let leaf = ledger.append(&Leaf::new(Timestamp(4), run(), verdict)).expect("appended").0;
            let (component, policy) = (Digest::of(b"component"), Digest::of(b"policy"));
            CallEvidence {
                call,
                function: "files.read".into(),
                version: "1.0.0".into(),
                component,
                policy,
                files,
                postconditions: 1,
                hook: 1,
                network: false,
                leaf,
            }
        })
        .collect();
    // A topic of its own: what is measured is the check.
    let topic = format!("topic-{}", number % 20).parse().expect("a topic");
    let draft = Draft::new(topic, &format!("Fact {number} holds."), evidence, Integrity::Trusted).expect("a draft");
    let sealed = draft.seal(EntryId::from(&call(2_000_000_000 + number)), salt(2), salt(3));
    let memory = Memory::open(state).expect("a memory");
    let staged = memory.stage(sealed, ledger.size()).expect("staged");
    ledger.append(&Leaf::new(Timestamp(5), run(), staged.event())).expect("appended");
    memory.commit(staged).expect("committed")
}
