//! One inspection: which rules apply, what they list, what is found in it.

use cofferdam_base::{WorkspacePath, text};

use crate::{
    cargo,
    error::AuditError,
    findings::{self, Finding, Scan},
    npm,
    plan::{NoPlan, Origin, Plan},
    python,
    report::{Ecosystem, MAX_LISTED_FILES, MAX_LISTED_FINDINGS, MAX_LISTED_PATH_BYTES, PublishedFile, Report},
    tree::{Project, Tree, View},
};

/// Longest name and version that are repeated; npm allows 214 characters.
const MAX_NAME_CHARACTERS: usize = 300;
/// The files whose presence makes a folder a project.
const MANIFESTS: [(Ecosystem, &str); 5] = [
    (Ecosystem::Npm, "package.json"),
    (Ecosystem::Cargo, "Cargo.toml"),
    (Ecosystem::Python, "pyproject.toml"),
    (Ecosystem::Python, "setup.py"),
    (Ecosystem::Python, "setup.cfg"),
];

/// What would be published from the project in `folder`, and what in it leaks.
///
/// `tree` should reach up to the root of the repository where there is one: ignore rules and workspace settings above the
/// folder count for Cargo. Without `ecosystem`, the folder's manifest decides; with several of them one has to be named.
///
/// # Errors
/// See [`AuditError`]. What a packager would refuse or what is not modelled is no error but [`Report::unsupported`].
pub fn inspect(tree: &dyn Tree, folder: &WorkspacePath, ecosystem: Option<Ecosystem>) -> Result<Report, AuditError> {
    let view = View::new(tree);
    let project = Project::new(&view, folder.clone());
    let ecosystem = match ecosystem {
        Some(ecosystem) => ecosystem,
        None => detect(&project)?,
    };
    let (plan, manifest) = match ecosystem {
        Ecosystem::Npm => (npm::plan(&project), "package.json"),
        Ecosystem::Cargo => (cargo::plan(&project), "Cargo.toml"),
        Ecosystem::Python => (python::plan(&project), "pyproject.toml"),
    };
    let plan = match plan {
        Ok(plan) => plan,
        Err(NoPlan::Failed(error)) => return Err(error),
        Err(NoPlan::Unsupported(reason)) => return Ok(report(ecosystem, Plan::default(), Vec::new(), vec![reason])),
    };
    let mut found = Scan::new(&view, &plan.files).all()?;
    findings::entry_points(manifest, &plan.entry_points, &plan.files, &mut found);
    findings::scripts(manifest, &plan.scripts, &mut found);
    Ok(report(ecosystem, plan, found, Vec::new()))
}

fn detect(project: &Project<'_, '_>) -> Result<Ecosystem, AuditError> {
    let mut found = Vec::new();
    for (ecosystem, manifest) in MANIFESTS {
        if project.is_file(manifest)? && !found.contains(&ecosystem) {
            found.push(ecosystem);
        }
    }
    let folder = project.folder().clone();
    match found.as_slice() {
        [] => Err(AuditError::NoProject { folder }),
        [ecosystem] => Ok(*ecosystem),
        _ => Err(AuditError::SeveralProjects { folder, found }),
    }
}

fn report(ecosystem: Ecosystem, plan: Plan, mut findings: Vec<Finding>, unsupported: Vec<String>) -> Report {
    let file_count = plan.files.len() as u64;
    let mut total_bytes = 0_u64;
    let mut path_bytes = 0_usize;
    let mut files = Vec::new();
    for (path, origin) in plan.files {
        let (size, source) = match origin {
            Origin::Tree { path, size } => (Some(size), Some(path.to_string())),
            Origin::Generated => (None, None),
        };
        total_bytes = total_bytes.saturating_add(size.unwrap_or(0));
        path_bytes = path_bytes.saturating_add(path.len()).saturating_add(source.as_ref().map_or(0, String::len));
        if files.len() < MAX_LISTED_FILES && path_bytes <= MAX_LISTED_PATH_BYTES {
            files.push(PublishedFile { path, size, source });
        }
    }
    findings.sort();
    let finding_count = findings.len() as u64;
    findings.truncate(MAX_LISTED_FINDINGS);
    Report {
        ecosystem,
        name: plan.name.map(|name| text::inline(&name, MAX_NAME_CHARACTERS)),
        version: plan.version.map(|version| text::inline(&version, MAX_NAME_CHARACTERS)),
        files_truncated: (files.len() as u64) < file_count,
        files,
        file_count,
        total_bytes,
        findings_truncated: (findings.len() as u64) < finding_count,
        findings,
        finding_count,
        unsupported,
    }
}
