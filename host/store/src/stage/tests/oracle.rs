//! The same operations on a stage and, through `std::fs`, on a real folder: results, listings and contents must agree.

use std::{
    fs::File,
    io::{self, ErrorKind},
    os::unix::fs::FileExt as _,
};

use proptest::prelude::*;

use super::*;
use crate::change::ChangeSet;

/// What a guest does. Paths are texts, as a guest writes them.
#[derive(Debug, Clone)]
enum Operation {
    Write(String, Vec<u8>),
    New(String, Vec<u8>),
    Append(String, Vec<u8>),
    Patch(String, u8, Vec<u8>),
    SetLen(String, u8),
    Read(String),
    Stat(String),
    List(String),
    MakeFolder(String),
    RemoveFolder(String),
    RemoveFile(String),
    Rename(String, String),
    /// Opens for reading and writing, and keeps it open in a slot.
    Hold(usize, String),
    HeldWrite(usize, u8, Vec<u8>),
    HeldRead(usize, u8),
    HeldSetLen(usize, u8),
    HeldStat(usize),
    Drop(usize),
}

const SLOTS: usize = 3;

/// A path through few names, so that operations meet; `l` and `f/u` are links to folders, only ever followed.
fn text() -> impl Strategy<Value = String> {
    let name = prop_oneof![4 => Just("f"), 4 => Just("g"), 3 => Just("a"), 2 => Just("b"), 1 => Just("é")];
    let on_the_way = prop_oneof![
        6 => Just("f/"), 4 => Just("g/"), 2 => Just("a/"), 2 => Just("l/"), 1 => Just("f/u/"), 1 => Just("f/../"), 1 => Just("l/../"),
        1 => Just("./"), 1 => Just("g//")
    ];
    (prop::collection::vec(on_the_way, 0..3), name).prop_map(|(way, name)| way.concat() + name)
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let bytes = || prop::collection::vec(any::<u8>(), 0..12);
    let slash = || (text(), prop_oneof![4 => Just(""), 1 => Just("/")]).prop_map(|(text, slash)| text + slash);
    prop_oneof![
        4 => (text(), bytes()).prop_map(|(at, bytes)| Write(at, bytes)),
        2 => (text(), bytes()).prop_map(|(at, bytes)| New(at, bytes)),
        2 => (text(), bytes()).prop_map(|(at, bytes)| Append(at, bytes)),
        2 => (text(), any::<u8>(), bytes()).prop_map(|(at, offset, bytes)| Patch(at, offset, bytes)),
        2 => (text(), any::<u8>()).prop_map(|(at, len)| SetLen(at, len)),
        2 => slash().prop_map(Read),
        2 => slash().prop_map(Stat),
        2 => slash().prop_map(List),
        4 => slash().prop_map(MakeFolder),
        3 => slash().prop_map(RemoveFolder),
        4 => text().prop_map(RemoveFile),
        6 => (text(), text()).prop_map(|(from, to)| Rename(from, to)),
        3 => (0..SLOTS, text()).prop_map(|(slot, at)| Hold(slot, at)),
        3 => (0..SLOTS, any::<u8>(), bytes()).prop_map(|(slot, offset, bytes)| HeldWrite(slot, offset, bytes)),
        2 => (0..SLOTS, any::<u8>()).prop_map(|(slot, offset)| HeldRead(slot, offset)),
        1 => (0..SLOTS, any::<u8>()).prop_map(|(slot, len)| HeldSetLen(slot, len)),
        1 => (0..SLOTS).prop_map(HeldStat),
        1 => (0..SLOTS).prop_map(Drop),
    ]
}

/// What an operation says, in the terms that both sides share.
#[derive(Debug, PartialEq)]
enum Said {
    Done,
    Bytes(Vec<u8>),
    Size(Kind, u64),
    Names(Vec<(String, Kind)>),
    Failed(ErrorKind),
}

fn said(result: Result<Said, FsError>) -> Said {
    result.unwrap_or_else(|error| {
        Said::Failed(match error {
            FsError::NotFound => ErrorKind::NotFound,
            FsError::Exists => ErrorKind::AlreadyExists,
            FsError::NotFolder => ErrorKind::NotADirectory,
            FsError::IsFolder => ErrorKind::IsADirectory,
            FsError::NotEmpty => ErrorKind::DirectoryNotEmpty,
            FsError::Invalid => ErrorKind::InvalidInput,
            FsError::Refused | FsError::ReadOnly | FsError::WriteOnly | FsError::Link | FsError::Unsupported => panic!("{error:?}"),
            FsError::InvalidPath | FsError::BadHandle | FsError::Quota { .. } | FsError::Deadline => panic!("{error:?}"),
            FsError::Conflict(_) | FsError::Io(_) => panic!("{error:?}"),
        })
    })
}

/// The stage, driven as the sandbox drives it.
struct Guest {
    stage: Stage,
    held: [Option<FileId>; SLOTS],
}

impl Guest {
    fn open(&mut self, text: &str, options: OpenOptions) -> Result<FileId, FsError> {
        let at = self.stage.resolve(&path("."), text, Follow::Yes)?;
        self.stage.open(&at, options, Follow::No)
    }

    fn with_file(
        &mut self,
        text: &str,
        options: OpenOptions,
        act: impl Fn(&mut Stage, FileId) -> Result<(), FsError>,
    ) -> Result<Said, FsError> {
        let file = self.open(text, options)?;
        act(&mut self.stage, file).unwrap();
        self.stage.close(file).unwrap();
        Ok(Said::Done)
    }

    fn held(&mut self, slot: usize, act: impl Fn(&mut Stage, FileId) -> Result<Said, FsError>) -> Result<Said, FsError> {
        match self.held[slot] {
            Some(file) => act(&mut self.stage, file),
            None => Ok(Said::Done),
        }
    }

    fn act(&mut self, operation: &Operation) -> Result<Said, FsError> {
        let root = path(".");
        let write = OpenOptions { write: true, ..OpenOptions::default() };
        match operation {
            Operation::Write(at, bytes) => self.with_file(at, REPLACE, |stage, file| stage.write_at(file, 0, bytes)),
            Operation::New(at, bytes) => self.with_file(at, NEW, |stage, file| stage.write_at(file, 0, bytes)),
            Operation::Append(at, bytes) => {
                self.with_file(at, OpenOptions { create: Create::IfMissing, ..write }, |stage, file| stage.append(file, bytes))
            }
            Operation::Patch(at, offset, bytes) => self.with_file(at, write, |stage, file| stage.write_at(file, u64::from(*offset), bytes)),
            Operation::SetLen(at, len) => self.with_file(at, write, |stage, file| stage.set_len(file, u64::from(*len))),
            Operation::Read(at) => self.stage.read(at).map(Said::Bytes),
            Operation::Stat(at) => {
                let at = self.stage.resolve(&root, at, Follow::Yes)?;
                self.stage.stat(&at, Follow::No).map(|stat| Said::Size(stat.kind, stat.size))
            }
            Operation::List(at) => {
                let at = self.stage.resolve(&root, at, Follow::Yes)?;
                let entries = self.stage.list(&at)?.into_iter();
                Ok(Said::Names(entries.filter(|entry| entry.kind != Kind::Link).map(|entry| (entry.name, entry.kind)).collect()))
            }
            Operation::MakeFolder(at) => {
                let at = self.stage.resolve_new_folder(&root, at)?;
                self.stage.make_folder(&at).map(|()| Said::Done)
            }
            Operation::RemoveFolder(at) => {
                let at = self.stage.resolve(&root, at, Follow::No)?;
                self.stage.remove_folder(&at).map(|()| Said::Done)
            }
            Operation::RemoveFile(at) => {
                let at = self.stage.resolve(&root, at, Follow::No)?;
                self.stage.remove_file(&at).map(|()| Said::Done)
            }
            Operation::Rename(from, to) => {
                let from = self.stage.resolve(&root, from, Follow::No)?;
                let to = self.stage.resolve(&root, to, Follow::No)?;
                self.stage.rename(&from, &to).map(|()| Said::Done)
            }
            Operation::Hold(slot, at) => {
                let file = self.open(at, WRITE)?;
                if let Some(old) = self.held[*slot].replace(file) {
                    self.stage.close(old).unwrap();
                }
                Ok(Said::Done)
            }
            Operation::HeldWrite(slot, offset, bytes) => {
                self.held(*slot, |stage, file| stage.write_at(file, u64::from(*offset), bytes).map(|()| Said::Done))
            }
            Operation::HeldRead(slot, offset) => {
                self.held(*slot, |stage, file| stage.read_at(file, u64::from(*offset), 100).map(|bytes| Said::Bytes(bytes.to_vec())))
            }
            Operation::HeldSetLen(slot, len) => self.held(*slot, |stage, file| stage.set_len(file, u64::from(*len)).map(|()| Said::Done)),
            Operation::HeldStat(slot) => self.held(*slot, |stage, file| stage.file_stat(file).map(|stat| Said::Size(stat.kind, stat.size))),
            Operation::Drop(slot) => {
                if let Some(file) = self.held[*slot].take() {
                    self.stage.close(file).unwrap();
                }
                Ok(Said::Done)
            }
        }
    }
}

/// The real folder, by `std::fs`.
struct Real {
    root: PathBuf,
    held: [Option<File>; SLOTS],
}

fn kind_of(kind: fs::FileType) -> Kind {
    if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else {
        Kind::File
    }
}

impl Real {
    fn with_file(&self, text: &str, options: &fs::OpenOptions, act: impl Fn(&File) -> io::Result<()>) -> io::Result<Said> {
        act(&options.open(self.at(text))?).map(|()| Said::Done)
    }

    /// Text and not `Path::join`: components are for the kernel to resolve.
    fn at(&self, text: &str) -> PathBuf {
        format!("{}/{text}", self.root.display()).into()
    }

    fn held(&self, slot: usize, act: impl Fn(&File) -> io::Result<Said>) -> io::Result<Said> {
        self.held[slot].as_ref().map_or(Ok(Said::Done), act)
    }

    fn act(&mut self, operation: &Operation) -> io::Result<Said> {
        let mut options = File::options();
        let write = options.write(true);
        match operation {
            Operation::Write(at, bytes) => self.with_file(at, write.create(true).truncate(true), |file| file.write_all_at(bytes, 0)),
            Operation::New(at, bytes) => self.with_file(at, write.create_new(true), |file| file.write_all_at(bytes, 0)),
            Operation::Append(at, bytes) => self.with_file(at, write.create(true), |file| file.write_all_at(bytes, file.metadata()?.len())),
            Operation::Patch(at, offset, bytes) => self.with_file(at, write, |file| file.write_all_at(bytes, u64::from(*offset))),
            Operation::SetLen(at, len) => self.with_file(at, write, |file| file.set_len(u64::from(*len))),
            Operation::Read(at) => fs::read(self.at(at)).map(Said::Bytes),
            Operation::Stat(at) => {
                let found = fs::metadata(self.at(at))?;
                Ok(Said::Size(kind_of(found.file_type()), if found.is_dir() { 0 } else { found.len() }))
            }
            Operation::List(at) => {
                let entries: io::Result<Vec<_>> = fs::read_dir(self.at(at))?.collect();
                let mut names = Vec::new();
                for entry in entries? {
                    names.push((entry.file_name().into_string().unwrap(), kind_of(entry.file_type()?)));
                }
                names.retain(|(_, kind)| *kind != Kind::Link);
                names.sort();
                Ok(Said::Names(names))
            }
            Operation::MakeFolder(at) => fs::create_dir(self.at(at)).map(|()| Said::Done),
            Operation::RemoveFolder(at) => fs::remove_dir(self.at(at)).map(|()| Said::Done),
            Operation::RemoveFile(at) => fs::remove_file(self.at(at)).map(|()| Said::Done),
            Operation::Rename(from, to) => fs::rename(self.at(from), self.at(to)).map(|()| Said::Done),
            Operation::Hold(slot, at) => {
                self.held[*slot] = Some(write.read(true).open(self.at(at))?);
                Ok(Said::Done)
            }
            Operation::HeldWrite(slot, offset, bytes) => {
                self.held(*slot, |file| file.write_all_at(bytes, u64::from(*offset)).map(|()| Said::Done))
            }
            Operation::HeldRead(slot, offset) => self.held(*slot, |file| {
                let mut bytes = vec![0; 100];
                let count = file.read_at(&mut bytes, u64::from(*offset))?;
                bytes.truncate(count);
                Ok(Said::Bytes(bytes))
            }),
            Operation::HeldSetLen(slot, len) => self.held(*slot, |file| file.set_len(u64::from(*len)).map(|()| Said::Done)),
            Operation::HeldStat(slot) => self.held(*slot, |file| Ok(Said::Size(Kind::File, file.metadata()?.len()))),
            Operation::Drop(slot) => {
                self.held[*slot] = None;
                Ok(Said::Done)
            }
        }
    }
}

const BASE: [(&str, &str); 7] =
    [("f/a", "#! one"), ("f/g/b", "two"), ("g/", ""), ("a", "three"), ("b/f/a", "four"), ("b/g", ""), ("l", "-> ./f//g/")];

/// Every path of a real folder: its content, its executable bit; none for a folder.
type Tree = BTreeMap<String, Option<(Vec<u8>, bool)>>;

fn real_tree(root: &Path) -> Tree {
    let mut found = Tree::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            match kind_of(entry.file_type().unwrap()) {
                Kind::Folder => {
                    found.insert(name, None);
                    pending.push(entry.path());
                }
                Kind::File => {
                    let executable = entry.metadata().unwrap().permissions().mode() & 0o100 != 0;
                    found.insert(name, Some((fs::read(entry.path()).unwrap(), executable)));
                }
                Kind::Link => {}
            }
        }
    }
    found
}

fn plain(tree: &Tree) -> BTreeMap<String, Option<Vec<u8>>> {
    tree.iter().map(|(name, file)| (name.clone(), file.as_ref().map(|(bytes, _)| bytes.clone()))).collect()
}

/// What a publisher would do with the changes.
fn applied(base: &Tree, changes: &ChangeSet) -> Tree {
    let mut tree = base.clone();
    for (path, change) in changes.iter() {
        let name = path.to_string();
        let old = tree.remove(&name);
        let before = old.as_ref().and_then(|old| old.as_ref()).map(|(bytes, _)| cofferdam_base::Digest::of(bytes));
        assert_eq!(change.before(), before.as_ref(), "{name}");
        match change {
            Change::Write { bytes, executable, after, .. } | Change::FolderToFile { bytes, executable, after } => {
                assert_eq!(*after, cofferdam_base::Digest::of(bytes));
                tree.insert(name, Some((bytes.to_vec(), *executable)));
            }
            Change::MakeFolder | Change::FileToFolder { .. } => drop(tree.insert(name, None)),
            Change::Delete { .. } | Change::RemoveFolder => assert!(old.is_some()),
        }
    }
    tree
}

fn compare(operations: &[Operation], opener: Option<Opener>) {
    let (scene, double) = (Scene::with_opener(&BASE, opener), Scene::with(&BASE));
    for scene in [&scene, &double] {
        std::os::unix::fs::symlink("../g", scene.root().join("f/u")).unwrap();
    }
    let base = real_tree(&scene.root());
    let mut guest = Guest { stage: scene.stage(), held: [None; SLOTS] };
    let mut real = Real { root: double.root(), held: [const { None }; SLOTS] };
    for (index, operation) in operations.iter().enumerate() {
        if let Operation::Rename(from, _) | Operation::RemoveFile(from) | Operation::RemoveFolder(from) = operation
            && moves_a_link(&real, from)
        {
            continue;
        }
        let expected = real.act(operation).unwrap_or_else(|error| Said::Failed(error.kind()));
        assert_eq!(said(guest.act(operation)), expected, "operation {index}: {operation:?}");
    }
    let end = real_tree(&double.root());
    assert_eq!(tree(&mut guest.stage), plain(&end));
    let staged = guest.stage.seal().unwrap();
    let after = applied(&base, staged.changes());
    assert_eq!(plain(&after), plain(&end));
    for (name, file) in &after {
        assert_ne!(base.get(name).is_some_and(|old| old == file), staged.changes().get(&path(name)).is_some(), "{name}");
    }
    assert_eq!(tree(&mut staged.view()), plain(&end));
    assert_eq!(tree(&mut staged.before()), plain(&base));
    assert_eq!(real_tree(&scene.root()), base);
    let _ = staged.reads().recheck(&scene.workspace).unwrap();
}

/// A folder with a link in it does not move in a stage; the real folder would move it.
fn moves_a_link(real: &Real, from: &str) -> bool {
    let mut pending = vec![real.at(from)];
    while let Some(at) = pending.pop() {
        match fs::symlink_metadata(&at).map(|found| kind_of(found.file_type())) {
            Ok(Kind::Link) => return true,
            Ok(Kind::Folder) => pending.extend(fs::read_dir(&at).unwrap().map(|entry| entry.unwrap().path())),
            Ok(Kind::File) | Err(_) => {}
        }
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stage_behaves_as_a_real_folder(operations in prop::collection::vec(operation(), 1..60)) {
        compare(&operations, None);
    }

    #[test]
    fn a_stage_behaves_as_a_real_folder_where_paths_are_walked(operations in prop::collection::vec(operation(), 1..40)) {
        compare(&operations, Some(Opener::Walk));
    }
}
