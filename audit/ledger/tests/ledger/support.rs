//! Shared storage with faults, and entries to write.

use std::{
    io,
    sync::{Arc, Mutex},
};

use cofferdam_base::{CallId, Diagnostic, Digest, RunId, Timestamp};
use cofferdam_ledger::{
    Entry, Event, File, Ledger, LedgerError, MemoryStorage, Opening, Salt, Signer, Storage,
    event::{Effect, Recovery},
};

#[derive(Default)]
struct Inner {
    files: MemoryStorage,
    /// Writes that still succeed; none: all.
    writes_left: Option<usize>,
    /// A file whose bytes cannot be read.
    unreadable: Option<File>,
    bytes_read: u64,
}

/// Files that outlive the ledger which writes them. A failing append leaves a half of its bytes.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<Inner>>);

impl Disk {
    pub(crate) fn bytes(&self, file: File) -> Vec<u8> {
        self.0.lock().unwrap().files.bytes(file).clone()
    }

    pub(crate) fn text(&self, file: File) -> String {
        String::from_utf8(self.bytes(file)).unwrap()
    }

    pub(crate) fn change(&self, file: File, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.0.lock().unwrap().files.bytes_mut(file));
    }

    /// The same files, on another disk.
    pub(crate) fn copy(&self) -> Self {
        let files = self.0.lock().unwrap().files.clone();
        Self(Arc::new(Mutex::new(Inner { files, ..Inner::default() })))
    }

    pub(crate) fn fail_after(&self, writes: usize) {
        self.0.lock().unwrap().writes_left = Some(writes);
    }

    pub(crate) fn make_unreadable(&self, file: File) {
        self.0.lock().unwrap().unreadable = Some(file);
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.0.lock().unwrap().bytes_read
    }

    pub(crate) fn storage(&self) -> Box<dyn Storage> {
        Box::new(self.clone())
    }

    pub(crate) fn create(&self) -> Ledger {
        Ledger::create(self.storage(), signer()).unwrap()
    }

    pub(crate) fn open(&self) -> Result<Ledger, LedgerError> {
        Ledger::open(self.storage(), signer(), &[], &run(), Timestamp(77))
    }

    /// The code with which opening a changed copy fails.
    pub(crate) fn code_after(&self, file: File, change: impl FnOnce(&mut Vec<u8>)) -> &'static str {
        let copy = self.copy();
        copy.change(file, change);
        copy.open().err().expect("it opens").code()
    }
}

impl Inner {
    fn write(&mut self) -> io::Result<&mut MemoryStorage> {
        match &mut self.writes_left {
            Some(0) => Err(io::ErrorKind::StorageFull.into()),
            left => {
                *left = left.map(|left| left - 1);
                Ok(&mut self.files)
            }
        }
    }
}

impl Storage for Disk {
    fn len(&self, file: File) -> io::Result<u64> {
        self.0.lock().unwrap().files.len(file)
    }

    fn read_at(&self, file: File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut inner = self.0.lock().unwrap();
        if inner.unreadable == Some(file) {
            return Err(io::Error::other("a bad sector"));
        }
        let read = inner.files.read_at(file, offset, buffer)?;
        inner.bytes_read += read as u64;
        Ok(read)
    }

    fn append(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap();
        match inner.write() {
            Ok(files) => files.append(file, bytes),
            Err(error) => {
                inner.files.append(file, &bytes[..bytes.len() / 2])?;
                Err(error)
            }
        }
    }

    fn truncate(&mut self, file: File, len: u64) -> io::Result<()> {
        self.0.lock().unwrap().write()?.truncate(file, len)
    }

    fn sync(&mut self, file: File) -> io::Result<()> {
        self.0.lock().unwrap().write()?.sync(file)
    }

    fn replace(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().write()?.replace(file, bytes)
    }
}

pub(crate) fn signer_of(seed: u8) -> Signer {
    Signer::from_seed("cofferdam.dev/ledger/test".parse().unwrap(), &[seed; 32])
}

pub(crate) fn signer() -> Signer {
    signer_of(1)
}

pub(crate) fn run() -> RunId {
    RunId::new(Timestamp(1), [1; 10])
}

pub(crate) fn call(number: u8) -> CallId {
    CallId::new(Timestamp(2), [number; 10])
}

pub(crate) fn entry(event: Event) -> Entry {
    Entry::new(Timestamp(3), run(), event)
}

pub(crate) fn refused(number: u8) -> Entry {
    entry(Event::Refused { call: call(number), code: "policy.denied".to_owned() })
}

pub(crate) fn key_event(number: u8) -> Entry {
    entry(Event::KeyEvent { action: cofferdam_ledger::event::KeyAction::Added, key: Digest::of(&[number]) })
}

pub(crate) fn intent(number: u8) -> Entry {
    let changes = Opening::new(Salt::from_random([number; 32]), "[]".to_owned()).commitment();
    entry(Event::Intent { call: call(number), effect: Effect::Staged, changes, count: 1 })
}

pub(crate) fn published(number: u8) -> Entry {
    entry(Event::Published { call: call(number) })
}

pub(crate) fn recovered(number: u8) -> Entry {
    entry(Event::Recovered { call: call(number), recovery: Recovery::RolledBack })
}

/// A disk with three entries under a checkpoint and two after it.
pub(crate) fn disk() -> Disk {
    let disk = Disk::default();
    let mut ledger = disk.create();
    for number in 0..3 {
        ledger.append(&refused(number)).unwrap();
    }
    ledger.checkpoint().unwrap();
    ledger.append(&key_event(3)).unwrap();
    ledger.append(&refused(4)).unwrap();
    disk
}

pub(crate) fn code<T>(result: Result<T, LedgerError>) -> &'static str {
    result.err().expect("it was accepted").code()
}
