//! A source distribution by setuptools (84) from a declarative configuration in pyproject.toml.

mod config;
mod discovery;
mod manifest_in;

use std::collections::BTreeSet;

use crate::{
    plan::{NoPlan, Origin, Plan},
    tree::Project,
};

use super::{
    Files, add,
    fnmatch::{Dialect, Pattern},
    listing::{Hidden, Listing},
    pyproject::Pyproject,
};
use config::Config;
use discovery::Layout;

/// Largest MANIFEST.in and SOURCES.txt that is read.
const MAX_TEXT_BYTES: u64 = 8 << 20;
/// The first of these that is there is published.
const READMES: [&str; 4] = ["README", "README.rst", "README.txt", "README.md"];
/// Folders of version control systems: nothing in them is ever published.
const VCS: [&str; 7] = ["RCS", "CVS", ".svn", ".hg", ".git", ".bzr", "_darcs"];
/// Folders at the root that are never published.
const NEVER: [&str; 4] = [".tox", ".nox", ".venv", "build"];
/// Metadata of earlier builds whose fate depends on more than is modelled.
const OLD_METADATA: [&str; 4] = ["namespace_packages.txt", "eager_resources.txt", "depends.txt", "native_libs.txt"];

/// The list of the source distribution.
pub(super) fn plan(project: &Project<'_, '_>, pyproject: Pyproject) -> Result<Plan, NoPlan> {
    let listing = Listing::of(project, never)?;
    let config = Config::of(project, &pyproject)?;
    let layout = Layout::find(&config, &listing)?;
    let egg_info = match layout.folders.get("").map(String::as_str) {
        None | Some("" | ".") => format!("{}.egg-info", pyproject.metadata_name()),
        Some(base) => format!("{base}/{}.egg-info", pyproject.metadata_name()),
    };
    let metadata = metadata(&egg_info, &config);
    let mut list = defaults(project, &config, &layout, &listing, &egg_info)?;
    list.extend(metadata.iter().cloned());
    if let Some(text) = project.text("MANIFEST.in", MAX_TEXT_BYTES)? {
        manifest_in::apply(&text, &listing, &metadata, &mut list)?;
    }
    list.extend(license_files(&config, &listing)?);
    list.extend(config.referenced.iter().cloned());
    let own = pyproject.version.as_ref().map(|version| format!("{}-{version}/", pyproject.file_name()));
    list.retain(|path| !path.split_once('/').is_some_and(|_| never_below(path)) && own.as_ref().is_none_or(|own| !path.starts_with(own)));
    let mut files = Files::new();
    for path in &list {
        add(project, path, &mut files)?;
    }
    // Written anew by every build, whatever is on disk.
    let generated =
        metadata.into_iter().filter(|path| list.contains(path)).chain([format!("{egg_info}/SOURCES.txt"), "PKG-INFO".to_owned()]);
    files.extend(generated.map(|path| (path, Origin::Generated)));
    files.entry("setup.cfg".to_owned()).or_insert(Origin::Generated);
    Ok(Plan { name: Some(pyproject.name), version: pyproject.version, files, entry_points: Vec::new(), scripts: Vec::new() })
}

/// Folders that need not be looked into.
fn never(path: &str) -> bool {
    NEVER.contains(&path) || path.rsplit('/').next().is_some_and(|name| VCS.contains(&name))
}

/// Whether a path is below such a folder.
fn never_below(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let folders = parts.split_last().map_or(&[] as &[&str], |(_, folders)| folders);
    folders.first().is_some_and(|first| NEVER.contains(first)) || folders.iter().any(|folder| VCS.contains(folder))
}

/// What is listed before MANIFEST.in is asked.
fn defaults(
    project: &Project<'_, '_>,
    config: &Config,
    layout: &Layout,
    listing: &Listing,
    egg_info: &str,
) -> Result<BTreeSet<String>, NoPlan> {
    let mut list: BTreeSet<String> =
        READMES.iter().find(|name| listing.files.contains(**name)).map(|name| (*name).to_owned()).into_iter().collect();
    for pattern in ["tests/test*.py", "test/test*.py"] {
        list.extend(listing.glob(pattern, false, Hidden::Skipped)?);
    }
    list.extend(["setup.cfg", "pyproject.toml", "setup.py", "MANIFEST.in"].map(str::to_owned));
    list.extend(layout.modules.iter().cloned());
    for package in &layout.packages {
        list.extend(package_data(config, package, &layout.folder_of(package), listing)?);
    }
    for name in OLD_METADATA {
        if listing.files.contains(&format!("{egg_info}/{name}")) {
            return Err(NoPlan::unsupported(format!("`{name}` of an earlier build is there, which is not modelled")));
        }
    }
    if let Some(text) = project.text(&format!("{egg_info}/SOURCES.txt"), MAX_TEXT_BYTES)? {
        // What an earlier build listed is listed again.
        list.extend(text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned));
    }
    list.extend(listing.below(egg_info)?);
    list.retain(|path| listing.files.contains(path));
    Ok(list)
}

/// Files of `package-data`, those of `exclude-package-data` left out.
fn package_data(config: &Config, package: &str, folder: &str, listing: &Listing) -> Result<Vec<String>, NoPlan> {
    let at = |pattern: &str| if folder.is_empty() { pattern.to_owned() } else { format!("{folder}/{pattern}") };
    let implied = ["*.pyi".to_owned(), "py.typed".to_owned()];
    let of = |map: &std::collections::BTreeMap<String, Vec<String>>| -> Vec<String> {
        ["", package].iter().filter_map(|key| map.get(*key)).flatten().cloned().collect()
    };
    let mut found = Vec::new();
    for pattern in implied.into_iter().chain(of(&config.package_data)) {
        found.extend(listing.glob(&at(&pattern), true, Hidden::Skipped)?);
    }
    for pattern in of(&config.exclude_package_data) {
        if let Ok(pattern) = Pattern::parse(&at(&pattern), Dialect::Fnmatch) {
            found.retain(|path| !pattern.matches(path));
        }
    }
    found.retain(|path| listing.files.contains(path));
    Ok(found)
}

fn license_files(config: &Config, listing: &Listing) -> Result<Vec<String>, NoPlan> {
    let mut found = Vec::new();
    for pattern in &config.license_files {
        if pattern.starts_with('/') || pattern.contains("..") {
            return Err(NoPlan::unsupported("setuptools refuses this project: a pattern of `license-files` leads out of it"));
        }
        found.extend(listing.glob(pattern, true, Hidden::Skipped)?);
    }
    found.retain(|path| !path.ends_with('~') && listing.files.contains(path));
    Ok(found)
}

/// The metadata that every build writes.
fn metadata(egg_info: &str, config: &Config) -> BTreeSet<String> {
    let always = ["PKG-INFO", "SOURCES.txt", "dependency_links.txt", "top_level.txt"].into_iter();
    let sometimes = [("requires.txt", config.has_requirements), ("entry_points.txt", config.has_entry_points)];
    always.chain(sometimes.into_iter().filter(|(_, there)| *there).map(|(name, _)| name)).map(|name| format!("{egg_info}/{name}")).collect()
}
