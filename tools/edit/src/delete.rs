//! `edit.delete`: a file goes.

use cofferdam_tool_sdk::{Digest, Evidence, Failure, Function, JsonSchema, Verdict, Verification, Workspace, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::surroundings;

/// Deletes a file. Refuses a folder.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// The file, from the workspace's root.
    pub path: WorkspacePath,
}

/// The file that was deleted.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Deleted {
    /// The file.
    pub path: WorkspacePath,
    /// The digest that it had.
    pub sha256: Digest,
    /// The bytes that it had.
    pub size: u64,
}

impl Function for Delete {
    const NAME: &'static str = "delete";
    type Output = Deleted;

    fn invoke(&self, workspace: &Workspace) -> Result<Deleted, Failure> {
        let content = workspace.read(&self.path)?;
        workspace.remove_file(&self.path)?;
        Ok(Deleted { path: self.path.clone(), sha256: Digest::of(&content), size: content.len() as u64 })
    }

    fn verify(&self, output: &Deleted, world: &Verification) -> Verdict {
        let before = world.before.read(&self.path)?;
        let evidence = Evidence::new()
            .check(format!("`{}` is gone", self.path), world.now.stat(&self.path)?.is_none())?
            .check("the outcome names the file", output.path == self.path)?
            .check(
                format!("it was a file of {} bytes with the digest {}", output.size, output.sha256),
                output.size == before.len() as u64 && output.sha256 == Digest::of(&before),
            )?;
        surroundings::check_unchanged(evidence, world, &[&self.path])
    }
}
