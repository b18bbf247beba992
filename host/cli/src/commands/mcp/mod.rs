//! `cofferdam mcp`: other agents work through the gate, as clients of the Model Context Protocol.

mod client;
mod serve;
mod surroundings;

use crate::commands::{CommandResult, Context};

/// Serve the tools of this workspace to other agents, through every gate
#[derive(clap::Args)]
pub(crate) struct Mcp {
    #[command(subcommand)]
    command: McpCommand,
}

#[derive(clap::Subcommand)]
enum McpCommand {
    /// Serve one client over standard input and output, or many over HTTP on this machine
    #[command(
        after_help = "Examples:\n  cofferdam mcp serve\n  cofferdam mcp serve --client editor --workspace ~/project\n  cofferdam mcp serve --http 127.0.0.1:8093\n\nA client starts the first two by itself: `docs/mcp.md` has configurations for the common ones."
    )]
    Serve(serve::Serve),
    /// Say who may connect, and whom you are behind yourself
    Client(client::ClientCommands),
}

impl Mcp {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match self.command {
            McpCommand::Serve(serve) => serve.run(context),
            McpCommand::Client(client) => client.run(context),
        }
    }
}
