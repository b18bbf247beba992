//! What `npm pack` would publish (npm 11: npm-packlist 10, ignore-walk 8, minimatch 10).

mod bundle;
mod entry;
mod glob;
mod manifest;
mod rules;
mod walk;
mod workspaces;

use crate::{
    error::AuditError,
    plan::{NoPlan, Origin, Plan},
    tree::Project,
};

use manifest::Manifest;
use walk::{Files, Obeys, Walk};

/// The list of the project in a folder.
pub(crate) fn plan(project: &Project<'_, '_>) -> Result<Plan, NoPlan> {
    let Some(manifest) = Manifest::parse(project, "")? else {
        return Err(AuditError::NoManifest { path: project.place("package.json").unwrap_or_default() }.into());
    };
    if manifest.name.is_none() || manifest.version.is_none() {
        return Err(NoPlan::unsupported("npm refuses this project: package.json has no `name` or no `version`"));
    }
    let defaults = rules::defaults()?;
    let obeys = if workspaces::any(project, &manifest.workspaces)? { Obeys::AllAndNestedManifests } else { Obeys::All };
    let mut files = Files::new();
    Walk { project, root: "", obeys, defaults: defaults.clone() }.run(Some(&manifest), &mut files)?;
    bundle::add(project, &manifest, &defaults, &mut files)?;
    Ok(Plan {
        entry_points: entry::points(&manifest),
        scripts: manifest.scripts,
        name: manifest.name,
        version: manifest.version,
        files: files.into_iter().map(|(path, (place, size))| (path, Origin::Tree { path: place, size })).collect(),
    })
}
