//! A second way to find what a walk finds, for verification: level by level instead of depth first, each path judged
//! from scratch instead of with a stack of rules, sorted at the end instead of found in order.

use std::collections::{BTreeMap, VecDeque, btree_map};

use cofferdam_tool_sdk::{Kind, View, WorkspaceError, WorkspacePath};

use crate::{
    problem::Problem,
    rules::{Rules, Say},
    skipped::{Reason, Skipped},
    walk::{Found, MAX_DEPTH, Scope, in_walk_order, is_left_out},
};

/// Finds what [`crate::walk::walk`] must find.
///
/// # Errors
/// As of the walk.
pub(crate) fn rescan(view: &View, start: &WorkspacePath, scope: Scope) -> Result<Found, Problem> {
    let mut found = Found::default();
    let kind = view.stat(start)?.ok_or_else(|| WorkspaceError::NotFound(start.clone()))?.kind;
    if kind != Kind::Folder {
        found.entries.push((start.clone(), kind));
        return Ok(found);
    }
    let mut judge = Judge { view, repository: None, folders: BTreeMap::new() };
    judge.load(start, &mut found.skipped);
    let mut seen = 0;
    let mut queue = VecDeque::from([(start.clone(), 1)]);
    while let Some((folder, level)) = queue.pop_front() {
        let entries = match view.list(&folder) {
            Ok(entries) => entries,
            Err(error) if folder == *start => return Err(error.into()),
            Err(error) => {
                found.skipped.push(Skipped::new(&folder, &error));
                continue;
            }
        };
        seen += entries.len();
        if seen > scope.names {
            return Err(Problem::TooMany { path: start.clone(), limit: scope.names });
        }
        judge.load(&folder, &mut found.skipped);
        for entry in entries.into_iter().filter(|entry| !is_left_out(&entry.name, scope.hidden)) {
            if judge.ignores(&entry.path, entry.kind) {
                continue;
            }
            if entry.kind == Kind::Folder && level < scope.depth {
                if level < MAX_DEPTH {
                    queue.push_back((entry.path.clone(), level + 1));
                } else {
                    found.skipped.push(Skipped { path: entry.path.clone(), reason: Reason::TooDeep });
                }
            }
            found.entries.push((entry.path, entry.kind));
        }
    }
    found.entries.sort_by(|(a, _), (b, _)| in_walk_order(a, b));
    Ok(found)
}

struct Judge<'a> {
    view: &'a View,
    repository: Option<Option<Rules>>,
    folders: BTreeMap<WorkspacePath, Option<Rules>>,
}

impl Judge<'_> {
    /// Reads the rules that speak of what is in `folder`, each file of them once.
    fn load(&mut self, folder: &WorkspacePath, skipped: &mut Vec<Skipped>) {
        let mut keep = |loaded: Result<Option<Rules>, (WorkspacePath, WorkspaceError)>| {
            loaded.unwrap_or_else(|(path, error)| {
                skipped.push(Skipped::new(&path, &error));
                None
            })
        };
        if self.repository.is_none() {
            self.repository = Some(keep(Rules::of_repository(self.view)));
        }
        for folder in folder.ancestors().into_iter().chain([folder.clone()]) {
            if let btree_map::Entry::Vacant(slot) = self.folders.entry(folder) {
                let rules = keep(Rules::of_folder(self.view, slot.key()));
                slot.insert(rules);
            }
        }
    }

    /// Whether the nearest rules that say anything ignore the path.
    fn ignores(&self, path: &WorkspacePath, kind: Kind) -> bool {
        let mut folder = path.parent();
        while let Some(at) = folder {
            if let Some(say) = self.folders.get(&at).and_then(Option::as_ref).and_then(|rules| rules.say(path, kind)) {
                return say == Say::Ignored;
            }
            folder = at.parent();
        }
        self.repository.as_ref().and_then(Option::as_ref).and_then(|rules| rules.say(path, kind)) == Some(Say::Ignored)
    }
}
