//! `edit.create`: a new file.

use cofferdam_tool_sdk::{Digest, Evidence, Failure, Function, JsonSchema, Verdict, Verification, Workspace, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::{
    surroundings,
    text::{count_lines, line_number},
};

/// Creates a file with exactly this content, and the folders that lead to it. Refuses a path that exists.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// The new file, from the workspace's root.
    pub path: WorkspacePath,
    /// The whole content.
    pub content: String,
}

/// The file that was created.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Created {
    /// The file.
    pub path: WorkspacePath,
    /// Its digest.
    pub sha256: Digest,
    /// Its bytes.
    pub size: u64,
    /// Its lines.
    pub lines: u32,
}

impl Function for Create {
    const NAME: &'static str = "create";
    type Output = Created;

    fn invoke(&self, workspace: &Workspace) -> Result<Created, Failure> {
        workspace.make_parents(&self.path)?;
        workspace.create(&self.path, self.content.as_bytes())?;
        Ok(Created {
            path: self.path.clone(),
            sha256: Digest::of(self.content.as_bytes()),
            size: self.content.len() as u64,
            lines: line_number(count_lines(&self.content)),
        })
    }

    fn verify(&self, output: &Created, world: &Verification) -> Verdict {
        let now = world.now.read(&self.path)?;
        let evidence = Evidence::new()
            .check(format!("`{}` did not exist before", self.path), world.before.stat(&self.path)?.is_none())?
            .check(format!("`{}` holds exactly the content of the call", self.path), now == self.content.as_bytes())?
            .check("the outcome names the file", output.path == self.path)?
            .check(format!("its digest is {}", output.sha256), output.sha256 == Digest::of(&now))?
            .check(
                format!("it has {} bytes in {} lines", output.size, output.lines),
                output.size == now.len() as u64 && usize::try_from(output.lines) == Ok(self.content.lines().count()),
            )?;
        surroundings::check_unchanged(evidence, world, &[&self.path])
    }
}
