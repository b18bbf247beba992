//! As much of git as decides which files belong to a project: the index, and the ignore rules.

mod ignore_rules;
mod index;

use std::collections::BTreeSet;

use cofferdam_base::{WorkspacePath, text};

use crate::{
    plan::NoPlan,
    tree::{Kind, View},
};

pub(crate) use ignore_rules::{IgnoreStack, Ignored, Rules};

/// Largest configuration that is read.
const MAX_CONFIG_BYTES: u64 = 1 << 20;
/// Largest index that is read: about half a million files.
const MAX_INDEX_BYTES: u64 = 48 << 20;
/// Settings that change which files are tracked or ignored, or how the index is stored.
const NOT_MODELLED: [&str; 7] =
    ["excludesfile", "ignorecase", "worktree", "sparsecheckout", "objectformat", "splitindex", "precomposeunicode"];

/// A repository with its working tree.
#[derive(Debug)]
pub(crate) struct Repository {
    /// The working tree's root.
    pub root: WorkspacePath,
    /// Paths of tracked files, relative to the root.
    pub tracked: BTreeSet<String>,
    /// `.git/info/exclude`.
    pub exclude: Option<Rules>,
    /// Whether there is any commit yet.
    pub has_commit: bool,
}

impl Repository {
    /// The repository that a folder is in, searched upwards as far as the tree reaches.
    pub(crate) fn discover(view: &View<'_>, folder: &WorkspacePath) -> Result<Option<Self>, NoPlan> {
        let mut above = Some(folder.clone());
        while let Some(root) = above {
            let place = child(&root, ".git")?;
            match view.stat(&place)?.map(|stat| stat.kind) {
                Some(Kind::Folder) if is_repository(view, &place)? => return Self::open(view, root, &place).map(Some),
                Some(Kind::File | Kind::Link) => {
                    let shown = text::inline(place.as_str(), 200);
                    return Err(NoPlan::unsupported(format!("`{shown}` points to a git folder elsewhere, which is not modelled")));
                }
                Some(Kind::Folder | Kind::Other) | None => {}
            }
            above = root.parent();
        }
        Ok(None)
    }

    fn open(view: &View<'_>, root: WorkspacePath, place: &WorkspacePath) -> Result<Self, NoPlan> {
        let config = view.text(&child(place, "config")?, MAX_CONFIG_BYTES)?.unwrap_or_default();
        if let Some(setting) = unmodelled_setting(&config) {
            return Err(NoPlan::unsupported(format!("the git setting `{setting}` is not modelled")));
        }
        let tracked = match view.read(&child(place, "index")?, MAX_INDEX_BYTES)? {
            Some(bytes) => index::parse(&bytes).map_err(|fault| NoPlan::unsupported(format!("the git index {fault}")))?,
            None => BTreeSet::new(),
        };
        let exclude = view.text(&child(place, "info/exclude")?, MAX_CONFIG_BYTES)?.map(|text| Rules::parse(&text, ""));
        let has_commit = head_exists(view, place)?;
        Ok(Self { root, tracked, exclude, has_commit })
    }
}

fn child(folder: &WorkspacePath, name: &str) -> Result<WorkspacePath, NoPlan> {
    folder.join(name).map_err(|error| NoPlan::unsupported(error.to_string()))
}

/// What git asks of a repository's folder.
fn is_repository(view: &View<'_>, place: &WorkspacePath) -> Result<bool, NoPlan> {
    for (name, kind) in [("HEAD", Kind::File), ("objects", Kind::Folder), ("refs", Kind::Folder)] {
        if view.stat(&child(place, name)?)?.is_none_or(|stat| stat.kind != kind) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether `HEAD` leads to a commit.
fn head_exists(view: &View<'_>, place: &WorkspacePath) -> Result<bool, NoPlan> {
    let head = view.text(&child(place, "HEAD")?, MAX_CONFIG_BYTES)?.unwrap_or_default();
    let Some(name) = head.trim().strip_prefix("ref: ") else { return Ok(!head.trim().is_empty()) };
    let Ok(reference) = place.join(name.trim()) else { return Ok(false) };
    if view.stat(&reference)?.is_some_and(|stat| stat.kind == Kind::File) {
        return Ok(true);
    }
    let packed = view.text(&child(place, "packed-refs")?, MAX_INDEX_BYTES)?.unwrap_or_default();
    Ok(packed.lines().any(|line| line.split_once(' ').is_some_and(|(_, known)| known.trim() == name.trim())))
}

/// A setting that would change the list, and has not the value that changes nothing.
fn unmodelled_setting(config: &str) -> Option<&'static str> {
    for line in config.lines() {
        let line = line.trim().to_ascii_lowercase();
        if line.starts_with("[include") {
            return Some("include");
        }
        let (key, value) = line.split_once('=').map_or((line.as_str(), "true"), |(key, value)| (key.trim(), value.trim()));
        if let Some(known) = NOT_MODELLED.iter().find(|known| **known == key).filter(|_| value != "false" && value != "sha1") {
            return Some(known);
        }
    }
    None
}
