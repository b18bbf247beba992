//! Everything in a project's folder, read once, and the globs of Python over it.

use std::collections::BTreeSet;

use cofferdam_base::text;

use crate::{
    plan::NoPlan,
    tree::{Kind, Project},
};

use super::fnmatch::{Dialect, Pattern, has_magic};

/// Whether `*` and `**` match names that start with a dot: they do in setuptools' own glob, and not in Python's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    Matched,
    Skipped,
}

/// Paths relative to the project's folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Regular files, and links that lead to one.
    pub files: BTreeSet<String>,
    pub folders: BTreeSet<String>,
    /// Links that lead to no file in the tree: to a folder, to nothing, or out of it.
    pub links: BTreeSet<String>,
}

impl Listing {
    /// Lists the project, but for folders that `skip` names by path.
    pub(super) fn of(project: &Project<'_, '_>, skip: impl Fn(&str) -> bool) -> Result<Self, NoPlan> {
        let mut listing = Self::default();
        let mut waiting = vec![String::new()];
        while let Some(folder) = waiting.pop() {
            for entry in project.list(&folder)? {
                let path = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
                match entry.stat.kind {
                    Kind::File => drop(listing.files.insert(path)),
                    Kind::Folder => {
                        if !skip(&path) {
                            waiting.push(path.clone());
                        }
                        listing.folders.insert(path);
                    }
                    Kind::Link if project.is_file(&path)? => drop(listing.files.insert(path)),
                    Kind::Link => drop(listing.links.insert(path)),
                    Kind::Other => {}
                }
            }
        }
        Ok(listing)
    }

    /// `glob(pattern)`: files and folders that match, component by component; `**` spans folders where it is `recursive`.
    pub(super) fn glob(&self, pattern: &str, recursive: bool, hidden: Hidden) -> Result<Vec<String>, NoPlan> {
        let parts: Vec<Part> = pattern.split('/').map(|part| Part::parse(part, recursive, hidden)).collect::<Result<_, _>>()?;
        for link in &self.links {
            let path: Vec<&str> = link.split('/').collect();
            if (1..=parts.len()).any(|count| matches(parts.get(..count).unwrap_or_default(), &path)) {
                return Err(unresolved(link));
            }
        }
        let all = self.files.iter().chain(&self.folders);
        Ok(all.filter(|path| matches(&parts, &path.split('/').collect::<Vec<_>>())).cloned().collect())
    }

    /// All files below a folder, at any depth.
    pub(super) fn below(&self, folder: &str) -> Result<Vec<String>, NoPlan> {
        let prefix = if folder.is_empty() || folder == "." { String::new() } else { format!("{folder}/") };
        if let Some(link) = self.links.iter().find(|link| link.starts_with(&prefix)) {
            return Err(unresolved(link));
        }
        Ok(self.files.iter().filter(|path| path.starts_with(&prefix)).cloned().collect())
    }
}

/// A link that would have to be followed.
pub(super) fn unresolved(link: &str) -> NoPlan {
    let shown = text::inline(link, 200);
    NoPlan::unsupported(format!("`{shown}` is a link that leads to no file in the tree, which is not modelled"))
}

enum Part {
    Literal(String),
    Pattern { pattern: Pattern, hidden: bool },
    Folders { hidden: bool },
}

impl Part {
    fn parse(text: &str, recursive: bool, hidden: Hidden) -> Result<Self, NoPlan> {
        let hidden = hidden == Hidden::Matched;
        if recursive && text == "**" {
            return Ok(Self::Folders { hidden });
        }
        if !has_magic(text) {
            return Ok(Self::Literal(text.to_owned()));
        }
        let pattern = Pattern::parse(text, Dialect::Fnmatch)
            .map_err(|_| NoPlan::unsupported(format!("`{}` is no pattern", text::inline(text, 80))))?;
        Ok(Self::Pattern { pattern, hidden: hidden || text.starts_with('.') })
    }
}

fn matches(parts: &[Part], path: &[&str]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return path.is_empty() };
    let Some((name, below)) = path.split_first() else {
        return matches!(part, Part::Folders { .. }) && matches(rest, path);
    };
    match part {
        Part::Literal(text) => text == name && matches(rest, below),
        Part::Pattern { pattern, hidden } => (*hidden || !name.starts_with('.')) && pattern.matches(name) && matches(rest, below),
        Part::Folders { hidden } => matches(rest, path) || ((*hidden || !name.starts_with('.')) && matches(parts, below)),
    }
}
