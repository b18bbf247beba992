//! What a Python source distribution would hold: setuptools 84 by declarative configuration, hatchling 1.33.
//!
//! Every other build backend, and every build that runs a project's own code to decide, is said to be unsupported.

mod fnmatch;
mod hatch;
mod listing;
mod pyproject;
mod setuptools;

use std::collections::BTreeMap;

use cofferdam_base::text;

use crate::{
    plan::{NoPlan, Origin, Plan},
    tree::Project,
};

use pyproject::Pyproject;

/// The list of the source distribution of the project in a folder.
pub(crate) fn plan(project: &Project<'_, '_>) -> Result<Plan, NoPlan> {
    let Some(pyproject) = Pyproject::parse(project)? else {
        return Err(NoPlan::unsupported("without pyproject.toml the project's own setup code decides what is published"));
    };
    match pyproject.backend.as_deref() {
        None | Some("setuptools.build_meta" | "setuptools.build_meta:__legacy__") => setuptools::plan(project, pyproject),
        Some("hatchling.build") => hatch::plan(project, pyproject),
        Some(other) => Err(NoPlan::unsupported(format!("build backend `{}`", text::inline(other, 100)))),
    }
}

/// Files of the distribution by path.
type Files = BTreeMap<String, Origin>;

/// Adds a file of the project under its own path; nothing where there is no such file.
fn add(project: &Project<'_, '_>, path: &str, files: &mut Files) -> Result<(), NoPlan> {
    if let Some((place, stat)) = project.resolve(path)? {
        files.insert(path.to_owned(), Origin::Tree { path: place, size: stat.size });
    }
    Ok(())
}
