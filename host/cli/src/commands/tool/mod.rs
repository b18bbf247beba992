//! `cofferdam tool`: build, sign, add, update, list, inspect and verify tools.

mod add;
mod admit;
mod build;
mod difference;
mod inspect;
mod list;
mod sign;
mod update;
mod verify;

use crate::commands::{CommandResult, Context};

/// Build, sign, add, update, list, inspect and verify tools
#[derive(clap::Args)]
pub(crate) struct Tool {
    #[command(subcommand)]
    command: ToolCommand,
}

#[derive(clap::Subcommand)]
enum ToolCommand {
    Build(build::Build),
    Sign(sign::Sign),
    Add(add::Add),
    Update(update::Update),
    List(list::List),
    Inspect(inspect::Inspect),
    Verify(verify::Verify),
}

impl Tool {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match self.command {
            ToolCommand::Build(command) => command.run(),
            ToolCommand::Sign(command) => command.run(),
            ToolCommand::Add(command) => command.run(context),
            ToolCommand::Update(command) => command.run(context),
            ToolCommand::List(command) => command.run(context),
            ToolCommand::Inspect(command) => command.run(context),
            ToolCommand::Verify(command) => command.run(context),
        }
    }
}
