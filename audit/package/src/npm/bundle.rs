//! Bundled dependencies: the packages below `node_modules` that are published with the project.

use std::collections::BTreeSet;

use cofferdam_base::text;

use crate::{
    plan::NoPlan,
    tree::{Kind, Project},
};

use super::{
    manifest::{Manifest, join},
    rules::Rules,
    walk::{Files, Obeys, Walk},
};

/// Bundled packages in one project.
const MAX_PACKAGES: usize = 5_000;

/// Adds the files of everything that is bundled.
pub(super) fn add(project: &Project<'_, '_>, root: &Manifest, defaults: &Rules, files: &mut Files) -> Result<(), NoPlan> {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<String> = Vec::new();
    for name in &root.bundled {
        // Arborist lets a later kind of dependency replace an earlier one: peer, then ordinary, then optional, then development.
        let ordinary = root.dependencies.contains(name) || root.optional.contains(name);
        let skipped = root.development.contains(name) || !ordinary;
        if !skipped {
            waiting.extend(find(project, "", name)?);
        }
    }
    while let Some(folder) = waiting.pop() {
        if !seen.insert(folder.clone()) {
            continue;
        }
        if seen.len() > MAX_PACKAGES {
            return Err(NoPlan::unsupported(format!("more than {MAX_PACKAGES} packages are bundled")));
        }
        let manifest = Manifest::parse(project, &folder)?;
        let walk = Walk { project, root: &folder, obeys: Obeys::Manifest, defaults: defaults.clone() };
        walk.run(manifest.as_ref(), files)?;
        for name in manifest.iter().flat_map(|manifest| manifest.dependencies.iter().chain(&manifest.optional)) {
            waiting.extend(find(project, &folder, name)?);
        }
    }
    Ok(())
}

/// Where a package finds a dependency: in its own `node_modules`, then in those of the packages it is nested in.
fn find(project: &Project<'_, '_>, from: &str, name: &str) -> Result<Option<String>, NoPlan> {
    if !is_name(name) {
        return Ok(None);
    }
    let mut from = from.to_owned();
    loop {
        let mut folder = join(&from, "node_modules");
        refuse_link(project, &folder)?;
        for part in name.split('/') {
            folder = join(&folder, part);
            refuse_link(project, &folder)?;
        }
        if project.stat(&folder)?.is_some_and(|stat| stat.kind == Kind::Folder) {
            return Ok(Some(folder));
        }
        match from.rfind("node_modules/") {
            Some(at) => from = from.get(..at).unwrap_or_default().trim_end_matches('/').to_owned(),
            None => return Ok(None),
        }
    }
}

/// npm walks a linked package by other rules, and where the link leads decides which.
fn refuse_link(project: &Project<'_, '_>, path: &str) -> Result<(), NoPlan> {
    if project.stat(path)?.is_none_or(|stat| stat.kind != Kind::Link) {
        return Ok(());
    }
    let shown = text::inline(path, 200);
    Err(NoPlan::unsupported(format!("`{shown}`, on the way to a bundled dependency, is a link, which is not modelled")))
}

/// `name` or `@scope/name`: one folder below `node_modules`, none that starts with a dot.
fn is_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains('\0');
    match parts.as_slice() {
        [name] => plain(name) && !name.starts_with('@'),
        [scope, name] => scope.starts_with('@') && plain(scope) && plain(name),
        _ => false,
    }
}
