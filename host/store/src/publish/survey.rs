//! What every path of a record still needs to be on one side. Looks, and changes nothing.

use std::{collections::BTreeSet, io};

use cofferdam_base::WorkspacePath;

use crate::{
    publish::{
        error::PublishError,
        plan::{Entry, Plan, Side, Transition, ancestors},
        position::{Position, open_folder, position, strangers},
    },
    workspace::Workspace,
};

/// What is at a path that has to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    File,
    Folder,
}

/// A path that has to move to the side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move<'plan> {
    /// Which transition of the plan.
    pub(super) index: usize,
    pub(super) transition: &'plan Transition,
    pub(super) found: Found,
    /// What shall be there.
    pub(super) target: Option<&'plan Entry>,
}

/// Where all paths are, seen from the side that they shall be on.
#[derive(Debug)]
pub(super) struct Survey<'plan> {
    /// What has to move, a folder before what is in it.
    pub(super) moves: Vec<Move<'plan>>,
    /// What cannot move since somebody else changed it, or put something into a folder that is to go.
    pub(super) astray: BTreeSet<WorkspacePath>,
    /// What is on the side already.
    pub(super) there: Vec<&'plan WorkspacePath>,
}

impl<'plan> Survey<'plan> {
    /// Looks at every path of a plan.
    pub(super) fn towards(side: Side, plan: &'plan Plan, workspace: &Workspace) -> Result<Self, PublishError> {
        let mut survey = Self { moves: Vec::new(), astray: BTreeSet::new(), there: Vec::new() };
        for (index, transition) in plan.transitions().iter().enumerate() {
            let path = &transition.path;
            let failed = |error| PublishError::io("look at", path, error);
            let found = match position(workspace, transition).map_err(failed)? {
                Position::On(here) if here == side => {
                    survey.there.push(path);
                    continue;
                }
                Position::On(here) => Found::of(transition.on(here)),
                Position::Between => Found::Nothing,
                Position::Astray => {
                    survey.astray.insert(path.clone());
                    continue;
                }
            };
            let step = Move { index, transition, found, target: transition.on(side) };
            if step.has_place(plan, workspace, &survey.astray).map_err(failed)? {
                survey.moves.push(step);
            } else {
                survey.astray.insert(path.clone());
            }
        }
        survey.keep_full_folders(workspace)?;
        Ok(survey)
    }

    /// A folder that holds more than what goes with it stays, and so do the folders above it.
    fn keep_full_folders(&mut self, workspace: &Workspace) -> Result<(), PublishError> {
        let mut going: BTreeSet<&WorkspacePath> = self.moves.iter().filter(|step| step.goes()).map(|step| &step.transition.path).collect();
        let folders = self.moves.iter().rev().filter(|step| step.goes() && step.found == Found::Folder);
        for folder in folders.map(|step| &step.transition.path) {
            let more = strangers(workspace, folder, |path| going.contains(path));
            let more = more.map_err(|error| PublishError::io("list", folder, error))?;
            if !more.is_empty() {
                going.remove(folder);
                self.astray.extend(more);
                self.astray.insert(folder.clone());
            }
        }
        let astray = &self.astray;
        self.moves.retain(|step| !astray.contains(&step.transition.path));
        Ok(())
    }
}

impl Found {
    fn of(entry: Option<&Entry>) -> Self {
        match entry {
            None => Self::Nothing,
            Some(Entry::File { .. }) => Self::File,
            Some(Entry::Folder { .. }) => Self::Folder,
        }
    }
}

impl Move<'_> {
    pub(super) fn path(&self) -> &WorkspacePath {
        &self.transition.path
    }

    /// Whether what is there has to be removed, not replaced by a file.
    pub(super) fn goes(&self) -> bool {
        match (self.found, self.target) {
            (Found::Nothing, _) | (Found::File, Some(Entry::File { .. })) => false,
            (Found::File | Found::Folder, _) => true,
        }
    }

    /// Whether what shall be there can be put there: the folders above it are ours or where they were.
    fn has_place(&self, plan: &Plan, workspace: &Workspace, astray: &BTreeSet<WorkspacePath>) -> io::Result<bool> {
        if self.target.is_none() || self.found != Found::Nothing {
            return Ok(true);
        }
        let above_is_ours = ancestors(self.path()).all(|folder| !astray.contains(&folder));
        Ok(above_is_ours && open_folder(workspace, &plan.home(self.path()))?.is_some())
    }
}
