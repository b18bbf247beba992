//! Disks that stop, fail once, or are full.

use std::{
    fs::File,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use cap_std::fs::Dir;

use crate::state::disk::{Disk, Permissions};

/// What is done to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    CreateFile,
    Write,
    Cut,
    SyncFile,
    MakeFolder,
    Rename,
    RemoveFile,
    RemoveFolder,
    SyncFolder,
}

impl Operation {
    pub(crate) fn is_sync(self) -> bool {
        matches!(self, Self::SyncFile | Self::SyncFolder)
    }
}

/// What happens instead of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It happens.
    Happens,
    /// It does not happen, and nobody notices: a disk that lies about a sync.
    Skipped,
    /// It does not happen.
    Fails(io::ErrorKind),
    /// A write puts half of its bytes there and fails; anything else does not happen and fails.
    FailsMidway(io::ErrorKind),
}

/// Decides each operation by its number, from 0.
type Plan = Box<dyn Fn(usize, Operation) -> Verdict + Send + Sync>;

/// A disk on which a plan decides what happens.
pub(crate) struct Faulty {
    inner: Arc<dyn Disk>,
    plan: Plan,
    count: AtomicUsize,
}

impl Faulty {
    pub(crate) fn new(inner: Arc<dyn Disk>, plan: impl Fn(usize, Operation) -> Verdict + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { inner, plan: Box::new(plan), count: AtomicUsize::new(0) })
    }

    /// As if the process were killed before the operation with this number.
    pub(crate) fn killed_before(inner: Arc<dyn Disk>, number: usize) -> Arc<Self> {
        Self::new(inner, move |at, _| if at < number { Verdict::Happens } else { Verdict::Fails(io::ErrorKind::Other) })
    }

    /// As if the process were killed in the middle of the operation with this number.
    pub(crate) fn killed_in(inner: Arc<dyn Disk>, number: usize) -> Arc<Self> {
        Self::new(inner, move |at, _| match at.cmp(&number) {
            std::cmp::Ordering::Less => Verdict::Happens,
            std::cmp::Ordering::Equal => Verdict::FailsMidway(io::ErrorKind::Other),
            std::cmp::Ordering::Greater => Verdict::Fails(io::ErrorKind::Other),
        })
    }

    /// How many operations were tried.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    fn decide(&self, operation: Operation) -> Verdict {
        (self.plan)(self.count.fetch_add(1, Ordering::SeqCst), operation)
    }

    fn run(&self, operation: Operation, act: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        match self.decide(operation) {
            Verdict::Happens => act(),
            Verdict::Skipped => Ok(()),
            Verdict::Fails(kind) | Verdict::FailsMidway(kind) => Err(kind.into()),
        }
    }
}

impl std::fmt::Debug for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Faulty after {} operations on {:?}", self.count(), self.inner)
    }
}

impl Disk for Faulty {
    fn create_file(&self, folder: &Dir, name: &str, permissions: Permissions) -> io::Result<File> {
        match self.decide(Operation::CreateFile) {
            Verdict::Happens | Verdict::Skipped => self.inner.create_file(folder, name, permissions),
            Verdict::Fails(kind) | Verdict::FailsMidway(kind) => Err(kind.into()),
        }
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        match self.decide(Operation::Write) {
            Verdict::Happens => self.inner.write(file, bytes),
            Verdict::Skipped => Ok(()),
            Verdict::Fails(kind) => Err(kind.into()),
            Verdict::FailsMidway(kind) => {
                self.inner.write(file, &bytes[..bytes.len() / 2])?;
                Err(kind.into())
            }
        }
    }

    fn cut(&self, file: &File, len: u64) -> io::Result<()> {
        self.run(Operation::Cut, || self.inner.cut(file, len))
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        self.run(Operation::SyncFile, || self.inner.sync_file(file))
    }

    fn make_folder(&self, folder: &Dir, name: &str, permissions: Permissions) -> io::Result<()> {
        self.run(Operation::MakeFolder, || self.inner.make_folder(folder, name, permissions))
    }

    fn rename(&self, from: &Dir, name: &str, to: &Dir, new_name: &str) -> io::Result<()> {
        self.run(Operation::Rename, || self.inner.rename(from, name, to, new_name))
    }

    fn remove_file(&self, folder: &Dir, name: &str) -> io::Result<()> {
        self.run(Operation::RemoveFile, || self.inner.remove_file(folder, name))
    }

    fn remove_folder(&self, folder: &Dir, name: &str) -> io::Result<()> {
        self.run(Operation::RemoveFolder, || self.inner.remove_folder(folder, name))
    }

    fn sync_folder(&self, folder: &Dir) -> io::Result<()> {
        self.run(Operation::SyncFolder, || self.inner.sync_folder(folder))
    }
}
