//! What a call sees and leaves, by operations on a stage over a real folder.

#![expect(clippy::disallowed_methods, reason = "tests build real folders")]

mod errors;
mod guarding;
mod links;
mod oracle;
mod quotas;
mod rechecking;
mod rename;
mod sealing;
mod semantics;
mod views;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use cofferdam_base::{Limits, WorkspacePath};
use tempfile::TempDir;

use super::*;
use crate::{
    change::Change,
    error::FsError,
    stage::guard::{PathAccess, PathDecision},
    workspace::Opener,
};

pub(super) fn path(text: &str) -> WorkspacePath {
    WorkspacePath::parse(text).unwrap()
}

pub(super) const READ: OpenOptions = OpenOptions { read: true, write: false, create: Create::Never, truncate: false };
pub(super) const WRITE: OpenOptions = OpenOptions { read: true, write: true, create: Create::Never, truncate: false };
/// As `std::fs::write` opens.
pub(super) const REPLACE: OpenOptions = OpenOptions { read: false, write: true, create: Create::IfMissing, truncate: true };
pub(super) const NEW: OpenOptions = OpenOptions { read: true, write: true, create: Create::New, truncate: false };

/// A folder with a workspace in it, and room beside it.
pub(super) struct Scene {
    outer: TempDir,
    pub(super) workspace: Arc<Workspace>,
}

impl Scene {
    /// A name with a trailing slash is a folder, `-> target` as content makes a link, `#!` as a start makes it executable.
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        Self::with_opener(files, None)
    }

    pub(super) fn with_opener(files: &[(&str, &str)], opener: Option<Opener>) -> Self {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("workspace");
        fs::create_dir(&root).unwrap();
        for (name, content) in files {
            let at = root.join(name);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            if name.ends_with('/') {
                fs::create_dir_all(at).unwrap();
            } else if let Some(target) = content.strip_prefix("-> ") {
                std::os::unix::fs::symlink(target, at).unwrap();
            } else {
                fs::write(&at, content).unwrap();
                let mode = if content.starts_with("#!") { 0o755 } else { 0o644 };
                fs::set_permissions(&at, fs::Permissions::from_mode(mode)).unwrap();
            }
        }
        let workspace = match opener {
            Some(opener) => Workspace::open_ambient_by(&root, opener),
            None => Workspace::open_ambient(&root).unwrap(),
        };
        Self { outer, workspace }
    }

    pub(super) fn root(&self) -> PathBuf {
        self.outer.path().join("workspace")
    }

    pub(super) fn outer(&self) -> &Path {
        self.outer.path()
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage_with(&Limits::default())
    }

    pub(super) fn stage_with(&self, limits: &Limits) -> Stage {
        Stage::new(Arc::clone(&self.workspace), Arc::new(Guard::default()), limits)
    }

    pub(super) fn guarded(&self, refused: &[(PathAccess, &str)]) -> (Stage, Arc<Guard>) {
        let guard =
            Arc::new(Guard { refused: refused.iter().map(|(access, text)| (*access, path(text))).collect(), asked: Mutex::default() });
        (Stage::new(Arc::clone(&self.workspace), Arc::clone(&guard) as Arc<dyn PathGuard>, &Limits::default()), guard)
    }
}

/// Refuses what it was told to refuse, and remembers what it was asked.
#[derive(Default)]
pub(super) struct Guard {
    refused: Vec<(PathAccess, WorkspacePath)>,
    pub(super) asked: Mutex<Vec<(PathAccess, WorkspacePath)>>,
}

impl PathGuard for Guard {
    fn decide(&self, access: PathAccess, path: &WorkspacePath) -> PathDecision {
        self.asked.lock().unwrap().push((access, path.clone()));
        let refused = self.refused.iter().any(|(kind, below)| *kind == access && path.is_within(below));
        if refused { PathDecision::Refused } else { PathDecision::Allowed }
    }
}

const _: () = {
    // A sandbox moves both between threads.
    const fn sendable<T: Send>() {}
    sendable::<Stage>();
    sendable::<Staged>();
};

/// What a guest does with `std::fs`, on text paths below the root.
impl Stage {
    pub(super) fn read(&mut self, text: &str) -> Result<Vec<u8>, FsError> {
        let at = self.resolve(&path("."), text, Follow::Yes)?;
        let file = self.open(&at, READ, Follow::No)?;
        let bytes = self.read_at(file, 0, usize::MAX)?.to_vec();
        self.close(file)?;
        Ok(bytes)
    }

    pub(super) fn write(&mut self, text: &str, bytes: &[u8]) -> Result<(), FsError> {
        let at = self.resolve(&path("."), text, Follow::Yes)?;
        let file = self.open(&at, REPLACE, Follow::No)?;
        let written = self.write_at(file, 0, bytes);
        self.close(file)?;
        written
    }

    pub(super) fn names(&mut self, text: &str) -> Vec<String> {
        self.list(&path(text)).unwrap().into_iter().map(|entry| entry.name).collect()
    }
}

/// Every path below a stage's root with its content; none for a folder.
pub(super) fn tree(stage: &mut Stage) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![path(".")];
    while let Some(folder) = pending.pop() {
        for entry in stage.list(&folder).unwrap() {
            let at = folder.join(&entry.name).unwrap();
            match entry.kind {
                Kind::Folder => {
                    found.insert(at.to_string(), None);
                    pending.push(at);
                }
                Kind::File => {
                    let file = stage.open(&at, READ, Follow::No).unwrap();
                    found.insert(at.to_string(), Some(stage.read_at(file, 0, usize::MAX).unwrap().to_vec()));
                    stage.close(file).unwrap();
                }
                Kind::Link => {}
            }
        }
    }
    found
}

/// The kinds of the changes by path, in their order.
pub(super) fn kinds(staged: &Staged) -> Vec<(String, crate::change::ChangeKind)> {
    staged.changes().iter().map(|(path, change)| (path.to_string(), change.kind())).collect()
}

/// The bytes that a change writes.
pub(super) fn written<'a>(staged: &'a Staged, text: &str) -> &'a [u8] {
    staged.changes().get(&path(text)).and_then(Change::bytes).unwrap()
}
