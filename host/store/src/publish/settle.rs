//! Brings the workspace to one side of a record, from wherever between the two sides it is.
//!
//! Publishing, recovering and taking back are all this. Doing it again changes nothing. What can fail for want of space
//! (temporary files, new folders, new names) comes before what destroys (replacing, removing), so that a full disk leaves
//! only what can be taken back without space. The exception is a file that makes way for a folder of its name.

use std::io;

use cap_std::fs::Dir;
use cofferdam_base::WorkspacePath;

use crate::{
    publish::{
        error::PublishError,
        plan::{Entry, Plan, Side},
        position::open_folder,
        record::Record,
        survey::{Found, Move, Survey},
    },
    state::disk::{Disk, Permissions},
    workspace::Workspace,
};

/// What is done about a path that somebody else changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflicts {
    /// Nothing is changed at all, and the paths are reported.
    Refuse,
    /// Their version stays; everything else of the call is taken back.
    KeepTheirs,
}

/// Some of the paths that have to move.
type Steps<'a, 'plan> = Vec<&'a Move<'plan>>;

/// A workspace, and a record whose sides it is between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settling<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) disk: &'a dyn Disk,
    pub(super) record: &'a Record,
}

impl<'a> Settling<'a> {
    /// Brings every path to `side` and makes that survive a power loss. Gives the paths that were left alone.
    ///
    /// # Errors
    /// [`PublishError::Changed`] under [`Conflicts::Refuse`]: nothing was changed. Any other: the workspace is between the
    /// sides, and this can be called again for either.
    pub(super) fn settle(&self, side: Side, conflicts: Conflicts) -> Result<Vec<WorkspacePath>, PublishError> {
        let Survey { moves, astray, .. } = Survey::towards(side, self.plan(), self.workspace)?;
        let astray: Vec<WorkspacePath> = astray.into_iter().collect();
        if !astray.is_empty() && conflicts == Conflicts::Refuse {
            return Err(PublishError::Changed(astray));
        }
        let (files, others): (Steps, Steps) = moves.iter().partition(|step| matches!(step.target, Some(Entry::File { .. })));
        let (in_the_way, going): (Steps, Steps) =
            moves.iter().filter(|step| step.goes()).partition(|step| self.plan().makes_way(step.transition));
        let (replacing, new): (Steps, Steps) = files.iter().copied().partition(|step| step.found == Found::File);

        files.iter().try_for_each(|step| self.write_temporary(step, side))?;
        self.remove(&in_the_way)?;
        others.iter().try_for_each(|step| self.make_folder(step))?;
        new.iter().try_for_each(|step| self.place(step))?;
        replacing.iter().try_for_each(|step| self.place(step))?;
        self.remove(&going)?;
        self.sync_folders()?;
        Ok(astray)
    }

    /// Brings everything back to where it was before, after a failure.
    ///
    /// # Errors
    /// As for [`Settling::settle`].
    pub(super) fn take_back(&self) -> Result<(), PublishError> {
        self.sweep()?;
        self.settle(Side::Before, Conflicts::Refuse).map(|_| ())
    }

    /// Removes the temporary files that a crash or a failure may have left.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub(super) fn sweep(&self) -> Result<(), PublishError> {
        for (index, transition) in self.plan().transitions().iter().enumerate().filter(|(_, transition)| transition.has_file()) {
            let home = self.plan().home(&transition.path);
            let remove = |folder: Dir| self.disk.remove_file(&folder, &self.plan().temporary(index));
            match open_folder(self.workspace, &home).and_then(|folder| folder.map_or(Ok(()), remove)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(PublishError::io("clean up", &home, error)),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn plan(&self) -> &'a Plan {
        self.record.plan()
    }

    /// Writes the content of a file beside its place, so that one rename puts it there.
    fn write_temporary(&self, step: &Move<'_>, side: Side) -> Result<(), PublishError> {
        let (Some(Entry::File { executable, mode, .. }), Some(bytes)) = (step.target, self.record.content(step.index, side)?) else {
            return Ok(());
        };
        let usual = Permissions::Usual { executable: *executable };
        let permissions = mode.map_or(usual, Permissions::Exact);
        let failed = |error| PublishError::io("write", step.path(), error);
        let home = self.workspace.open_folder(&self.plan().home(step.path())).map_err(failed)?;
        let file = self.disk.create_file(&home, &self.plan().temporary(step.index), permissions).map_err(failed)?;
        self.disk.write(&file, &bytes).and_then(|()| self.disk.sync_file(&file)).map_err(failed)
    }

    /// Removes files, then folders from the deepest up.
    fn remove(&self, steps: &[&Move<'_>]) -> Result<(), PublishError> {
        let (folders, files): (Steps, Steps) = steps.iter().copied().partition(|step| step.found == Found::Folder);
        for step in files {
            self.in_parent(step.path(), |parent, name| self.disk.remove_file(parent, name))
                .map_err(|error| PublishError::io("remove", step.path(), error))?;
        }
        for step in folders.iter().rev() {
            self.in_parent(step.path(), |parent, name| self.disk.remove_folder(parent, name))
                .map_err(|error| PublishError::io("remove", step.path(), error))?;
        }
        Ok(())
    }

    fn make_folder(&self, step: &Move<'_>) -> Result<(), PublishError> {
        let Some(Entry::Folder { mode }) = step.target else { return Ok(()) };
        let permissions = mode.map_or(Permissions::Usual { executable: true }, Permissions::Exact);
        self.in_parent(step.path(), |parent, name| self.disk.make_folder(parent, name, permissions))
            .map_err(|error| PublishError::io("make folder", step.path(), error))
    }

    /// Renames the temporary file to its place.
    fn place(&self, step: &Move<'_>) -> Result<(), PublishError> {
        let temporary = self.plan().temporary(step.index);
        let home = self.workspace.open_folder(&self.plan().home(step.path()));
        home.and_then(|home| self.in_parent(step.path(), |parent, name| self.disk.rename(&home, &temporary, parent, name)))
            .map_err(|error| PublishError::io("put in place", step.path(), error))
    }

    /// Syncs every folder in which the plan changes a name, each once. Also those in which nothing was left to do: the
    /// process that did it may have died before it synced them.
    fn sync_folders(&self) -> Result<(), PublishError> {
        for path in self.plan().folders() {
            let failed = |error| PublishError::io("sync", &path, error);
            // A folder that went was synced away with the one above it.
            if let Some(folder) = open_folder(self.workspace, &path).map_err(failed)? {
                self.disk.sync_folder(&folder).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn in_parent(&self, path: &WorkspacePath, act: impl FnOnce(&Dir, &str) -> io::Result<()>) -> io::Result<()> {
        let (Some(parent), Some(name)) = (path.parent(), path.name()) else { return Err(io::ErrorKind::InvalidInput.into()) };
        act(&self.workspace.open_folder(&parent)?, name)
    }
}
