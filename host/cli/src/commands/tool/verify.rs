//! `cofferdam tool verify`.

use crate::{
    commands::{CommandResult, Context},
    files, output,
    session::{User, read_lock},
};

/// Verify every locked tool of this workspace, from its bytes
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cofferdam tool verify")]
pub(crate) struct Verify {}

impl Verify {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let (lock, _) = read_lock(&files::real_path(&context.workspace)?)?;
        for entry in lock.entries() {
            let tool = user.verify(entry)?;
            let signers: Vec<String> = tool.signers().iter().map(ToString::to_string).collect();
            output::line(&format!(
                "{} {} {} signed by {}",
                tool.name(),
                tool.manifest().version(),
                tool.component_digest(),
                signers.join(", ")
            ))?;
        }
        Ok(())
    }
}
