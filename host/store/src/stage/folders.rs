//! What is at a path, what is in a folder; making and removing.

use cofferdam_base::WorkspacePath;

use crate::{
    error::FsError,
    stage::{
        Follow, ListEntry, Stage,
        files::identity_of,
        guard::{PathAccess, Permitted},
        overlay::Node,
        resolve::{Entry, Located},
    },
    workspace::{Kind, Looked, RawKind, Stat},
};

/// Entries between two looks at the clock.
const BATCH: usize = 1024;

/// A folder as the call has it.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// In the order of the names' bytes.
    pub(super) entries: Vec<ListEntry>,
    /// Entries that no guest sees.
    pub(super) unlisted: u64,
}

impl Stage {
    /// What is at a path. Needs Read.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::NotFolder`] behind a file, [`FsError::Refused`], [`FsError::Unsupported`] for a FIFO,
    /// device or socket, [`FsError::Quota`] `read_set`, [`FsError::Conflict`], [`FsError::Deadline`], [`FsError::Io`].
    pub fn stat(&mut self, path: &WorkspacePath, follow: Follow) -> Result<Stat, FsError> {
        let located = self.locate(path, follow)?;
        let place = self.checkpoint.permit(located, &[PathAccess::Read])?;
        let plain = |kind| Stat { kind, size: 0, executable: false, identity: identity_of(place.path()) };
        match place.entry() {
            Entry::Absent => Err(FsError::NotFound),
            Entry::Folder => Ok(plain(Kind::Folder)),
            Entry::Base(stat) => Ok(Stat { size: stat.size, executable: stat.executable, ..plain(Kind::File) }),
            Entry::Staged(object) => self.object_stat(object),
            Entry::Link if self.resolves(place.path())? => Ok(plain(Kind::Link)),
            Entry::Link => Err(FsError::NotFound),
            Entry::Special => Err(FsError::Unsupported),
        }
    }

    /// The entries of a folder, sorted by the bytes of their names. Needs Read of the folder. A link to it is followed.
    ///
    /// FIFOs, devices, sockets, names that are not UTF-8, paths that would be too long, and links that resolve to nothing in
    /// the workspace are left out, and counted in [`Stage::unlisted`].
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::NotFolder`], [`FsError::Refused`], [`FsError::Quota`] `listed_entries` or `read_set`,
    /// [`FsError::Conflict`] when it is not what an earlier listing said, [`FsError::Deadline`], [`FsError::Io`].
    pub fn list(&mut self, path: &WorkspacePath) -> Result<Vec<ListEntry>, FsError> {
        let located = self.locate(path, Follow::Yes)?;
        let place = self.checkpoint.permit(located, &[PathAccess::Read])?;
        match place.entry() {
            Entry::Folder => {}
            Entry::Absent => return Err(FsError::NotFound),
            Entry::Base(_) | Entry::Staged(_) | Entry::Link | Entry::Special => return Err(FsError::NotFolder),
        }
        let contents = self.contents(place.path())?;
        self.unlisted = self.unlisted.saturating_add(contents.unlisted);
        Ok(contents.entries)
    }

    /// How many entries [`Stage::list`] has left out so far.
    #[must_use]
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }

    /// Makes a folder. Its parent must exist. Needs Write.
    ///
    /// # Errors
    /// [`FsError::Exists`], [`FsError::NotFound`] and [`FsError::NotFolder`] for its parent, [`FsError::Refused`],
    /// [`FsError::ReadOnly`], [`FsError::Quota`], [`FsError::Conflict`], [`FsError::Deadline`], [`FsError::Io`].
    pub fn make_folder(&mut self, path: &WorkspacePath) -> Result<(), FsError> {
        self.writable()?;
        let located = self.locate(path, Follow::No)?;
        let place = self.checkpoint.permit(located, &[PathAccess::Write])?;
        match place.entry() {
            Entry::Absent => {
                self.overlay.reserve_node(place.path())?;
                self.put_folder(place.path())
            }
            Entry::Folder | Entry::Base(_) | Entry::Staged(_) | Entry::Link | Entry::Special => Err(FsError::Exists),
        }
    }

    /// Removes an empty folder. Needs Delete, unless this call has made it where the base has nothing.
    ///
    /// # Errors
    /// [`FsError::NotEmpty`] (entries that are not listed count), [`FsError::NotFound`], [`FsError::NotFolder`] (for a link too),
    /// [`FsError::Invalid`] for the root, [`FsError::Refused`], [`FsError::ReadOnly`], [`FsError::Quota`], [`FsError::Conflict`],
    /// [`FsError::Deadline`], [`FsError::Io`].
    pub fn remove_folder(&mut self, path: &WorkspacePath) -> Result<(), FsError> {
        let place = self.leaving(path)?;
        match place.entry() {
            Entry::Folder if place.path().is_root() => return Err(FsError::Invalid),
            Entry::Folder => {}
            Entry::Absent => return Err(FsError::NotFound),
            Entry::Link => return Err(self.link_error(place.path(), FsError::NotFolder)),
            Entry::Base(_) | Entry::Staged(_) | Entry::Special => return Err(FsError::NotFolder),
        }
        self.require_empty(place.path())?;
        self.overlay.reserve_node(place.path())?;
        self.vanish(place.path())
    }

    /// Removes a file; open handles go on with it. Needs Delete, unless this call has made it where the base has nothing.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::IsFolder`], [`FsError::Unsupported`] for a link, FIFO, device or socket,
    /// [`FsError::Refused`], [`FsError::ReadOnly`], [`FsError::Quota`], [`FsError::Conflict`], [`FsError::Deadline`],
    /// [`FsError::Io`].
    pub fn remove_file(&mut self, path: &WorkspacePath) -> Result<(), FsError> {
        let place = self.leaving(path)?;
        match place.entry() {
            Entry::Base(_) | Entry::Staged(_) => {}
            Entry::Absent => return Err(FsError::NotFound),
            Entry::Folder => return Err(FsError::IsFolder),
            Entry::Link => return Err(self.link_error(place.path(), FsError::Unsupported)),
            Entry::Special => return Err(FsError::Unsupported),
        }
        self.overlay.reserve_node(place.path())?;
        self.vanish(place.path())
    }

    /// What is to be removed, once the guard has allowed it. What this call made where the base has nothing it may take back.
    fn leaving(&mut self, path: &WorkspacePath) -> Result<Permitted, FsError> {
        self.writable()?;
        let located = self.locate(path, Follow::No)?;
        let accesses: &[PathAccess] = if self.is_own(&located)? { &[] } else { &[PathAccess::Delete] };
        self.checkpoint.permit(located, accesses)
    }

    /// Whether only the call has something there.
    pub(super) fn is_own(&mut self, located: &Located) -> Result<bool, FsError> {
        Ok(match self.overlay.node(&located.path) {
            Some(Node::File(_) | Node::Folder) => self.base.look(&located.path)? == Looked::Absent,
            Some(Node::Gone) | None => false,
        })
    }

    /// Leaves nothing at a path. Room was reserved. Of a file of the base the digest is taken, for the change to name it.
    pub(super) fn vanish(&mut self, path: &WorkspacePath) -> Result<(), FsError> {
        match self.base.look(path)? {
            Looked::Absent => {
                self.overlay.clear(path);
                return Ok(());
            }
            Looked::File(_) => {
                self.base.digest(path)?;
            }
            Looked::Folder | Looked::Link | Looked::Special | Looked::BehindLink => {}
        }
        self.overlay.put(path, Node::Gone);
        Ok(())
    }

    /// Leaves an empty folder at a path. Room was reserved.
    pub(super) fn put_folder(&mut self, path: &WorkspacePath) -> Result<(), FsError> {
        if self.base.look(path)? == Looked::Folder {
            // The base's own folder again: all that was in it has gone, each with a node that stays.
            self.overlay.clear(path);
        } else {
            self.overlay.put(path, Node::Folder);
        }
        Ok(())
    }

    pub(super) fn require_empty(&mut self, folder: &WorkspacePath) -> Result<(), FsError> {
        let contents = self.contents(folder)?;
        if contents.entries.is_empty() && contents.unlisted == 0 { Ok(()) } else { Err(FsError::NotEmpty) }
    }

    /// All that is in a folder: the base's entries that no node hides, and the nodes.
    pub(super) fn contents(&mut self, folder: &WorkspacePath) -> Result<Contents, FsError> {
        let mut contents = Contents::default();
        if self.base.look(folder)? == Looked::Folder {
            let listing = self.base.list(folder)?;
            contents.unlisted = listing.not_utf8;
            contents.entries.reserve(listing.entries.len());
            for (index, (name, kind)) in listing.entries.into_iter().enumerate() {
                if index % BATCH == 0 {
                    self.base.deadline.check()?;
                }
                match self.shown(folder, &name, kind)? {
                    Shown::As(kind) => contents.entries.push(ListEntry { name, kind }),
                    Shown::ByNode => {}
                    Shown::Unlisted => contents.unlisted += 1,
                }
            }
        }
        for (name, node) in self.overlay.children(folder) {
            let kind = match node {
                Node::File(_) => Kind::File,
                Node::Folder => Kind::Folder,
                Node::Gone => continue,
            };
            contents.entries.push(ListEntry { name: name.to_owned(), kind });
        }
        contents.entries.sort_unstable();
        Ok(contents)
    }

    /// How an entry of the base shows.
    fn shown(&mut self, folder: &WorkspacePath, name: &str, kind: RawKind) -> Result<Shown, FsError> {
        if kind != RawKind::Link && self.overlay.is_empty() && folder.as_str().len() < ROOM {
            return Ok(match kind {
                RawKind::File => Shown::As(Kind::File),
                RawKind::Folder => Shown::As(Kind::Folder),
                RawKind::Link | RawKind::Special => Shown::Unlisted,
            });
        }
        let Ok(path) = folder.join(name) else { return Ok(Shown::Unlisted) };
        if self.overlay.node(&path).is_some() {
            return Ok(Shown::ByNode);
        }
        Ok(match kind {
            RawKind::File => Shown::As(Kind::File),
            RawKind::Folder => Shown::As(Kind::Folder),
            RawKind::Link if self.resolves(&path)? => Shown::As(Kind::Link),
            RawKind::Link | RawKind::Special => Shown::Unlisted,
        })
    }
}

/// A folder path of fewer bytes has room for every name that a file system stores.
const ROOM: usize = cofferdam_base::path::MAX_PATH_BYTES - cofferdam_base::path::MAX_COMPONENT_BYTES;

/// How an entry of the base shows.
enum Shown {
    As(Kind),
    /// The call has something else there, or nothing.
    ByNode,
    Unlisted,
}
