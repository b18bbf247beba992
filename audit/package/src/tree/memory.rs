//! A tree held in memory: for tests and for packages that were never unpacked.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use cofferdam_base::WorkspacePath;

use super::{Entry, Kind, Source, Stat, Tree, TreeError};

/// Files, links and empty folders by path. Folders of files are there by themselves.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    nodes: BTreeMap<WorkspacePath, Node>,
}

#[derive(Debug, Clone)]
enum Node {
    File(Vec<u8>),
    Link(String),
    Folder,
}

impl MemoryTree {
    /// Adds or replaces a file and the folders above it.
    #[must_use]
    pub fn with_file(mut self, path: WorkspacePath, bytes: impl Into<Vec<u8>>) -> Self {
        self.insert(path, Node::File(bytes.into()));
        self
    }

    /// Adds or replaces a symbolic link.
    #[must_use]
    pub fn with_link(mut self, path: WorkspacePath, target: impl Into<String>) -> Self {
        self.insert(path, Node::Link(target.into()));
        self
    }

    /// Adds a folder that may stay empty.
    #[must_use]
    pub fn with_folder(mut self, path: WorkspacePath) -> Self {
        self.insert(path, Node::Folder);
        self
    }

    /// Takes a path and everything below it away.
    #[must_use]
    pub fn without(mut self, path: &WorkspacePath) -> Self {
        self.nodes.retain(|known, _| !known.is_within(path));
        self
    }

    fn insert(&mut self, path: WorkspacePath, node: Node) {
        let mut above = path.parent();
        while let Some(folder) = above {
            above = folder.parent();
            self.nodes.entry(folder).or_insert(Node::Folder);
        }
        self.nodes.insert(path, node);
    }

    fn missing(path: &WorkspacePath, kind: io::ErrorKind) -> TreeError {
        TreeError::Io { path: path.clone(), source: kind.into() }
    }
}

fn stat(node: &Node) -> Stat {
    match node {
        Node::File(bytes) => Stat { kind: Kind::File, size: bytes.len() as u64 },
        Node::Link(target) => Stat { kind: Kind::Link, size: target.len() as u64 },
        Node::Folder => Stat { kind: Kind::Folder, size: 0 },
    }
}

impl Tree for MemoryTree {
    fn list(&self, folder: &WorkspacePath) -> Result<Vec<Entry>, TreeError> {
        if !folder.is_root() && !matches!(self.nodes.get(folder), Some(Node::Folder)) {
            return Err(Self::missing(folder, io::ErrorKind::NotFound));
        }
        let inside = self.nodes.iter().filter(|(path, _)| path.parent().as_ref() == Some(folder));
        let mut seen = BTreeSet::new();
        let mut entries: Vec<Entry> = inside
            .filter_map(|(path, node)| Some(Entry { name: path.name()?.to_owned(), stat: stat(node) }))
            .filter(|entry| seen.insert(entry.name.clone()))
            .collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn stat(&self, path: &WorkspacePath) -> Result<Option<Stat>, TreeError> {
        if path.is_root() {
            return Ok(Some(Stat { kind: Kind::Folder, size: 0 }));
        }
        Ok(self.nodes.get(path).map(stat))
    }

    fn open(&self, path: &WorkspacePath) -> Result<Box<dyn Source + '_>, TreeError> {
        match self.nodes.get(path) {
            Some(Node::File(bytes)) => Ok(Box::new(io::Cursor::new(bytes.as_slice()))),
            Some(Node::Folder | Node::Link(_)) => Err(Self::missing(path, io::ErrorKind::InvalidInput)),
            None => Err(Self::missing(path, io::ErrorKind::NotFound)),
        }
    }

    fn link(&self, path: &WorkspacePath) -> Result<String, TreeError> {
        match self.nodes.get(path) {
            Some(Node::Link(target)) => Ok(target.clone()),
            Some(Node::File(_) | Node::Folder) | None => Err(Self::missing(path, io::ErrorKind::InvalidInput)),
        }
    }
}
