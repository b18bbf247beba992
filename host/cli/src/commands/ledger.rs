//! `cofferdam ledger`: the ledger of this workspace.

use crate::{
    commands::{CommandResult, Context},
    output,
    session::Session,
};

/// Sign and locate this workspace's ledger; `cofferdam-audit ledger verify` checks it independently
#[derive(clap::Args)]
pub(crate) struct Ledger {
    #[command(subcommand)]
    command: LedgerCommand,
}

#[derive(clap::Subcommand)]
enum LedgerCommand {
    /// Sign the ledger as it is and print the checkpoint: keep it elsewhere, and no later ledger can hide what this one has
    #[command(after_help = "Example:\n  cofferdam ledger checkpoint > ~/checkpoints/project.note")]
    Checkpoint,
    /// Print the folder that the ledger is in
    #[command(after_help = "Example:\n  cofferdam-audit ledger verify \"$(cofferdam ledger path)\"")]
    Path,
}

impl Ledger {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
        match self.command {
            LedgerCommand::Checkpoint => output::data(&session.gate.checkpoint()?)?,
            LedgerCommand::Path => {
                let workspace = crate::files::real_path(&context.workspace)?;
                output::line(&session.user.home.project(&workspace).join("ledger").to_string_lossy())?;
            }
        }
        Ok(())
    }
}
