//! With git: what is tracked, and what is neither tracked nor ignored.

use cofferdam_base::{WorkspacePath, text};

use crate::{
    git::{IgnoreStack, Ignored, Repository, Rules},
    plan::NoPlan,
    tree::{Entry, Kind, Project, View},
};

use super::{Files, Filter, walk};

/// Largest ignore file that is read.
const MAX_IGNORE_BYTES: u64 = 1 << 20;

/// A path below a folder, relative to it; none for the folder itself and for what is elsewhere.
pub(super) fn below(folder: &WorkspacePath, path: &WorkspacePath) -> Option<String> {
    if !path.is_within(folder) || path == folder {
        return None;
    }
    let skipped = folder.components().count();
    Some(path.components().skip(skipped).collect::<Vec<_>>().join("/"))
}

/// A path relative to the working tree's root.
pub(super) fn relative(repository: &Repository, path: &WorkspacePath) -> Option<String> {
    below(&repository.root, path)
}

/// Whether an untracked file of the package would be ignored, because of itself or of a folder above.
pub(super) fn is_ignored(project: &Project<'_, '_>, repository: &Repository, path: &str) -> Result<bool, NoPlan> {
    let (stack, ignored) = stack_above(project, repository)?;
    let inner = project.place(path).and_then(|place| relative(repository, &place)).unwrap_or_default();
    Ok(ignored == Ignored::Yes || stack.decide(&inner, false) == Ignored::Yes)
}

/// The files that the filter accepts.
pub(super) fn files(project: &Project<'_, '_>, repository: &Repository, filter: &Filter) -> Result<Files, NoPlan> {
    let (mut stack, ignored) = stack_above(project, repository)?;
    let mut walk = Walk { project, repository, filter, files: Files::new() };
    let entries = project.list("")?;
    walk.visit("", &entries, &mut stack, ignored)?;
    Ok(walk.files)
}

/// The rules of all folders from the working tree's root to the package's own, and whether one of these folders is ignored.
fn stack_above(project: &Project<'_, '_>, repository: &Repository) -> Result<(IgnoreStack, Ignored), NoPlan> {
    let mut stack = IgnoreStack::default();
    if let Some(rules) = &repository.exclude {
        stack.push(rules.clone());
    }
    let mut ignored = Ignored::No;
    let mut folder = repository.root.clone();
    push_rules(project.view(), repository, &folder, &mut stack)?;
    let inner = relative(repository, project.folder()).unwrap_or_default();
    for part in inner.split('/').filter(|part| !part.is_empty()) {
        folder = folder.join(part).map_err(|error| NoPlan::unsupported(error.to_string()))?;
        if stack.decide(&relative(repository, &folder).unwrap_or_default(), true) == Ignored::Yes {
            ignored = Ignored::Yes;
        }
        push_rules(project.view(), repository, &folder, &mut stack)?;
    }
    Ok((stack, ignored))
}

fn push_rules(view: &View<'_>, repository: &Repository, folder: &WorkspacePath, stack: &mut IgnoreStack) -> Result<(), NoPlan> {
    let place = folder.join(".gitignore").map_err(|error| NoPlan::unsupported(error.to_string()))?;
    // git does not follow a link here.
    if view.stat(&place)?.is_some_and(|stat| stat.kind == Kind::File)
        && let Some(text) = view.text(&place, MAX_IGNORE_BYTES)?
    {
        stack.push(Rules::parse(&text, &relative(repository, folder).unwrap_or_default()));
    }
    Ok(())
}

struct Walk<'w, 'v, 't> {
    project: &'w Project<'v, 't>,
    repository: &'w Repository,
    filter: &'w Filter,
    files: Files,
}

impl Walk<'_, '_, '_> {
    /// Looks through a folder; where it is ignored, only what is tracked counts.
    fn visit(&mut self, folder: &str, entries: &[Entry], stack: &mut IgnoreStack, ignored: Ignored) -> Result<(), NoPlan> {
        let mut listed = Vec::new();
        for entry in entries {
            let path = if folder.is_empty() { entry.name.clone() } else { format!("{folder}/{}", entry.name) };
            let Some(inner) = self.project.place(&path).and_then(|place| relative(self.repository, &place)) else { continue };
            let is_folder = entry.stat.kind == Kind::Folder;
            let own = if ignored == Ignored::Yes { Ignored::Yes } else { stack.decide(&inner, is_folder) };
            if is_folder {
                listed.push((path, inner, own, true));
            } else if own == Ignored::No || self.repository.tracked.contains(&inner) {
                listed.push((path, inner, own, false));
            }
        }
        // Another package: nothing below its folder belongs to this one.
        if !folder.is_empty() && listed.iter().any(|(path, _, _, is_folder)| !is_folder && path == &format!("{folder}/Cargo.toml")) {
            return Ok(());
        }
        for (path, inner, own, is_folder) in listed {
            if is_folder {
                self.descend(&path, &inner, stack, own)?;
            } else if self.filter.accepts(&path, false) {
                walk::add(self.project, path, &mut self.files)?;
            }
        }
        Ok(())
    }

    fn descend(&mut self, path: &str, inner: &str, stack: &mut IgnoreStack, ignored: Ignored) -> Result<(), NoPlan> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let tracked = self.has_tracked(inner);
        // The build folder is left out, but for what is tracked in it.
        let ignored = if path == "target" { Ignored::Yes } else { ignored };
        if name == ".git" || (ignored == Ignored::Yes && !tracked) {
            return Ok(());
        }
        let entries = self.project.list(path)?;
        if entries.iter().any(|entry| entry.name == ".git") {
            let shown = text::inline(path, 200);
            return Err(NoPlan::unsupported(format!("`{shown}` is a repository of its own, which is not modelled")));
        }
        let length = stack.len();
        if let Some(place) = self.project.place(path) {
            push_rules(self.project.view(), self.repository, &place, stack)?;
        }
        self.visit(path, &entries, stack, ignored)?;
        stack.truncate(length);
        Ok(())
    }

    fn has_tracked(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        self.repository.tracked.range(prefix.clone()..).next().is_some_and(|path| path.starts_with(&prefix))
    }
}
