//! What `cargo package` would publish (cargo 1.95).

mod filter;
mod from_git;
mod manifest;
mod walk;

use std::collections::BTreeMap;

use cofferdam_base::{WorkspacePath, text};

use crate::{
    error::AuditError,
    git::Repository,
    plan::{EntryPoint, NoPlan, Origin, Plan},
    tree::{Project, Stat},
};

use filter::Filter;
use manifest::Manifest;

/// Files of a package by path below its folder.
type Files = BTreeMap<String, (WorkspacePath, Stat)>;

/// Written by cargo; a file of that name in the package is refused.
const RESERVED: [&str; 2] = [".cargo_vcs_info.json", "Cargo.toml.orig"];
/// Characters in a name that cargo refuses, since Windows cannot store them.
const BAD_CHARACTERS: [char; 9] = ['/', '\\', '<', '>', ':', '"', '|', '?', '*'];

/// The list of the package in a folder.
pub(crate) fn plan(project: &Project<'_, '_>) -> Result<Plan, NoPlan> {
    let Some(manifest) = Manifest::parse(project)? else {
        return Err(AuditError::NoManifest { path: project.place("Cargo.toml").unwrap_or_default() }.into());
    };
    let repository = Repository::discover(project.view(), project.folder())?;
    let found = select(project, &manifest, repository.as_ref())?;
    let mut files = BTreeMap::new();
    for (path, (place, stat)) in found {
        check_name(&path)?;
        // The manifest is rewritten, whatever the case of its name; the lock file is always made anew.
        if path != "Cargo.lock" && !path.eq_ignore_ascii_case("Cargo.toml") {
            files.insert(path, Origin::Tree { path: place, size: stat.size });
        }
    }
    if let Some((place, stat)) = project.resolve("Cargo.toml")? {
        files.insert("Cargo.toml.orig".to_owned(), Origin::Tree { path: place, size: stat.size });
    }
    files.insert("Cargo.toml".to_owned(), Origin::Generated);
    files.insert("Cargo.lock".to_owned(), Origin::Generated);
    if let Some(repository) = &repository
        && repository.has_commit
        && !from_git::is_ignored(project, repository, "Cargo.toml")?
    {
        files.insert(".cargo_vcs_info.json".to_owned(), Origin::Generated);
    }
    for (field, target) in [("license-file", &manifest.license_file), ("readme", &manifest.readme)] {
        if let Some(target) = target {
            add_named(project, field, target, &mut files)?;
        }
    }
    Ok(Plan { entry_points: entry_points(&manifest), name: manifest.name, version: manifest.version, files, scripts: Vec::new() })
}

/// By git where the manifest is tracked and nothing is included by name; by walking the folder otherwise.
fn select(project: &Project<'_, '_>, manifest: &Manifest, repository: Option<&Repository>) -> Result<Files, NoPlan> {
    let tracked = repository.filter(|repository| {
        let manifest = project.place("Cargo.toml");
        manifest.and_then(|place| from_git::relative(repository, &place)).is_some_and(|path| repository.tracked.contains(&path))
    });
    match tracked.filter(|_| manifest.include.is_empty()) {
        Some(repository) => from_git::files(project, repository, &Filter::exclude(&manifest.exclude, false)?),
        None if manifest.include.is_empty() => walk::files(project, &Filter::exclude(&manifest.exclude, true)?),
        None => walk::files(project, &Filter::include(&manifest.include)?),
    }
}

fn check_name(path: &str) -> Result<(), NoPlan> {
    let shown = || text::inline(path, 200);
    if RESERVED.contains(&path) {
        return Err(NoPlan::unsupported(format!("cargo refuses this package: `{}` is a name of its own", shown())));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.contains(BAD_CHARACTERS) {
        return Err(NoPlan::unsupported(format!(
            "cargo refuses this package: `{}` has a character that not every system can store",
            shown()
        )));
    }
    Ok(())
}

/// Adds the file of `license-file` or `readme`: under its own path, or at the root where it is outside the package.
fn add_named(project: &Project<'_, '_>, field: &str, target: &str, files: &mut BTreeMap<String, Origin>) -> Result<(), NoPlan> {
    let Some((place, stat)) = project.resolve(target)? else {
        let shown = text::inline(target, 200);
        return Err(NoPlan::unsupported(format!("cargo refuses this package: its `{field}`, `{shown}`, is no file in the tree")));
    };
    let Some(named) = project.place(target) else { return Ok(()) };
    let inside = match named.is_within(project.folder()) {
        true => from_git::below(project.folder(), &named),
        false => named.name().map(str::to_owned),
    };
    if let Some(path) = inside {
        files.entry(path).or_insert(Origin::Tree { path: place, size: stat.size });
    }
    Ok(())
}

/// The root of the library or program, where the manifest or cargo's convention names one.
fn entry_points(manifest: &Manifest) -> Vec<EntryPoint> {
    let point = |field: &str, target: &str| EntryPoint {
        field: field.to_owned(),
        target: target.to_owned(),
        candidates: vec![target.strip_prefix("./").unwrap_or(target).to_owned()],
    };
    let mut points: Vec<EntryPoint> = manifest.targets.iter().map(|(field, target)| point(field, target)).collect();
    if points.is_empty() && !manifest.has_bin_folder {
        let candidates = ["src/lib.rs", "src/main.rs"].map(str::to_owned).to_vec();
        points.push(EntryPoint { field: "package".to_owned(), target: "src/lib.rs".to_owned(), candidates });
    }
    points
}
