//! Renaming: one file, or a folder with all that is in it, wholly or not at all.

use cofferdam_base::WorkspacePath;

use crate::{
    error::FsError,
    stage::{
        Follow, Stage,
        files::identity_of,
        guard::{PathAccess, Permitted},
        object::Origin,
        resolve::{Entry, Located},
    },
    workspace::{Kind, Looked},
};

/// One file or folder on its way. Both ends have been allowed.
struct Move {
    from: Permitted,
    to: Permitted,
}

/// What all moves together need.
#[derive(Default)]
struct Room {
    more_nodes: usize,
    fewer_nodes: usize,
    more_bytes: u64,
}

impl Stage {
    /// Renames a file or a folder with all that is in it, over nothing, a file by a file, or an empty folder by a folder.
    ///
    /// For everything that moves, Read and Delete of its old path and Write of its new path are needed; not Read for files and
    /// folders that this call has made, nor Delete where the base has nothing. Moved files keep their executable bit and count
    /// as staged. A folder that holds entries which no guest sees, or links, does not move.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::NotFolder`], [`FsError::IsFolder`], [`FsError::NotEmpty`], [`FsError::Invalid`] for
    /// the root and for a folder into itself, [`FsError::Unsupported`] for a link, FIFO, device or socket at either end or
    /// below, [`FsError::Refused`], [`FsError::ReadOnly`], [`FsError::Quota`], [`FsError::Conflict`], [`FsError::Deadline`],
    /// [`FsError::Io`]; then nothing was renamed.
    pub fn rename(&mut self, from: &WorkspacePath, to: &WorkspacePath) -> Result<(), FsError> {
        self.writable()?;
        let source = self.locate(from, Follow::No)?;
        let target = self.locate(to, Follow::No)?;
        let source = self.departing(source)?;
        let target = self.checkpoint.permit(target, &[PathAccess::Write])?;
        if source.path().is_root() || target.path().is_root() {
            return Err(FsError::Invalid);
        }
        match source.entry() {
            Entry::Absent => return Err(FsError::NotFound),
            Entry::Link => return Err(self.link_error(source.path(), FsError::Unsupported)),
            Entry::Special => return Err(FsError::Unsupported),
            Entry::Folder | Entry::Base(_) | Entry::Staged(_) if source.path() == target.path() => return Ok(()),
            // Linux says so before it looks at the kinds.
            _ if source.path().is_within(target.path()) => return Err(FsError::NotEmpty),
            Entry::Folder if target.path().is_within(source.path()) => return Err(FsError::Invalid),
            Entry::Folder => match target.entry() {
                Entry::Absent => {}
                Entry::Folder => self.require_empty(target.path())?,
                Entry::Base(_) | Entry::Staged(_) => return Err(FsError::NotFolder),
                Entry::Link | Entry::Special => return Err(FsError::Unsupported),
            },
            Entry::Base(_) | Entry::Staged(_) => match target.entry() {
                Entry::Absent | Entry::Base(_) | Entry::Staged(_) => {}
                Entry::Folder => return Err(FsError::IsFolder),
                Entry::Link | Entry::Special => return Err(FsError::Unsupported),
            },
        }
        let moves = self.moves(source, target)?;
        self.make_room(&moves)?;
        moves.iter().try_for_each(|step| self.apply(step))
    }

    /// Lets something leave its path.
    fn departing(&mut self, located: Located) -> Result<Permitted, FsError> {
        let own = self.is_own(&located)?;
        let made = match located.entry {
            Entry::Staged(object) => self.overlay.object(object)?.origin == Origin::Call,
            Entry::Folder => own,
            Entry::Absent | Entry::Base(_) | Entry::Link | Entry::Special => false,
        };
        let accesses: &[PathAccess] = match (made, own) {
            (true, true) => &[],
            (true, false) => &[PathAccess::Delete],
            (false, true) => &[PathAccess::Read],
            (false, false) => &[PathAccess::Read, PathAccess::Delete],
        };
        self.checkpoint.permit(located, accesses)
    }

    /// Everything that moves, a folder before what is in it. Every base file in it has been read.
    fn moves(&mut self, source: Permitted, target: Permitted) -> Result<Vec<Move>, FsError> {
        let mut moves: Vec<Move> = Vec::new();
        let mut pending = vec![Move { from: source, to: target }];
        while let Some(step) = pending.pop() {
            self.base.deadline.check()?;
            // An early end for a folder that is too large, before all of it was read.
            if moves.len().saturating_add(pending.len()) >= self.overlay.max_nodes() {
                return Err(FsError::Quota { limit: "staged_files" });
            }
            match step.from.entry() {
                Entry::Folder => {
                    let contents = self.contents(step.from.path())?;
                    if contents.unlisted > 0 {
                        return Err(FsError::Unsupported);
                    }
                    for entry in contents.entries {
                        if entry.kind == Kind::Link {
                            return Err(FsError::Unsupported);
                        }
                        pending.push(self.child_move(&step, &entry.name)?);
                    }
                }
                Entry::Base(_) => {
                    self.base.digest(step.from.path())?;
                }
                Entry::Staged(_) => {}
                Entry::Absent | Entry::Link | Entry::Special => return Err(FsError::Unsupported),
            }
            // What is replaced has to be named by the change.
            if self.base.file(step.to.path())?.is_some() {
                self.base.digest(step.to.path())?;
            }
            moves.push(step);
        }
        Ok(moves)
    }

    fn child_move(&mut self, folder: &Move, name: &str) -> Result<Move, FsError> {
        let from = folder.from.path().join(name).map_err(|_| FsError::InvalidPath)?;
        let to = folder.to.path().join(name).map_err(|_| FsError::InvalidPath)?;
        let from = self.locate(&from, Follow::No)?;
        // Nothing is there: the target does not exist yet, or is an empty folder.
        self.base.look(&to)?;
        let to = Located { path: to, entry: Entry::Absent };
        Ok(Move { from: self.departing(from)?, to: self.checkpoint.permit(to, &[PathAccess::Write])? })
    }

    fn make_room(&mut self, moves: &[Move]) -> Result<(), FsError> {
        let mut room = Room::default();
        for step in moves {
            let (from, to) = (step.from.path(), step.to.path());
            room.more_nodes += usize::from(self.overlay.node(to).is_none());
            let base_has = self.base.look(from)? != Looked::Absent;
            match (base_has, self.overlay.node(from)) {
                (true, None) => room.more_nodes += 1,
                (false, Some(_)) => room.fewer_nodes += 1,
                (true, Some(_)) | (false, None) => {}
            }
            room.more_bytes = room.more_bytes.saturating_add(match step.from.entry() {
                Entry::Base(stat) => stat.size,
                Entry::Staged(object) => {
                    let object = self.overlay.object(object)?;
                    object.bytes.len().saturating_sub(object.charged)
                }
                Entry::Folder | Entry::Absent | Entry::Link | Entry::Special => 0,
            });
        }
        self.overlay.reserve_nodes(room.more_nodes.saturating_sub(room.fewer_nodes))?;
        self.overlay.reserve_bytes(room.more_bytes)
    }

    /// One move. Everything that can fail was done before.
    fn apply(&mut self, step: &Move) -> Result<(), FsError> {
        let (from, to) = (step.from.path(), step.to.path());
        match step.from.entry() {
            Entry::Folder => self.put_folder(to)?,
            Entry::Base(stat) => {
                let object = self.overlay.adopt(from, stat, identity_of(from));
                self.overlay.relocate(object, to);
            }
            Entry::Staged(object) => self.overlay.relocate(object, to),
            Entry::Absent | Entry::Link | Entry::Special => return Err(FsError::Unsupported),
        }
        self.vanish(from)
    }
}
