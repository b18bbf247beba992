//! A workspace and its state in a temporary folder, and what is in them.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use cofferdam_base::{CallId, Digest, Timestamp, WorkspacePath};
use tempfile::TempDir;

use crate::{
    change::{Change, ChangeSet},
    publish::{Conflicts, Outcome, PublishError, Published, Undo, history, publish, recover},
    stage::{reads::ReadSet, recheck::Unchanged},
    state::{
        StateDir,
        disk::{Disk, Durability, SystemDisk},
        tests::forgetful::{Forgetful, Loss},
    },
    workspace::Workspace,
};

/// What is at a path of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Folder,
    File { bytes: Vec<u8>, executable: bool },
}

/// Everything in a folder, by path.
pub(super) type Tree = BTreeMap<WorkspacePath, Node>;

/// A workspace and its state.
pub(super) struct Scene {
    root: TempDir,
}

pub(super) fn path(text: &str) -> WorkspacePath {
    WorkspacePath::parse(text).unwrap()
}

/// The identifier of the n-th call of a test.
pub(super) fn call(n: u64) -> CallId {
    CallId::new(Timestamp(n), [7; 10])
}

/// A disk without syncs: fast, and enough where no power fails.
pub(super) fn plain() -> Arc<dyn Disk> {
    Arc::new(SystemDisk(Durability::Unsynced))
}

/// `folder/` is a folder, `name*` an executable file, everything else a file with the text after `=`.
pub(super) fn tree(lines: &[&str]) -> Tree {
    let node = |line: &&str| match line.split_once('=') {
        Some((name, text)) => {
            let executable = name.ends_with('*');
            (path(name.trim_end_matches('*')), Node::File { bytes: text.as_bytes().to_vec(), executable })
        }
        None => (path(line), Node::Folder),
    };
    lines.iter().map(node).collect()
}

/// The changes that lead from one tree to another.
pub(super) fn changes(from: &Tree, to: &Tree) -> ChangeSet {
    let paths = from.keys().chain(to.keys());
    paths.filter(|path| from.get(path) != to.get(path)).map(|path| (path.clone(), change(from.get(path), to.get(path)))).collect()
}

fn change(from: Option<&Node>, to: Option<&Node>) -> Change {
    let digest = |node: Option<&Node>| match node {
        Some(Node::File { bytes, .. }) => Some(Digest::of(bytes)),
        Some(Node::Folder) | None => None,
    };
    match (from, to, digest(from)) {
        (Some(Node::Folder), Some(Node::File { bytes, executable }), _) => {
            Change::FolderToFile { bytes: bytes.as_slice().into(), executable: *executable, after: Digest::of(bytes) }
        }
        (_, Some(Node::File { bytes, executable }), before) => {
            Change::Write { before, bytes: bytes.as_slice().into(), executable: *executable, after: Digest::of(bytes) }
        }
        (_, Some(Node::Folder), Some(before)) => Change::FileToFolder { before },
        (_, Some(Node::Folder), None) => Change::MakeFolder,
        (_, None, Some(before)) => Change::Delete { before },
        (_, None, None) => Change::RemoveFolder,
    }
}

impl Scene {
    /// A workspace with this tree and an empty state folder.
    pub(super) fn new(tree: &Tree) -> Self {
        let scene = Self::empty();
        for (path, node) in tree {
            let at = scene.workspace_path().join(path.as_str());
            match node {
                Node::Folder => fs::create_dir(&at).unwrap(),
                Node::File { bytes, executable } => {
                    fs::write(&at, bytes).unwrap();
                    fs::set_permissions(&at, fs::Permissions::from_mode(if *executable { 0o755 } else { 0o644 })).unwrap();
                }
            }
        }
        scene
    }

    /// A workspace and a state folder without anything in them.
    pub(super) fn empty() -> Self {
        // Memory-backed where the system has such a folder: these tests make some thousand scenes and no power fails for real.
        let root = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap();
        fs::create_dir(root.path().join("workspace")).unwrap();
        fs::create_dir(root.path().join("state")).unwrap();
        fs::set_permissions(root.path().join("state"), fs::Permissions::from_mode(0o700)).unwrap();
        Self { root }
    }

    pub(super) fn workspace_path(&self) -> PathBuf {
        self.root.path().join("workspace")
    }

    pub(super) fn state_path(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// A disk that forgets what is not synced from now on.
    pub(super) fn forgetful(&self) -> Arc<Forgetful> {
        Arc::new(Forgetful::new(&[&self.workspace_path(), &self.state_path()]))
    }

    /// The scene of [`Scene::forgetful`] when the power is back.
    pub(super) fn after(forgetful: &Forgetful, loss: Loss) -> Self {
        let scene = Self::empty();
        forgetful.lose_power(loss, &[&scene.workspace_path(), &scene.state_path()]);
        scene
    }

    pub(super) fn open(&self, disk: Arc<dyn Disk>) -> (Arc<Workspace>, StateDir) {
        open(&self.workspace_path(), &self.state_path(), disk)
    }

    pub(super) fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        read(&self.workspace_path(), &WorkspacePath::root(), &mut tree);
        tree
    }

    /// Publishes the changes on a disk, with the lock and the recheck that belong to it.
    pub(super) fn publish(&self, disk: Arc<dyn Disk>, call: &CallId, changes: &ChangeSet) -> Result<Published, PublishError> {
        let (workspace, state) = self.open(disk);
        let lock = state.try_lock()?;
        publish(&workspace, &lock, call, changes, unchanged(&workspace, changes))
    }

    /// Recovers on a disk.
    pub(super) fn recover(&self, disk: Arc<dyn Disk>, conflicts: Conflicts) -> Result<Vec<(CallId, Outcome)>, PublishError> {
        let (workspace, state) = self.open(disk);
        let lock = state.try_lock()?;
        let recovered = recover(&workspace, &lock, conflicts)?;
        Ok(recovered.into_iter().map(|recovered| (recovered.call, recovered.outcome)).collect())
    }

    /// Takes a call back.
    pub(super) fn undo(&self, of: &CallId, call: &CallId) -> Result<Published, PublishError> {
        let (workspace, state) = self.open(plain());
        let lock = state.try_lock()?;
        let undo = Undo::verify(&workspace, &lock, of)?;
        crate::publish::Prepared::prepare_undo(&workspace, &lock, call, &undo)?.commit()?.apply()
    }

    /// Recovers, and says what is wrong then: the workspace has to be one of the two trees, with the history that fits.
    /// Gives whether the call is in the workspace.
    pub(super) fn check(&self, id: &CallId, from: &Tree, to: &Tree) -> Result<bool, String> {
        let recovered = self.recover(plain(), Conflicts::Refuse).map_err(|error| format!("recovery failed: {error} ({error:?})"))?;
        let (_, state) = self.open(plain());
        let recorded = history::find(&state, id).map_err(|error| format!("no history: {error}"))?.is_some();
        let now = self.tree();
        let there = match (&now == to, &now == from) {
            (true, false) => true,
            (false, true) => false,
            _ => return Err(format!("neither old nor new: {:?}", now.keys().collect::<Vec<_>>())),
        };
        if there != recorded {
            return Err(format!("new: {there}, recorded: {recorded}"));
        }
        let fits = |outcome: Outcome| (outcome == Outcome::Completed) == there;
        if !recovered.iter().all(|(other, outcome)| other == id && fits(*outcome)) || recovered.len() > 1 {
            return Err(format!("new: {there}, but {recovered:?}"));
        }
        let left: Vec<_> =
            fs::read_dir(self.state_path().join("journal")).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        if left.is_empty() { Ok(there) } else { Err(format!("left in the journal: {left:?}")) }
    }
}

pub(super) fn open(workspace: &Path, state: &Path, disk: Arc<dyn Disk>) -> (Arc<Workspace>, StateDir) {
    let workspace = Workspace::open_ambient(workspace).unwrap();
    let state = StateDir::open_ambient_on(state, &workspace, disk).unwrap();
    (workspace, state)
}

pub(super) fn unchanged(workspace: &Workspace, changes: &ChangeSet) -> Unchanged {
    ReadSet::of_changes(changes).recheck(workspace).unwrap()
}

fn read(folder: &Path, at: &WorkspacePath, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = at.join(entry.file_name().to_str().unwrap()).unwrap();
        if entry.file_type().unwrap().is_dir() {
            tree.insert(path.clone(), Node::Folder);
            read(&entry.path(), &path, tree);
        } else {
            let executable = entry.metadata().unwrap().permissions().mode() & 0o100 != 0;
            tree.insert(path, Node::File { bytes: fs::read(entry.path()).unwrap(), executable });
        }
    }
}
