//! What the call has changed so far, by path, and the files that it has open. Without I/O.
//!
//! Everything of the base that has no node here shows through. A folder of the base goes only when every entry in it has
//! gone before, each with a node of its own, so that nothing below a changed folder can show through by mistake.

use std::collections::{BTreeMap, HashMap};

use cofferdam_base::{Limits, WorkspacePath};

use crate::{
    error::FsError,
    stage::object::{Bytes, Object, ObjectId, Origin},
    workspace::FileStat,
};

/// What the call has put at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// This file.
    File(ObjectId),
    /// A folder; what the base has below the path and has no node still shows through.
    Folder,
    /// Nothing: what the base has there is gone.
    Gone,
}

/// The nodes and the files.
pub(super) struct Overlay {
    nodes: BTreeMap<WorkspacePath, Node>,
    /// Files of the base that are open and have not changed: all handles of one file share it.
    open: HashMap<WorkspacePath, ObjectId>,
    objects: HashMap<ObjectId, Object>,
    next: u64,
    staged_bytes: u64,
    max_bytes: u64,
    max_nodes: usize,
}

impl Overlay {
    /// Nothing changed yet.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            nodes: BTreeMap::new(),
            open: HashMap::new(),
            objects: HashMap::new(),
            next: 0,
            staged_bytes: 0,
            max_bytes: limits.staged_bytes,
            max_nodes: usize::try_from(limits.staged_files).unwrap_or(usize::MAX),
        }
    }

    /// What the call has put at a path.
    pub(super) fn node(&self, path: &WorkspacePath) -> Option<Node> {
        self.nodes.get(path).copied()
    }

    /// Every node, in the order of the paths.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (&WorkspacePath, Node)> {
        self.nodes.iter().map(|(path, node)| (path, *node))
    }

    /// Whether the call has changed nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Most nodes that there may be.
    pub(super) fn max_nodes(&self) -> usize {
        self.max_nodes
    }

    /// The nodes directly in a folder, with their names.
    pub(super) fn children<'a>(&'a self, folder: &'a WorkspacePath) -> impl Iterator<Item = (&'a str, Node)> {
        // U+0001 is the lowest name there is; a path that has no room for it has no room for children.
        let first = folder.join("\u{1}").ok();
        let below = first.into_iter().flat_map(|first| self.nodes.range(first..));
        let depth = folder.components().count();
        below.take_while(|(path, _)| path.is_within(folder)).filter_map(move |(path, node)| {
            let mut rest = path.components().skip(depth);
            rest.next().filter(|_| rest.next().is_none()).map(|name| (name, *node))
        })
    }

    /// A file.
    pub(super) fn object(&self, id: ObjectId) -> Result<&Object, FsError> {
        self.objects.get(&id).ok_or(FsError::BadHandle)
    }

    /// How many files this overlay has ever had: tells two files made at one path apart.
    pub(super) fn made(&self) -> u64 {
        self.next
    }

    /// Goes on only if a node fits at this path.
    pub(super) fn reserve_node(&self, path: &WorkspacePath) -> Result<(), FsError> {
        self.reserve_nodes(usize::from(!self.nodes.contains_key(path)))
    }

    /// Goes on only if so many more nodes fit.
    pub(super) fn reserve_nodes(&self, more: usize) -> Result<(), FsError> {
        let fits = self.nodes.len().saturating_add(more) <= self.max_nodes;
        if more == 0 || fits { Ok(()) } else { Err(FsError::Quota { limit: "staged_files" }) }
    }

    /// Goes on only if so many more bytes fit.
    pub(super) fn reserve_bytes(&self, more: u64) -> Result<(), FsError> {
        let fits = self.staged_bytes.saturating_add(more) <= self.max_bytes;
        if more == 0 || fits { Ok(()) } else { Err(FsError::Quota { limit: "staged_bytes" }) }
    }

    /// Puts a folder, or nothing, at a path. Room was reserved.
    pub(super) fn put(&mut self, path: &WorkspacePath, node: Node) {
        self.unlink(path);
        self.nodes.insert(path.clone(), node);
    }

    /// Takes the node from a path: what the base has there, nothing included, is what the call has there.
    pub(super) fn clear(&mut self, path: &WorkspacePath) {
        self.unlink(path);
        self.nodes.remove(path);
    }

    /// Makes a file. Room was reserved.
    pub(super) fn make(&mut self, path: &WorkspacePath, bytes: Bytes, origin: Origin, identity: u64) -> ObjectId {
        let id = self.add(path, bytes, origin, identity);
        self.put(path, Node::File(id));
        id
    }

    /// The file of the base at a path, the same one as long as it is open and unchanged.
    pub(super) fn adopt(&mut self, path: &WorkspacePath, stat: FileStat, identity: u64) -> ObjectId {
        if let Some(id) = self.open.get(path) {
            return *id;
        }
        let id = self.add(path, Bytes::Base(path.clone(), stat.size), Origin::Base { executable: stat.executable }, identity);
        self.open.insert(path.clone(), id);
        id
    }

    fn add(&mut self, path: &WorkspacePath, bytes: Bytes, origin: Origin, identity: u64) -> ObjectId {
        let id = ObjectId(self.next);
        self.next += 1;
        self.objects.insert(id, Object { path: Some(path.clone()), bytes, origin, identity, handles: 0, charged: 0 });
        id
    }

    /// Moves a file to a path; what is there is unlinked. Room was reserved.
    pub(super) fn relocate(&mut self, id: ObjectId, to: &WorkspacePath) {
        self.put(to, Node::File(id));
        if let Some(object) = self.objects.get_mut(&id) {
            if let Some(from) = object.path.replace(to.clone()) {
                self.open.remove(&from);
                self.nodes.remove(&from);
            }
            self.charge(id);
        }
    }

    /// Gives a file bytes of its own. Room was reserved.
    pub(super) fn own(&mut self, id: ObjectId, bytes: Vec<u8>) {
        let Some(object) = self.objects.get_mut(&id) else { return };
        object.bytes = Bytes::Own(bytes);
        if let Some(path) = &object.path {
            self.open.remove(path);
            self.nodes.insert(path.clone(), Node::File(id));
        }
    }

    /// Cuts a file that has bytes of its own, or fills it with zeros, and counts it. Memory beyond twice the length and
    /// `spare` goes back: what is not counted must not be held.
    pub(super) fn resize(&mut self, id: ObjectId, len: usize, spare: usize) -> Result<&mut Vec<u8>, FsError> {
        self.staged_bytes = self.staged_bytes.saturating_sub(self.object(id)?.charged);
        let object = self.objects.get_mut(&id).ok_or(FsError::BadHandle)?;
        let Bytes::Own(bytes) = &mut object.bytes else { return Err(FsError::BadHandle) };
        bytes.resize(len, 0);
        if bytes.capacity() > len.saturating_mul(2).saturating_add(spare) {
            bytes.shrink_to_fit();
        }
        object.charged = len as u64;
        self.staged_bytes = self.staged_bytes.saturating_add(object.charged);
        Ok(bytes)
    }

    fn charge(&mut self, id: ObjectId) {
        if let Some(object) = self.objects.get_mut(&id) {
            self.staged_bytes = self.staged_bytes.saturating_sub(object.charged);
            object.charged = object.bytes.len();
            self.staged_bytes = self.staged_bytes.saturating_add(object.charged);
        }
    }

    /// The bytes of a file that is not needed any more.
    pub(super) fn take_own(&mut self, id: ObjectId) -> Option<Vec<u8>> {
        match &mut self.objects.get_mut(&id)?.bytes {
            Bytes::Own(bytes) => Some(std::mem::take(bytes)),
            Bytes::Base(..) | Bytes::Sealed(_) => None,
        }
    }

    /// One more handle.
    pub(super) fn hold(&mut self, id: ObjectId) {
        if let Some(object) = self.objects.get_mut(&id) {
            object.handles += 1;
        }
    }

    /// One handle less; a file that nothing leads to any more goes.
    pub(super) fn release(&mut self, id: ObjectId) {
        if let Some(object) = self.objects.get_mut(&id) {
            object.handles = object.handles.saturating_sub(1);
            self.collect(id);
        }
    }

    /// Takes the file, if there is one, from a path.
    fn unlink(&mut self, path: &WorkspacePath) {
        let staged = match self.nodes.get(path) {
            Some(Node::File(id)) => Some(*id),
            Some(Node::Folder | Node::Gone) | None => None,
        };
        if let Some(id) = staged.or_else(|| self.open.remove(path))
            && let Some(object) = self.objects.get_mut(&id)
        {
            object.path = None;
            self.collect(id);
        }
    }

    /// Forgets a file without handles that has no path, or is as the base has it.
    fn collect(&mut self, id: ObjectId) {
        let Some(object) = self.objects.get(&id).filter(|object| object.handles == 0) else { return };
        match &object.path {
            Some(path) if self.open.get(path) == Some(&id) => {
                self.open.remove(path);
            }
            Some(_) => return,
            None => {}
        }
        self.staged_bytes = self.staged_bytes.saturating_sub(object.charged);
        self.objects.remove(&id);
    }
}
