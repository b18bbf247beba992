//! `cofferdam mcp client`: who may connect. One file per command.

mod add;
mod list;
mod remove;
mod rotate;

use cofferdam_mcp::{ClientName, Token};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
};

/// The commands.
#[derive(clap::Args)]
pub(crate) struct ClientCommands {
    #[command(subcommand)]
    command: ClientCommand,
}

#[derive(clap::Subcommand)]
enum ClientCommand {
    /// Add a client; its token is shown once
    #[command(after_help = "Examples:\n  cofferdam mcp client add ci-agent\n  cofferdam mcp client add editor --trusted")]
    Add(add::Add),
    /// List the clients
    #[command(after_help = "Example:\n  cofferdam mcp client list")]
    List,
    /// Take a client out: its token opens nothing from then on
    #[command(after_help = "Example:\n  cofferdam mcp client remove editor")]
    Remove(remove::Remove),
    /// Give a client a new token; the old one opens nothing from then on
    #[command(after_help = "Example:\n  cofferdam mcp client rotate editor")]
    Rotate(rotate::Rotate),
}

impl ClientCommands {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match self.command {
            ClientCommand::Add(add) => add.run(context),
            ClientCommand::List => list::run(context),
            ClientCommand::Remove(remove) => remove.run(context),
            ClientCommand::Rotate(rotate) => rotate.run(context),
        }
    }
}

/// Shows a token, this once.
fn show(name: &ClientName, token: &Token, format: Format) -> CommandResult {
    match format {
        Format::Text => output::line(token.reveal())?,
        Format::Json => output::line(&json!({"client": name, "token": token.reveal()}).to_string())?,
    }
    output::say("the token is shown this once; give it to the client as `Authorization: Bearer TOKEN`");
    Ok(())
}
