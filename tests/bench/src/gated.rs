//! The same call through every gate, in this process, step by step; an edit, with and without syncs.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use cofferdam_base::{Clock, Entropy, Timestamp, entropy::NoEntropy};
use cofferdam_gate::{
    Asked, Attendant, CallInput, Gate, GateParts, Labelling, LoadedTool, Mode, Reply, Step, Toolbox, Unattended, Workshop, policy_signature,
};
use cofferdam_ledger::Signer;
use cofferdam_policy::{Environment, Integrity, Origin, Policies, Profile, builtin};
use cofferdam_sandbox::Sandbox;
use cofferdam_store::{StateDir, Workspace, state::Durability};
use cofferdam_trust::{Keyring, Lock};

use crate::{CALLS, measure, series::Series};

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(0))
    }
}

struct Random;

impl Entropy for Random {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(bytes).map_err(|error| NoEntropy(error.to_string()))
    }
}

/// How long each step of the calls took.
#[derive(Default)]
struct Stopwatch {
    running: Option<(Step, Instant)>,
    steps: BTreeMap<Step, Series>,
}

impl Stopwatch {
    fn stop(&mut self) {
        if let Some((step, begun)) = self.running.take() {
            self.steps.entry(step).or_default().push(begun.elapsed());
        }
    }

    fn print(&self, baseline: &Series) {
        for (step, series) in &self.steps {
            series.print(&format!("  of which {}", step.as_str()), baseline);
        }
    }
}

impl Attendant for Stopwatch {
    fn entered(&mut self, step: Step) {
        self.stop();
        self.running = Some((step, Instant::now()));
    }

    fn answer(&mut self, _: &Asked<'_>) -> Reply {
        Reply::Nobody
    }
}

fn open(state: &Path, work: &Path, durability: Durability) -> Gate {
    let keyring = Keyring::builtin().expect("a keyring");
    let lock = Lock::parse(include_str!("../../../tools/dist/tools.lock")).expect("a lock");
    let workshop = Workshop::without_cache(Sandbox::new().expect("a sandbox"));
    let (mut tools, mut signatures) = (Toolbox::default(), Vec::new());
    for entry in lock.entries() {
        let (component, statement): (&[u8], &[u8]) = match entry.name().as_str() {
            "files" => (include_bytes!("../../../tools/dist/files.wasm"), include_bytes!("../../../tools/dist/files.dsse.json")),
            "edit" => (include_bytes!("../../../tools/dist/edit.wasm"), include_bytes!("../../../tools/dist/edit.dsse.json")),
            _ => continue,
        };
        let verified = cofferdam_trust::verify(component.into(), statement, entry, &keyring, Now.now()).expect("a verified tool");
        signatures.push(policy_signature(&verified));
        tools.insert(LoadedTool::new(verified, &workshop));
    }
    let policies =
        Policies::load(&builtin(Profile::Careful), &Environment { tools: signatures, model_hosts: Vec::new() }).expect("policies");
    let workspace = Workspace::open_ambient(work).expect("a workspace");
    Gate::open(GateParts {
        state: StateDir::open_ambient_with_durability(state, &workspace, durability).expect("a state"),
        workspace,
        keyring,
        tools,
        policies: Arc::new(policies),
        lock_digest: None,
        network: None,
        signer: Signer::from_seed("cofferdam/bench".parse().expect("an origin"), &[7; 32]),
        retired: Vec::new(),
        clock: Arc::new(Now),
        entropy: Arc::new(Random),
        pause: std::thread::sleep,
    })
    .expect("a gate")
}

fn call(gate: &Gate, function: &str, arguments: &str, attendant: &mut dyn Attendant) {
    let (function, arguments) = (function.to_owned(), arguments.to_owned());
    let (origin, integrity, labelling) = (Origin::User, Integrity::Trusted, Labelling::Written);
    let input = CallInput { function, arguments, origin, integrity, labelling, secrets: Default::default() };
    gate.call(&input, Mode::Publish, attendant).map_err(|refused| refused.to_string()).expect("the call goes through");
}

/// A gate whose files are synced as the product's are.
pub(crate) fn open_synced(folder: &Path, work: &Path) -> Gate {
    open(&folder.join("synced"), work, Durability::Synced)
}

/// One small file is read.
pub(crate) fn read(gate: &Gate) {
    call(gate, "files.read", r#"{"path": "a.txt"}"#, &mut Unattended);
}

/// A word in one of [`NEIGHBOURS`] small files is replaced, there and back.
fn edits(gate: &Gate, work: &Path, attendant: &mut dyn Attendant) -> Series {
    let file = work.join("small/0.txt");
    measure(CALLS / 4, |_| {
        let there = std::fs::read_to_string(&file).expect("the file");
        let (find, put) = if there == "one\n" { ("one", "two") } else { ("two", "one") };
        call(gate, "edit.replace", &format!(r#"{{"path": "small/0.txt", "find": "{find}", "put": "{put}"}}"#), attendant);
    })
}

/// Files in the folder of the edits: its verify hook looks at all of them.
const NEIGHBOURS: usize = 20;

/// The rows of calls in this process; the median of the gated call in microseconds.
pub(crate) fn rows(folder: &Path, work: &Path, baseline: &Series) -> f64 {
    std::fs::create_dir(work.join("small")).expect("a folder");
    for number in 0..NEIGHBOURS {
        std::fs::write(work.join(format!("small/{number}.txt")), "one\n").expect("a file");
    }
    let gate = open_synced(folder, work);
    let gated = measure(CALLS, |_| read(&gate));
    gated.print("the same call through every gate, verified and recorded", baseline);
    let mut stopwatch = Stopwatch::default();
    for _ in 0..CALLS {
        call(&gate, "files.read", r#"{"path": "a.txt"}"#, &mut stopwatch);
        stopwatch.stop();
    }
    stopwatch.print(baseline);
    let unsynced = open(&folder.join("unsynced"), work, Durability::Unsynced);
    let mut stopwatch = Stopwatch::default();
    edits(&unsynced, work, &mut stopwatch).print("an edit beside 20 files, with every sync left out", baseline);
    stopwatch.print(baseline);
    edits(&gate, work, &mut Unattended).print("the same edit, published durably", baseline);
    gated.quantile(50)
}
