//! `cofferdam policy profile`.

use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
    policies,
    session::User,
};

/// Show the profiles and which one is in force, or choose one for all workspaces of this user
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam policy profile\n  cofferdam policy profile developer")]
pub(super) struct Profile {
    /// The profile to work with from now on
    #[arg(value_parser = clap::value_parser!(cofferdam_policy::Profile))]
    name: Option<cofferdam_policy::Profile>,
}

impl Profile {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        if let Some(chosen) = self.name {
            policies::choose(&user.config, chosen)?;
        }
        let in_force = policies::profile(&user.config)?;
        for profile in cofferdam_policy::Profile::ALL {
            let is = profile == in_force;
            match context.format {
                Format::Text => {
                    output::line(&format!("{} {:<12} {}", if is { '*' } else { ' ' }, profile.as_str(), profile.purpose()))?;
                }
                Format::Json => {
                    output::line(&json!({"profile": profile.as_str(), "purpose": profile.purpose(), "in_force": is}).to_string())?;
                }
            }
        }
        Ok(())
    }
}
