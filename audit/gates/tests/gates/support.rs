//! Ledgers to read, and the ways to read them.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use cofferdam_audit::{
    Outcome,
    fault::{Exit, Fault as _},
    ledger::{Evidence, Kept, Key, LedgerFault, Verified, verify},
};
use cofferdam_base::{CallId, Digest, RunId, Timestamp};
use cofferdam_ledger::{
    Entry, Event, File, Ledger, MemoryStorage, Opening, Salt, Signer, Storage,
    event::{Effect, KeyAction, Recovery},
};

/// Files that outlive the ledger which writes them.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<MemoryStorage>>);

impl Storage for Disk {
    fn len(&self, file: File) -> io::Result<u64> {
        self.0.lock().unwrap().len(file)
    }

    fn read_at(&self, file: File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.lock().unwrap().read_at(file, offset, buffer)
    }

    fn append(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().append(file, bytes)
    }

    fn truncate(&mut self, file: File, len: u64) -> io::Result<()> {
        self.0.lock().unwrap().truncate(file, len)
    }

    fn sync(&mut self, file: File) -> io::Result<()> {
        self.0.lock().unwrap().sync(file)
    }

    fn replace(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().replace(file, bytes)
    }
}

impl Disk {
    pub(crate) fn create(&self) -> Ledger {
        Ledger::create(Box::new(self.clone()), signer(1)).unwrap()
    }

    pub(crate) fn files(&self) -> Files {
        let storage = self.0.lock().unwrap();
        Files { leaves: storage.bytes(File::Leaves).clone(), history: storage.bytes(File::Checkpoints).clone() }
    }
}

/// The bytes of a ledger.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) leaves: Vec<u8>,
    pub(crate) history: Vec<u8>,
}

impl Files {
    pub(crate) fn verify(&self, kept: &[Kept], keys: &[Key]) -> Result<Verified, LedgerFault> {
        verify(Evidence { leaves: &self.leaves[..], history: Some(&self.history), kept, keys })
    }

    /// The code with which it is refused; refusals exit with 4.
    pub(crate) fn code(&self) -> &'static str {
        let fault = self.verify(&[], &[key(1)]).unwrap_err();
        assert_eq!(fault.exit(), Exit::NotVerified, "{fault:?}");
        fault.code()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        String::from_utf8(self.leaves.clone()).unwrap().lines().map(str::to_owned).collect()
    }

    pub(crate) fn with_lines(&self, lines: &[String]) -> Self {
        let leaves = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
        Self { leaves, history: self.history.clone() }
    }

    /// The newest checkpoint's note.
    pub(crate) fn newest(&self) -> Kept {
        let text = String::from_utf8(self.history.clone()).unwrap();
        let mut blocks = text.trim_end_matches('\n').rsplit("\n\n");
        let (signature, body) = (blocks.next().unwrap(), blocks.next().unwrap());
        Kept { name: "kept".to_owned(), note: format!("{body}\n\n{signature}\n").into_bytes() }
    }

    pub(crate) fn write(&self, folder: &Path) {
        std::fs::write(folder.join("ledger.jsonl"), &self.leaves).unwrap();
        std::fs::write(folder.join("checkpoints"), &self.history).unwrap();
    }
}

pub(crate) fn signer(seed: u8) -> Signer {
    Signer::from_seed("cofferdam.dev/ledger/test".parse().unwrap(), &[seed; 32])
}

pub(crate) fn public(seed: u8) -> String {
    signer(seed).verifier_key().to_string()
}

pub(crate) fn key(seed: u8) -> Key {
    Key::parse(&public(seed)).unwrap()
}

pub(crate) fn call(number: u8) -> CallId {
    CallId::new(Timestamp(2), [number; 10])
}

pub(crate) fn entry(event: Event) -> Entry {
    Entry::new(Timestamp(3), RunId::new(Timestamp(1), [1; 10]), event)
}

pub(crate) fn refused(number: u8) -> Entry {
    entry(Event::Refused { call: call(number), code: "policy.denied".to_owned() })
}

pub(crate) fn key_event(number: u8) -> Entry {
    entry(Event::KeyEvent { action: KeyAction::Added, key: Digest::of(&[number]) })
}

pub(crate) fn intent(number: u8) -> Entry {
    let changes = Opening::new(Salt::from_random([number; 32]), "[]".to_owned()).commitment();
    entry(Event::Intent { call: call(number), effect: Effect::Irrevocable, changes, count: 1 })
}

pub(crate) fn recovered(number: u8) -> Entry {
    entry(Event::Recovered { call: call(number), recovery: Recovery::Unknown })
}

/// A ledger of six leaves and three checkpoints, all covered.
pub(crate) fn files() -> Files {
    let disk = Disk::default();
    let mut ledger = disk.create();
    ledger.append(&refused(0)).unwrap();
    ledger.append(&key_event(1)).unwrap();
    ledger.append(&intent(2)).unwrap();
    ledger.append(&recovered(2)).unwrap();
    let handed_out = ledger.checkpoint().unwrap().event();
    ledger.append(&entry(handed_out)).unwrap();
    ledger.append(&key_event(3)).unwrap();
    ledger.checkpoint().unwrap();
    disk.files()
}

/// Runs a command line.
pub(crate) fn run(arguments: &[&str], mut stdin: &[u8]) -> Outcome {
    let arguments = std::iter::once("cofferdam-audit").chain(arguments.iter().copied()).map(Into::into);
    cofferdam_audit::run(arguments, &mut stdin)
}
