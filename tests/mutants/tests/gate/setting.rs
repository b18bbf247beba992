//! A gate over a real folder, with one first-party tool under its own signed promises, and its lies under the same ones.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use cofferdam_base::{CallId, Digest, Entropy, Timestamp, clock::FixedClock, entropy::NoEntropy};
use cofferdam_gate::{
    CallInput, Completed, Gate, GateParts, Labelling, LoadedTool, Mode, Refused, Toolbox, Unattended, Workshop, policy_signature,
};
use cofferdam_ledger::{Event, Signer, parse_entry};
use cofferdam_mutants::Subject;
use cofferdam_policy::{Environment, Integrity, Origin, Policies, Profile, builtin};
use cofferdam_sandbox::Sandbox;
use cofferdam_store::{StateDir, Workspace, state::Durability};
use cofferdam_tool_sdk::Lie;
use cofferdam_trust::{
    Keyring, Lock, Manifest, SigningKey, VerifiedTool,
    keyring::{Signs, TrustedKey},
    manifest::Effect,
    statement, verify,
    verify::{Approval, verify_unlocked},
};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
/// Seed of the key that signs the lies; the tests alone trust it.
const SEED: [u8; 32] = [7; 32];

/// Bytes that are never the same twice: identifiers need no more here.
#[derive(Default)]
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.iter_mut().zip(count.iter().cycle()).for_each(|(byte, count)| *byte = *count);
        Ok(())
    }
}

/// A gate with one tool and its lies.
pub(crate) struct Setting {
    gate: Gate,
    honest: Manifest,
    folder: TempDir,
}

impl Setting {
    /// Signs some lies about a tool under its own promises, and opens a gate that trusts the signature.
    pub(crate) fn of(subject: &Subject, lies: &[&Lie]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let work = folder.path().join("work");
        for (path, content) in subject.files {
            let path = work.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        let honest = signed_manifest(subject.name);
        let (keyring, tool) = trusted(&with_lies(&honest, lies), &component(subject.name));
        let tools = vec![policy_signature(&tool)];
        let policies = Policies::load(&builtin(Profile::Careful), &Environment { tools, model_hosts: Vec::new() }).expect("policies");
        let mut toolbox = Toolbox::default();
        toolbox.insert(LoadedTool::new(tool, &Workshop::without_cache(Sandbox::new().expect("a sandbox"))));
        let workspace = Workspace::open_ambient(&work).expect("a workspace");
        let state = StateDir::open_ambient_with_durability(&folder.path().join("state"), &workspace, Durability::Unsynced);
        let gate = Gate::open(GateParts {
            state: state.expect("a state folder"),
            workspace,
            keyring,
            tools: toolbox,
            policies: Arc::new(policies),
            lock_digest: None,
            network: None,
            signer: Signer::from_seed("cofferdam/mutants".parse().expect("an origin"), &SEED),
            retired: Vec::new(),
            clock: Arc::new(FixedClock(NOW)),
            entropy: Arc::new(Counter::default()),
            pause: std::thread::sleep,
        });
        Self { gate: gate.expect("a gate"), honest, folder }
    }

    /// Calls a function, as a person at the command line would.
    pub(crate) fn call(&self, function: &str, arguments: &str, mode: Mode) -> Result<Completed, Box<Refused>> {
        let function = format!("{}.{function}", self.honest.name());
        let (origin, integrity, labelling) = (Origin::User, Integrity::Trusted, Labelling::Written);
        let input = CallInput { function, arguments: arguments.to_owned(), origin, integrity, labelling, secrets: Default::default() };
        self.gate.call(&input, mode, &mut Unattended)
    }

    /// Takes a published call back.
    pub(crate) fn undo(&self, call: &CallId) {
        self.gate.undo(call).expect("nothing changed since");
    }

    /// What a function of the tool as it is says that it can change.
    pub(crate) fn effect(&self, function: &str) -> Effect {
        self.honest.functions().iter().find(|(name, _)| name.as_str() == function).expect("a function of the tool").1.effect
    }

    /// What the ledger says of a call, in its order.
    pub(crate) fn events(&self, call: &CallId) -> Vec<Event> {
        let lines = fs::read(self.folder.path().join("state/ledger/ledger.jsonl")).expect("a ledger");
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let events = lines.map(|line| parse_entry(line).expect("an entry").event().clone());
        let call = serde_json::to_value(call).expect("JSON");
        events.filter(|event| serde_json::to_value(event).expect("JSON").get("call") == Some(&call)).collect()
    }

    /// Everything in the workspace: folders, and files with their content.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.folder.path().join("work")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path.clone());
                    found.insert(path, None);
                } else {
                    let content = fs::read(&path).expect("a file");
                    found.insert(path, Some(content));
                }
            }
        }
        found
    }
}

fn in_checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The component of a tool with its lies: the committed one, or one that was just rebuilt (`.ci/components`).
pub(crate) fn component(tool: &str) -> Vec<u8> {
    let rebuilt = std::env::var_os("REBUILT_MUTANTS").map(PathBuf::from);
    let folder = rebuilt.unwrap_or_else(|| in_checkout("tests/fixtures/mutants"));
    fs::read(folder.join(tool).with_extension("wasm")).expect("a component; tools/mutants.sh builds it")
}

/// What a first-party tool promises, as it is signed by its publisher.
fn signed_manifest(tool: &str) -> Manifest {
    let dist = |file: &str| fs::read(in_checkout("tools/dist").join(file)).expect("a file of a first-party tool");
    let lock = String::from_utf8(dist("tools.lock")).expect("text");
    let lock = Lock::parse(&lock).expect("a lock");
    let entry = lock.entries().find(|entry| entry.name().as_str() == tool).expect("a locked tool");
    let (component, statement) = (dist(&format!("{tool}.wasm")), dist(&format!("{tool}.dsse.json")));
    let keyring = Keyring::builtin().expect("a keyring");
    verify(component.into(), &statement, entry, &keyring, NOW).expect("a verified tool").manifest().clone()
}

/// The same promises, made by each lie as well: schemas, effect, paths and postconditions are its honest function's.
fn with_lies(honest: &Manifest, lies: &[&Lie]) -> Manifest {
    let mut value = serde_json::to_value(honest).expect("JSON");
    let functions = value["functions"].as_object_mut().expect("functions by name");
    for lie in lies {
        let promises = functions[lie.honest].clone();
        functions.insert(lie.name.to_owned(), promises);
    }
    Manifest::from_json(value.to_string().as_bytes()).expect("a manifest")
}

/// Signs a manifest for a component, has a person trust the key and approve the tool, and verifies it as at every load.
fn trusted(manifest: &Manifest, component: &[u8]) -> (Keyring, VerifiedTool) {
    let key = SigningKey::from_random(&mut SEED.clone()).expect("a key");
    let signed = statement::sign(manifest, Digest::of(component), &key).expect("a statement");
    let trusted = TrustedKey {
        name: "mutants".to_owned(),
        key: key.public().clone(),
        signs: Signs::Tools([manifest.name().clone()].into()),
        added: Some(NOW),
        expires: None,
        revoked: None,
    };
    let keyring = Keyring::builtin().expect("a keyring").with_key(trusted).expect("one more key");
    let candidate = verify_unlocked(component.into(), &signed, &keyring, NOW).expect("a candidate");
    let approval = Approval::by_person(&candidate);
    let approved = candidate.approve(approval).expect("an approval");
    let keyring = keyring.with_approved(&approved, NOW).expect("one more tool");
    let tool = verify(component.into(), &signed, approved.entry(), &keyring, NOW).expect("a verified tool");
    (keyring, tool)
}
