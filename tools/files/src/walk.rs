//! Everything below a folder that is not ignored, in order.

use std::cmp::Ordering;

use cofferdam_tool_sdk::{Entry, Kind, View, WorkspaceError, WorkspacePath};

use crate::{
    problem::Problem,
    rules::{Rules, Say},
    skipped::{Reason, Skipped},
};

/// Most names that one call looks at. Keeps a huge workspace from using up the call's time without a result.
pub(crate) const MAX_NAMES: usize = 200_000;
/// Deepest folder that is looked into, counted from the start. Bounds the recursion.
pub(crate) const MAX_DEPTH: u32 = 64;

/// What a walk looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope {
    /// Names that start with a dot as well.
    pub(crate) hidden: bool,
    /// Levels below the start, from 1.
    pub(crate) depth: u32,
    /// Most names to look at; [`MAX_NAMES`] in a call.
    pub(crate) names: usize,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Files, folders and links, each folder before what is in it, siblings by the bytes of their names.
    pub(crate) entries: Vec<(WorkspacePath, Kind)>,
    /// What could not be looked at.
    pub(crate) skipped: Vec<Skipped>,
}

/// The order in which a walk finds paths: by component.
pub(crate) fn in_walk_order(a: &WorkspacePath, b: &WorkspacePath) -> Ordering {
    a.components().cmp(b.components())
}

/// `path` as seen from `folder`; its name if it is `folder` itself.
pub(crate) fn below<'a>(folder: &WorkspacePath, path: &'a WorkspacePath) -> &'a str {
    if folder.is_root() {
        return path.as_str();
    }
    match path.as_str().strip_prefix(folder.as_str()) {
        Some(rest) if !rest.is_empty() => rest.trim_start_matches('/'),
        _ => path.name().unwrap_or_default(),
    }
}

/// Whether an entry is outside of the scope by its name alone.
pub(crate) fn is_left_out(name: &str, hidden: bool) -> bool {
    name == ".git" || (!hidden && name.starts_with('.'))
}

/// Walks from `start`; a file is found as itself.
///
/// # Errors
/// A start that does not exist or cannot be read; [`Problem::TooMany`].
pub(crate) fn walk(view: &View, start: &WorkspacePath, scope: Scope) -> Result<Found, Problem> {
    let mut walk = Walk { view, start, scope, seen: 0, rules: Vec::new(), found: Found::default() };
    match view.stat(start)? {
        None => return Err(WorkspaceError::NotFound(start.clone()).into()),
        Some(stat) if stat.kind != Kind::Folder => walk.found.entries.push((start.clone(), stat.kind)),
        Some(_) => {
            walk.enter_rules(Rules::of_repository(view));
            for folder in start.ancestors() {
                walk.enter_rules(Rules::of_folder(view, &folder));
            }
            let entries = view.list(start)?;
            walk.folder(start, entries, 1)?;
        }
    }
    Ok(walk.found)
}

struct Walk<'a> {
    view: &'a View,
    start: &'a WorkspacePath,
    scope: Scope,
    seen: usize,
    /// The rules in force, from the weakest to the strongest.
    rules: Vec<Rules>,
    found: Found,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &WorkspacePath, entries: Vec<Entry>, depth: u32) -> Result<(), Problem> {
        let outer = self.rules.len();
        self.enter_rules(Rules::of_folder(self.view, folder));
        for entry in entries {
            self.seen += 1;
            if self.seen > self.scope.names {
                return Err(Problem::TooMany { path: self.start.clone(), limit: self.scope.names });
            }
            if is_left_out(&entry.name, self.scope.hidden) || self.is_ignored(&entry) {
                continue;
            }
            self.found.entries.push((entry.path.clone(), entry.kind));
            if entry.kind == Kind::Folder && depth < self.scope.depth {
                self.descend(&entry.path, depth + 1)?;
            }
        }
        self.rules.truncate(outer);
        Ok(())
    }

    fn descend(&mut self, folder: &WorkspacePath, depth: u32) -> Result<(), Problem> {
        if depth > MAX_DEPTH {
            self.found.skipped.push(Skipped { path: folder.clone(), reason: Reason::TooDeep });
            return Ok(());
        }
        match self.view.list(folder) {
            Ok(entries) => self.folder(folder, entries, depth),
            Err(error) => {
                self.found.skipped.push(Skipped::new(folder, &error));
                Ok(())
            }
        }
    }

    fn enter_rules(&mut self, loaded: Result<Option<Rules>, (WorkspacePath, WorkspaceError)>) {
        match loaded {
            Ok(rules) => self.rules.extend(rules),
            // Without its rules more is shown, never less; and the result says so.
            Err((path, error)) => self.found.skipped.push(Skipped::new(&path, &error)),
        }
    }

    fn is_ignored(&self, entry: &Entry) -> bool {
        self.rules.iter().rev().find_map(|rules| rules.say(&entry.path, entry.kind)) == Some(Say::Ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rescan::rescan;
    use cofferdam_tool_sdk::testing::Bench;

    #[test]
    fn both_walks_refuse_more_names_than_they_may_look_at() {
        let bench = Bench::new(&[("a/b", b""), ("a/c", b"")]);
        let (view, start) = (View::open_ambient(bench.folder()), WorkspacePath::root());
        let scope = |names| Scope { hidden: false, depth: 9, names };
        assert_eq!(walk(&view, &start, scope(3)).unwrap().entries, rescan(&view, &start, scope(3)).unwrap().entries);
        for result in [walk(&view, &start, scope(2)), rescan(&view, &start, scope(2))] {
            assert_eq!(cofferdam_tool_sdk::Failure::from(result.unwrap_err()).code(), "files.too-many");
        }
    }

    #[test]
    fn a_path_is_seen_from_a_folder() {
        let path = |text: &str| text.parse::<WorkspacePath>().unwrap();
        assert_eq!(below(&path("."), &path("a/b")), "a/b");
        assert_eq!(below(&path("a"), &path("a/b/c")), "b/c");
        assert_eq!(below(&path("a/b"), &path("a/b")), "b");
    }
}
