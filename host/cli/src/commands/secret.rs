//! `cofferdam secret`: what the host puts into requests of tools, by the audience that it is for.

use cofferdam_base::{Clock as _, Timestamp, ToolName, text};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    failure::CliError,
    network::{Form, NetworkFile, SecretEntry},
    output::{self, Format},
    session::User,
    system::SystemClock,
};

/// Milliseconds of a day.
const DAY: u64 = 24 * 60 * 60 * 1000;
/// Days that a secret is used where nobody says how many.
const DEFAULT_DAYS: u64 = 90;
/// Most days that a secret is used before it has to be replaced.
const MAX_DAYS: u64 = 366;

/// Add, list, rotate and remove the secrets that go with requests of tools; no tool and no model sees one
#[derive(clap::Args)]
pub(crate) struct Secret {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(clap::Subcommand)]
enum SecretCommand {
    /// Say which secret goes to which scheme, host and port, and where it is kept. Which tool may use it, the policies say (`secret:use`)
    #[command(
        after_help = "Examples:\n  cofferdam secret add github --url https://api.github.com --key-env GITHUB_TOKEN\n  cofferdam secret add search --url https://search.example.com --form api-key --key-file search.key --days 30"
    )]
    Add {
        /// Its name in policies
        name: ToolName,
        /// The address that it is for
        #[arg(long)]
        url: String,
        /// How it stands in a request
        #[arg(long, value_enum, default_value_t)]
        form: Form,
        /// The environment variable that holds it
        #[arg(long, value_name = "NAME", required_unless_present = "key_file", conflicts_with = "key_file")]
        key_env: Option<String>,
        /// The file of the configuration folder, mode 0600, that holds it
        #[arg(long, value_name = "NAME")]
        key_file: Option<String>,
        /// How long it is used before it has to be replaced
        #[arg(long, default_value_t = DEFAULT_DAYS, value_parser = clap::value_parser!(u64).range(1..=MAX_DAYS))]
        days: u64,
    },
    /// List the secrets: for whom, where kept, until when; never the secrets themselves
    #[command(after_help = "Examples:\n  cofferdam secret list\n  cofferdam secret list --format json")]
    List,
    /// Say that a secret was replaced where it is kept: it is used again from now on
    #[command(after_help = "Example:\n  cofferdam secret rotate github --days 90")]
    Rotate {
        /// Its name
        name: String,
        /// How long it is used before it has to be replaced again
        #[arg(long, default_value_t = DEFAULT_DAYS, value_parser = clap::value_parser!(u64).range(1..=MAX_DAYS))]
        days: u64,
    },
    /// Forget a secret: it goes with no request any more
    #[command(after_help = "Example:\n  cofferdam secret remove github")]
    Remove {
        /// Its name
        name: String,
    },
}

impl Secret {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let mut file = NetworkFile::read(&user.config)?;
        let now = SystemClock.now();
        let until = |days: u64| Timestamp(now.0.saturating_add(days.saturating_mul(DAY)));
        match self.command {
            SecretCommand::Add { name, url, form, key_env, key_file, days } => {
                if let Some(name) = key_file.as_deref().filter(|name| name.contains(['/', '\\'])) {
                    let why = "it is not the name of a file in the configuration folder".to_owned();
                    return Err(CliError::Argument { name: "key-file", value: name.to_owned(), why }.into());
                }
                file.add(SecretEntry { name: name.to_string(), url, form, key_env, key_file, until: until(days) })?;
                file.keep(&user.config)
            }
            SecretCommand::List => file.secrets.iter().try_for_each(|secret| show(secret, now, context.format)),
            SecretCommand::Rotate { name, days } => {
                file.secret_mut(&name)?.until = until(days);
                file.keep(&user.config)
            }
            SecretCommand::Remove { name } => {
                file.secret_mut(&name)?;
                file.secrets.retain(|secret| secret.name != name);
                file.keep(&user.config)
            }
        }
    }
}

fn show(secret: &SecretEntry, now: Timestamp, format: Format) -> CommandResult {
    let SecretEntry { name, url, until, .. } = secret;
    let (place, is_due) = (secret.source().place(), now > *until);
    match format {
        Format::Json => {
            let line = json!({"secret": name, "url": url, "kept": place, "until": until.to_string(), "due": is_due});
            output::line(&line.to_string())?;
        }
        Format::Text => {
            let due = if is_due { "  replace it, then `cofferdam secret rotate`" } else { "" };
            output::line(&format!("{name}  {}  {}  until {until}{due}", text::inline(url, 120), text::inline(&place, 120)))?;
        }
    }
    Ok(())
}
