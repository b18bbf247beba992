//! `package.inspect`: the list of files that would be published, and findings about them.

use cofferdam_package_audit::{Diagnostic as _, DiskTree, Ecosystem, Report};
use cofferdam_tool_sdk::{Failure, Function, JsonSchema, Refuted, Verdict, Verification, View, Workspace, WorkspacePath};
use serde::Deserialize;

use crate::recheck;

/// Lists what would be published from an npm, Cargo or Python project, with sizes, and what in it leaks: source maps and the
/// sources embedded in them, secrets and keys, environment files, version control folders, debug symbols, large files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspect {
    /// The project's folder, from the workspace's root.
    #[serde(default = "WorkspacePath::root")]
    pub path: WorkspacePath,
    /// Whose rules apply, where the folder has manifests of several ecosystems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecosystem: Option<Ecosystem>,
}

impl Inspect {
    fn report(&self, view: &View) -> Result<Report, cofferdam_package_audit::AuditError> {
        let tree = DiskTree::open_ambient(&view.path(&WorkspacePath::root()));
        cofferdam_package_audit::inspect(&tree, &self.path, self.ecosystem)
    }
}

impl Function for Inspect {
    const NAME: &'static str = "inspect";
    type Output = Report;

    fn invoke(&self, workspace: &Workspace) -> Result<Report, Failure> {
        self.report(workspace).map_err(|error| {
            let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
            let message = causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"));
            Failure::new(error.code(), message)
        })
    }

    /// The report is made again from the state before the call; then every file of it is looked up on a way that shares
    /// nothing with the packager's rules.
    fn verify(&self, output: &Report, world: &Verification) -> Verdict {
        let again = self.report(&world.before).map_err(|error| Refuted::new(error.to_string()))?;
        recheck::recheck(output, &again, &world.now)
    }
}
