//! `cofferdam mcp client add`.

use cofferdam_mcp::{ClientName, Trust};

use crate::{
    clients::Clients,
    commands::{CommandResult, Context},
    session::User,
};

#[derive(clap::Args)]
pub(crate) struct Add {
    /// Its name: lower-case letters, digits, hyphens
    name: ClientName,
    /// You are behind it yourself: its arguments count as yours, and it puts questions to you. Never for an agent that fills forms in
    /// by itself
    #[arg(long)]
    trusted: bool,
}

impl Add {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let mut clients = Clients::read(&user.config)?;
        let trust = if self.trusted { Trust::Trusted } else { Trust::Untrusted };
        let token = clients.add(self.name.clone(), trust)?;
        clients.keep(&user.config)?;
        super::show(&self.name, &token, context.format)
    }
}
