//! `cofferdam mcp client list`.

use cofferdam_mcp::Trust;
use serde_json::json;

use crate::{
    clients::Clients,
    commands::{CommandResult, Context},
    output::{self, Format},
    session::User,
};

pub(super) fn run(context: &Context) -> CommandResult {
    let user = User::open(&context.confine()?)?;
    for (name, kept) in Clients::read(&user.config)?.iter() {
        let trust = match kept.trust {
            Trust::Trusted => "trusted",
            Trust::Untrusted => "untrusted",
        };
        match context.format {
            Format::Text => output::line(&format!("{name}  {trust}, with its token since {}", kept.since))?,
            Format::Json => output::line(&json!({"client": name, "trust": trust, "since": kept.since}).to_string())?,
        }
    }
    Ok(())
}
