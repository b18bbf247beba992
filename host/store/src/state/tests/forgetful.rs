//! A disk that forgets at a power loss what was not synced.
//!
//! Everything also happens on the real disk, so that the code under test reads what it wrote. Beside that a model keeps what
//! would survive: for each file its bytes at the last sync, for each folder its names at the last sync, and since then a list
//! of changed names, of which any subset may survive, in any order between different names. A rename may have put the new name
//! there and not taken the old one away, but not the other way round.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    sync::Mutex,
};

use cap_std::fs::Dir;

use crate::state::disk::{Disk, Durability, Permissions, SystemDisk};

/// What a power loss takes of what was not synced.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss {
    /// All of it.
    Everything,
    /// Bytes, but no names: files of the right length full of zeros, or empty.
    Bytes,
    /// Names, but no bytes.
    Names,
    /// By chance.
    Random(u64),
}

impl Loss {
    /// The regular losses, and some by chance.
    pub(crate) fn some(seed: usize, by_chance: usize) -> impl Iterator<Item = Self> {
        let seed = seed as u64 * 1000;
        [Self::Everything, Self::Bytes, Self::Names].into_iter().chain((seed + 1..=seed + by_chance as u64).map(Self::Random))
    }
}

type NodeId = usize;

#[derive(Debug)]
enum Node {
    File { synced: Vec<u8>, now: Vec<u8>, mode: u32 },
    Folder { synced: BTreeMap<String, NodeId>, now: BTreeMap<String, NodeId>, mode: u32 },
}

/// A name that changed since its folder was synced.
#[derive(Debug, Clone)]
struct NameChange {
    id: usize,
    folder: NodeId,
    name: String,
    to: Option<NodeId>,
    /// For the old name of a rename: the change of the new name, without which this one does not survive.
    only_after: Option<usize>,
}

#[derive(Debug, Default)]
struct Model {
    nodes: Vec<Node>,
    /// Nodes by device and inode, as they are now.
    live: HashMap<(u64, u64), NodeId>,
    unsynced: Vec<NameChange>,
    changes: usize,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Forgetful {
    inner: SystemDisk,
    model: Mutex<Model>,
    roots: Vec<NodeId>,
}

impl Forgetful {
    /// All that is in these folders is synced.
    pub(crate) fn new(roots: &[&Path]) -> Self {
        let mut model = Model::default();
        let roots = roots.iter().map(|root| model.learn(root)).collect();
        Self { inner: SystemDisk(Durability::Unsynced), model: Mutex::new(model), roots }
    }

    /// Puts into empty folders, one for each root, what is there when the power is back.
    pub(crate) fn lose_power(&self, loss: Loss, into: &[&Path]) {
        let model = self.model.lock().unwrap();
        let mut chance = Chance::new(loss);
        let mut survives = Vec::new();
        let mut names: HashMap<NodeId, BTreeMap<String, NodeId>> = HashMap::new();
        for change in &model.unsynced {
            let possible = change.only_after.is_none_or(|id| survives.contains(&id) || !model.unsynced.iter().any(|other| other.id == id));
            if possible && chance.name_survives() {
                survives.push(change.id);
                let names = names.entry(change.folder).or_insert_with(|| model.synced_names(change.folder));
                match change.to {
                    Some(node) => names.insert(change.name.clone(), node),
                    None => names.remove(&change.name),
                };
            }
        }
        for (root, into) in self.roots.iter().zip(into) {
            model.write(*root, into, &names, &mut chance);
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Model) -> T) -> T {
        act(&mut self.model.lock().unwrap())
    }
}

impl Model {
    fn add(&mut self, key: (u64, u64), node: Node) -> NodeId {
        self.nodes.push(node);
        let id = self.nodes.len() - 1;
        self.live.insert(key, id);
        id
    }

    fn learn(&mut self, at: &Path) -> NodeId {
        let meta = fs::symlink_metadata(at).unwrap();
        let mode = meta.permissions().mode() & 0o777;
        let node = if meta.is_dir() {
            let names = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let names: BTreeMap<String, NodeId> = names.map(|name| (name.clone(), self.learn(&at.join(name)))).collect();
            Node::Folder { synced: names.clone(), now: names, mode }
        } else {
            let bytes = fs::read(at).unwrap();
            Node::File { synced: bytes.clone(), now: bytes, mode }
        };
        self.add((meta.dev(), meta.ino()), node)
    }

    fn folder(&self, dir: &Dir) -> NodeId {
        let stat = rustix::fs::fstat(dir).unwrap();
        self.live[&(stat.st_dev, stat.st_ino)]
    }

    fn file(&mut self, file: &File) -> (&mut Vec<u8>, &mut Vec<u8>) {
        let meta = file.metadata().unwrap();
        let id = self.live[&(meta.dev(), meta.ino())];
        match &mut self.nodes[id] {
            Node::File { synced, now, .. } => (synced, now),
            Node::Folder { .. } => panic!("a folder is no file"),
        }
    }

    fn names(&mut self, folder: NodeId) -> &mut BTreeMap<String, NodeId> {
        match &mut self.nodes[folder] {
            Node::Folder { now, .. } => now,
            Node::File { .. } => panic!("a file is no folder"),
        }
    }

    fn synced_names(&self, folder: NodeId) -> BTreeMap<String, NodeId> {
        match &self.nodes[folder] {
            Node::Folder { synced, .. } => synced.clone(),
            Node::File { .. } => panic!("a file is no folder"),
        }
    }

    fn change(&mut self, folder: NodeId, name: &str, to: Option<NodeId>, only_after: Option<usize>) -> usize {
        match to {
            Some(node) => self.names(folder).insert(name.to_owned(), node),
            None => self.names(folder).remove(name),
        };
        self.changes += 1;
        self.unsynced.push(NameChange { id: self.changes, folder, name: name.to_owned(), to, only_after });
        self.changes
    }

    fn sync(&mut self, folder: NodeId) {
        // The new name of a rename survives with its old name, and with it what happened to that name before.
        let needed: Vec<usize> =
            self.unsynced.iter().filter(|change| change.folder == folder).filter_map(|change| change.only_after).collect();
        let needed: Vec<NameChange> = self.unsynced.iter().filter(|change| needed.contains(&change.id)).cloned().collect();
        let survives = |change: &NameChange| {
            let before = |later: &NameChange| later.folder == change.folder && later.name == change.name && change.id <= later.id;
            change.folder == folder || needed.iter().any(before)
        };
        let (done, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.unsynced).into_iter().partition(survives);
        self.unsynced = left;
        for change in done {
            if let Node::Folder { synced, .. } = &mut self.nodes[change.folder] {
                match change.to {
                    Some(node) => synced.insert(change.name, node),
                    None => synced.remove(&change.name),
                };
            }
        }
    }

    fn write(&self, node: NodeId, at: &Path, names: &HashMap<NodeId, BTreeMap<String, NodeId>>, chance: &mut Chance) {
        let mode = match &self.nodes[node] {
            Node::File { synced, now, mode } => {
                fs::write(at, chance.bytes(synced, now)).unwrap();
                *mode
            }
            Node::Folder { synced, mode, .. } => {
                if !fs::exists(at).unwrap() {
                    fs::create_dir(at).unwrap();
                }
                for (name, child) in names.get(&node).unwrap_or(synced) {
                    self.write(*child, &at.join(name), names, chance);
                }
                *mode
            }
        };
        fs::set_permissions(at, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// What survives of what was not synced.
struct Chance {
    loss: Loss,
    state: u64,
}

impl Chance {
    fn new(loss: Loss) -> Self {
        let seed = match loss {
            Loss::Random(seed) => seed,
            Loss::Everything | Loss::Bytes | Loss::Names => 0,
        };
        Self { loss, state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    /// xorshift64*
    fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % end
    }

    fn name_survives(&mut self) -> bool {
        match self.loss {
            Loss::Everything | Loss::Names => false,
            Loss::Bytes => true,
            Loss::Random(_) => self.below(2) == 0,
        }
    }

    fn bytes(&mut self, synced: &[u8], now: &[u8]) -> Vec<u8> {
        if synced == now {
            return now.to_vec();
        }
        let kept = if now.starts_with(synced) { synced.len() } else { 0 };
        let fate = match self.loss {
            Loss::Everything => 0,
            Loss::Bytes => 3,
            Loss::Names => 1,
            Loss::Random(_) => self.below(4),
        };
        match fate {
            0 => synced.to_vec(),
            1 => now.to_vec(),
            // What is appended to synced bytes does not touch them.
            2 => now[..kept + (now.len() - kept) / 2].to_vec(),
            _ => now[..kept].iter().copied().chain(std::iter::repeat_n(0, now.len() - kept)).collect(),
        }
    }
}

impl Disk for Forgetful {
    fn create_file(&self, folder: &Dir, name: &str, permissions: Permissions) -> io::Result<File> {
        let file = self.inner.create_file(folder, name, permissions)?;
        let meta = file.metadata()?;
        self.with(|model| {
            let node = Node::File { synced: Vec::new(), now: Vec::new(), mode: meta.permissions().mode() & 0o777 };
            let id = model.add((meta.dev(), meta.ino()), node);
            model.change(model.folder(folder), name, Some(id), None);
        });
        Ok(file)
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        self.inner.write(file, bytes)?;
        self.with(|model| model.file(file).1.extend_from_slice(bytes));
        Ok(())
    }

    fn cut(&self, file: &File, len: u64) -> io::Result<()> {
        self.inner.cut(file, len)?;
        self.with(|model| model.file(file).1.truncate(usize::try_from(len).unwrap()));
        Ok(())
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        self.with(|model| {
            let (synced, now) = model.file(file);
            synced.clone_from(now);
        });
        Ok(())
    }

    fn make_folder(&self, folder: &Dir, name: &str, permissions: Permissions) -> io::Result<()> {
        self.inner.make_folder(folder, name, permissions)?;
        let stat = rustix::fs::statat(folder, name, rustix::fs::AtFlags::empty())?;
        self.with(|model| {
            let node = Node::Folder { synced: BTreeMap::new(), now: BTreeMap::new(), mode: stat.st_mode & 0o777 };
            let id = model.add((stat.st_dev, stat.st_ino), node);
            model.change(model.folder(folder), name, Some(id), None);
        });
        Ok(())
    }

    fn rename(&self, from: &Dir, name: &str, to: &Dir, new_name: &str) -> io::Result<()> {
        self.inner.rename(from, name, to, new_name)?;
        self.with(|model| {
            let (from, to) = (model.folder(from), model.folder(to));
            let node = model.names(from)[name];
            let put = model.change(to, new_name, Some(node), None);
            model.change(from, name, None, Some(put));
        });
        Ok(())
    }

    fn remove_file(&self, folder: &Dir, name: &str) -> io::Result<()> {
        self.inner.remove_file(folder, name)?;
        self.with(|model| model.change(model.folder(folder), name, None, None));
        Ok(())
    }

    fn remove_folder(&self, folder: &Dir, name: &str) -> io::Result<()> {
        self.inner.remove_folder(folder, name)?;
        self.with(|model| model.change(model.folder(folder), name, None, None));
        Ok(())
    }

    fn sync_folder(&self, folder: &Dir) -> io::Result<()> {
        self.with(|model| model.sync(model.folder(folder)));
        Ok(())
    }
}
