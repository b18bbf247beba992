//! A source distribution by hatchling (1.33).

mod config;
mod spec;

use std::collections::BTreeMap;

use cofferdam_base::{WorkspacePath, text};

use crate::{
    plan::{NoPlan, Origin, Plan},
    tree::{Kind, Project},
};

use super::{
    Files,
    listing::{Hidden, Listing, unresolved},
    pyproject::Pyproject,
};
use config::Config;

/// Folders that are never looked into.
const NEVER_FOLDERS: [&str; 11] =
    ["__pycache__", ".venv", ".git", ".hg", ".hatch", ".tox", ".nox", ".ruff_cache", ".pytest_cache", ".mypy_cache", ".pixi"];
/// Files that are never published by themselves.
const NEVER_FILES: [&str; 2] = [".DS_Store", ".git"];
/// Largest ignore file that is read.
const MAX_IGNORE_BYTES: u64 = 1 << 20;

/// The list of the source distribution.
pub(super) fn plan(project: &Project<'_, '_>, pyproject: Pyproject) -> Result<Plan, NoPlan> {
    let listing = Listing::of(project, |path| path.rsplit('/').next().is_some_and(|name| NEVER_FOLDERS.contains(&name)))?;
    let ignore = ignore_file(project)?;
    let config = Config::of(project, &pyproject, ignore.as_ref().map(|(_, text)| text.as_str()))?;
    let forced = forced(project, &pyproject, &config, &listing, ignore.as_ref().map(|(place, _)| place))?;
    let mut files = Files::new();
    selected(project, &config, &listing, &forced, &mut files)?;
    for (target, place) in forced {
        force(project, &listing, &target, &place, &mut files)?;
    }
    files.insert("PKG-INFO".to_owned(), Origin::Generated);
    Ok(Plan { name: Some(pyproject.name), version: pyproject.version, files, entry_points: Vec::new(), scripts: Vec::new() })
}

/// The nearest `.gitignore`, from the project upwards to the repository's root.
fn ignore_file(project: &Project<'_, '_>) -> Result<Option<(WorkspacePath, String)>, NoPlan> {
    let view = project.view();
    let mut above = Some(project.folder().clone());
    while let Some(folder) = above {
        let at = |name: &str| folder.join(name).map_err(|error| NoPlan::unsupported(error.to_string()));
        if let Some((place, _)) = view.resolve_file(&at(".gitignore")?)? {
            let text = view.text(&place, MAX_IGNORE_BYTES)?.unwrap_or_default();
            return Ok(Some((place, text)));
        }
        if view.stat(&at(".git")?)?.is_some() {
            return Ok(None);
        }
        above = folder.parent();
    }
    Ok(None)
}

/// What is published whatever the patterns say: path in the distribution and place in the tree.
fn forced(
    project: &Project<'_, '_>,
    pyproject: &Pyproject,
    config: &Config,
    listing: &Listing,
    ignore: Option<&WorkspacePath>,
) -> Result<BTreeMap<String, WorkspacePath>, NoPlan> {
    let mut forced = BTreeMap::new();
    let mut add = |target: &str, source: &str| -> Result<(), NoPlan> {
        let Some(place) = project.place(source) else {
            return Err(NoPlan::unsupported(format!("`{}` is outside the tree", text::inline(source, 200))));
        };
        forced.insert(target.trim_matches('/').to_owned(), place);
        Ok(())
    };
    for name in ["pyproject.toml", "hatch_build.py"] {
        if project.is_file(name)? {
            add(name, name)?;
        }
    }
    if let Some(readme) = &pyproject.readme {
        add(readme.trim_start_matches("./"), readme)?;
    }
    let patterns = pyproject.license_files.clone();
    let defaults = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"].map(str::to_owned).to_vec();
    for pattern in patterns.unwrap_or(defaults) {
        for found in listing.glob(pattern.trim_start_matches("./"), false, Hidden::Skipped)? {
            if listing.files.contains(&found) {
                add(&found, &found)?;
            }
        }
    }
    for (source, target) in &config.force_include {
        add(target, source)?;
    }
    forced.extend(ignore.map(|place| (".gitignore".to_owned(), place.clone())));
    Ok(forced)
}

/// What the patterns select.
fn selected(
    project: &Project<'_, '_>,
    config: &Config,
    listing: &Listing,
    forced: &BTreeMap<String, WorkspacePath>,
    files: &mut Files,
) -> Result<(), NoPlan> {
    let reserved = |path: &str| {
        let place = project.place(path);
        forced
            .iter()
            .any(|(target, source)| if source.is_within(project.folder()) { place.as_ref() == Some(source) } else { target == path })
    };
    let chosen =
        |path: &str| config.only.is_empty() || config.only.iter().any(|only| path == only || path.starts_with(&format!("{only}/")));
    let named = |path: &str| config.only.iter().any(|only| only == path);
    let in_reserved_folder = |path: &str| path.match_indices('/').any(|(at, _)| path.get(..at).is_some_and(reserved));
    if let Some(link) = listing.links.iter().find(|link| chosen(link)) {
        return Err(unresolved(link));
    }
    for path in &listing.files {
        let name = path.rsplit('/').next().unwrap_or(path);
        if !chosen(path) || reserved(path) || (config.only.is_empty() && in_reserved_folder(path)) {
            continue;
        }
        // A file named by itself is published whatever the patterns say.
        let wanted = named(path) || (!NEVER_FILES.contains(&name) && config.accepts(path));
        if wanted {
            super::add(project, path, files)?;
        }
    }
    Ok(())
}

/// Adds a file, or everything below a folder, under another path.
fn force(project: &Project<'_, '_>, listing: &Listing, target: &str, place: &WorkspacePath, files: &mut Files) -> Result<(), NoPlan> {
    if let Some((found, stat)) = project.view().resolve_file(place)? {
        files.insert(target.to_owned(), Origin::Tree { path: found, size: stat.size });
        return Ok(());
    }
    let inner = place
        .is_within(project.folder())
        .then(|| place.components().skip(project.folder().components().count()).collect::<Vec<_>>().join("/"));
    match inner {
        Some(folder) if project.stat(&folder)?.is_some_and(|stat| stat.kind == Kind::Folder) => {
            for path in listing.below(&folder)? {
                let name = path.rsplit('/').next().unwrap_or(&path);
                let rest = path.strip_prefix(&format!("{folder}/")).unwrap_or(&path);
                let below_never = rest.split('/').any(|part| NEVER_FOLDERS.contains(&part)) || NEVER_FILES.contains(&name);
                if let Some((found, stat)) = project.resolve(&path)?.filter(|_| !below_never) {
                    files.insert(format!("{target}/{rest}"), Origin::Tree { path: found, size: stat.size });
                }
            }
            Ok(())
        }
        _ => Err(NoPlan::unsupported(format!("hatchling refuses this project: `{}` is not there", text::inline(place.as_str(), 200)))),
    }
}
