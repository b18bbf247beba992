//! `cofferdam mcp client rotate`.

use cofferdam_mcp::ClientName;

use crate::{
    clients::Clients,
    commands::{CommandResult, Context},
    session::User,
};

#[derive(clap::Args)]
pub(crate) struct Rotate {
    /// The client
    name: ClientName,
}

impl Rotate {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let mut clients = Clients::read(&user.config)?;
        let token = clients.rotate(self.name.clone())?;
        clients.keep(&user.config)?;
        super::show(&self.name, &token, context.format)
    }
}
