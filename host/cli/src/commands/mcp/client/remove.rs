//! `cofferdam mcp client remove`.

use cofferdam_mcp::ClientName;

use crate::{
    clients::Clients,
    commands::{CommandResult, Context},
    session::User,
};

#[derive(clap::Args)]
pub(crate) struct Remove {
    /// The client
    name: ClientName,
}

impl Remove {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let mut clients = Clients::read(&user.config)?;
        clients.remove(&self.name)?;
        clients.keep(&user.config)
    }
}
