//! The same call through every gate, in this process; an edit, with and without syncs; and a step of the agent.

use std::{
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use cofferdam_agent::{Agent, AgentParts, Watcher};
use cofferdam_base::{Clock, Entropy, Interrupt, Timestamp, entropy::NoEntropy};
use cofferdam_gate::{Asked, Attendant, CallInput, Gate, GateParts, LoadedTool, Mode, Toolbox, Unattended, policy_signature};
use cofferdam_ledger::Signer;
use cofferdam_model::{Answered, Caps, ChatRequest, ChatResponse, Finish, ModelError, Prices, Provider, TokenUsage, ToolCall};
use cofferdam_policy::{Answer, Environment, Integrity, Origin, Policies, Role, builtin};
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

/// Nobody asks for anything; nothing is shown.
struct Silent;

impl Attendant for Silent {
    fn answer(&mut self, _: &Asked<'_>) -> Answer {
        Answer::Nobody
    }
}

impl Watcher for Silent {}

fn open(state: &Path, work: &Path, durability: Durability) -> Gate {
    let keyring = Keyring::builtin().expect("a keyring");
    let lock = Lock::parse(include_str!("../../../tools/dist/tools.lock")).expect("a lock");
    let sandbox = Sandbox::new().expect("a sandbox");
    let (mut tools, mut signatures) = (Toolbox::default(), Vec::new());
    for entry in lock.entries() {
        let (component, statement): (&[u8], &[u8]) = match entry.name().as_str() {
            "files" => (include_bytes!("../../../tools/dist/files.wasm"), include_bytes!("../../../tools/dist/files.dsse.json")),
            "edit" => (include_bytes!("../../../tools/dist/edit.wasm"), include_bytes!("../../../tools/dist/edit.dsse.json")),
            _ => continue,
        };
        let verified = cofferdam_trust::verify(component.into(), statement, entry, &keyring, Now.now()).expect("a verified tool");
        signatures.push(policy_signature(&verified));
        tools.insert(LoadedTool::prepare(verified, &sandbox, None).expect("a tool"));
    }
    let policies = Policies::load(&builtin(Role::Default), &Environment { tools: signatures, model_hosts: Vec::new() }).expect("policies");
    let workspace = Workspace::open_ambient(work).expect("a workspace");
    Gate::open(GateParts {
        state: StateDir::open_ambient_with_durability(state, &workspace, durability).expect("a state"),
        workspace,
        keyring,
        tools,
        policies: Arc::new(policies),
        lock_digest: None,
        signer: Signer::from_seed("cofferdam/bench".parse().expect("an origin"), &[7; 32]),
        retired: Vec::new(),
        clock: Arc::new(Now),
        entropy: Arc::new(Random),
        pause: std::thread::sleep,
    })
    .expect("a gate")
}

fn call(gate: &Gate, function: &str, arguments: String) {
    let input = CallInput { function: function.to_owned(), arguments, origin: Origin::User, integrity: Integrity::Trusted };
    gate.call(&input, Mode::Publish, &mut Unattended).map_err(|refused| refused.to_string()).expect("the call goes through");
}

fn edits(gate: &Gate, name: &str, count: usize) -> Series {
    measure(count, |number| call(gate, "edit.create", format!("{{\"path\": \"{name}/{number}.txt\", \"content\": \"x\"}}")))
}

/// A model that reads one file again and again. Every turn is another range, so that no call repeats one.
struct Reader {
    turns: usize,
    begun: std::time::Instant,
    series: Series,
}

impl Provider for Reader {
    fn name(&self) -> &str {
        "bench"
    }

    fn host(&self) -> Option<String> {
        None
    }

    fn model(&self) -> &str {
        "bench"
    }

    fn request_bytes(&self, _: &ChatRequest) -> Result<u64, ModelError> {
        Ok(0)
    }

    fn complete(&mut self, _: &ChatRequest) -> Result<Answered, ModelError> {
        if self.turns > 0 {
            self.series.push(self.begun.elapsed());
        }
        self.turns += 1;
        let calls = if self.turns > CALLS {
            Vec::new()
        } else {
            let arguments = format!("{{\"path\": \"a.txt\", \"start\": 1, \"end\": {}}}", self.turns);
            vec![ToolCall { id: self.turns.to_string(), name: "files.read".to_owned(), arguments }]
        };
        let response = ChatResponse { text: "done".to_owned(), calls, finish: Finish::Calls, usage: TokenUsage::default() };
        self.begun = std::time::Instant::now();
        Ok(Answered { response, egress_bytes: 0, requests: 1 })
    }
}

/// The rows of calls in this process.
pub(crate) fn rows(folder: &Path, work: &Path, baseline: &Series) {
    let gate = open(&folder.join("synced"), work, Durability::Synced);
    let read = || "{\"path\": \"a.txt\"}".to_owned();
    let gated = measure(CALLS, |_| call(&gate, "files.read", read()));
    gated.print("the same call through every gate, verified and recorded", baseline);
    edits(&gate, "synced", CALLS / 4).print("an edit, published durably", baseline);
    let unsynced = open(&folder.join("unsynced"), work, Durability::Unsynced);
    edits(&unsynced, "unsynced", CALLS / 4).print("an edit, with every sync left out", baseline);
    let mut reader = Reader { turns: 0, begun: std::time::Instant::now(), series: Series::default() };
    let parts = AgentParts { gate: &gate, provider: &mut reader, prices: Prices::default(), clock: &Now, interrupt: Interrupt::default() };
    let caps = Caps { steps: u64::MAX, requests: u64::MAX, ..Caps::default() };
    Agent::begin(parts, "read", caps).and_then(|mut agent| agent.go(&mut Silent)).expect("a run");
    reader.series.print("a step of the agent with one such call", baseline);
}
