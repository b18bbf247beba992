//! `edit.move`: a file gets another path.

use cofferdam_tool_sdk::{Digest, Evidence, Failure, Function, JsonSchema, Verdict, Verification, Workspace, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::surroundings;

/// Moves a file to another path, and makes the folders that lead there. Refuses a folder, and a target that exists.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The file, from the workspace's root.
    pub from: WorkspacePath,
    /// Its new path, from the workspace's root.
    pub to: WorkspacePath,
}

/// The file that was moved.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The path that it had.
    pub from: WorkspacePath,
    /// The path that it has.
    pub to: WorkspacePath,
    /// Its digest, which is the same as before.
    pub sha256: Digest,
    /// Its bytes.
    pub size: u64,
}

impl Function for Move {
    const NAME: &'static str = "move";
    type Output = Moved;

    fn invoke(&self, workspace: &Workspace) -> Result<Moved, Failure> {
        let content = workspace.read(&self.from)?;
        workspace.make_parents(&self.to)?;
        workspace.rename_file(&self.from, &self.to)?;
        Ok(Moved { from: self.from.clone(), to: self.to.clone(), sha256: Digest::of(&content), size: content.len() as u64 })
    }

    fn verify(&self, output: &Moved, world: &Verification) -> Verdict {
        let (before, now) = (world.before.read(&self.from)?, world.now.read(&self.to)?);
        let evidence = Evidence::new()
            .check(format!("`{}` did not exist before", self.to), world.before.stat(&self.to)?.is_none())?
            .check(format!("`{}` is gone", self.from), world.now.stat(&self.from)?.is_none())?
            .check(format!("`{}` holds exactly what `{}` held", self.to, self.from), before == now)?
            .check("the outcome names both paths", output.from == self.from && output.to == self.to)?
            .check(
                format!("it has {} bytes and the digest {}", output.size, output.sha256),
                output.size == now.len() as u64 && output.sha256 == Digest::of(&now),
            )?;
        surroundings::check_unchanged(evidence, world, &[&self.from, &self.to])
    }
}
