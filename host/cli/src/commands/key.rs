//! `cofferdam key`: signing keys, and whom this user trusts.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use cofferdam_base::{Clock as _, Entropy as _, ToolName, text};
use cofferdam_confine::Reach;
use cofferdam_trust::{
    KeyId, PublicKey, SigningKey,
    key::MAX_PEM_BYTES,
    keyring::{Revocation, Signs, TrustedKey},
};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    failure::CliError,
    files::{self, Overwrite, Readers},
    keys,
    output::{self, Format},
    session::User,
    system::{SystemClock, SystemEntropy},
};

/// Make a signing key; see, add and revoke trusted keys
#[derive(clap::Args)]
pub(crate) struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(clap::Subcommand)]
enum KeyCommand {
    /// Make an Ed25519 key: FILE (0600, keep it secret) and FILE.pub
    #[command(after_help = "Example:\n  cofferdam key generate publisher.pem")]
    Generate {
        /// Where the secret key goes; nothing is overwritten
        file: PathBuf,
    },
    /// List the trusted keys
    #[command(after_help = "Example:\n  cofferdam key list --format json")]
    List,
    /// Trust a public key for the named tools, after its fingerprint was compared
    #[command(
        after_help = "Example:\n  cofferdam key add acme.pub --name acme --tool lint --fingerprint ed25519:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    )]
    Add {
        /// The public key (PEM)
        file: PathBuf,
        /// What to call it
        #[arg(long)]
        name: String,
        /// A tool that it may sign; repeat for more
        #[arg(long = "tool", required = true)]
        tools: Vec<String>,
        /// The fingerprint that its owner gave you on another way than the file
        #[arg(long)]
        fingerprint: String,
    },
    /// Revoke a key for good: nothing that it signed is loaded any more
    #[command(
        after_help = "Example:\n  cofferdam key revoke ed25519:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae --reason 'laptop stolen'"
    )]
    Revoke {
        /// The key's id
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

impl Key {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match self.command {
            KeyCommand::Generate { file } => generate(&file),
            KeyCommand::List => list(context),
            KeyCommand::Add { file, name, tools, fingerprint } => add(context, &file, name, &tools, &fingerprint),
            KeyCommand::Revoke { id, reason } => revoke(context, &id, reason),
        }
    }
}

fn generate(file: &Path) -> CommandResult {
    Reach::nothing().writing(files::folder_of(file)).confine();
    let mut random = [0; 32];
    SystemEntropy.fill(&mut random)?;
    let key = SigningKey::from_random(&mut random)?;
    let mut public = file.as_os_str().to_owned();
    public.push(".pub");
    files::write(file, key.to_pem()?.reveal().as_bytes(), Overwrite::No, Readers::Owner)?;
    files::write(Path::new(&public), key.public().to_pem().as_bytes(), Overwrite::No, Readers::Everybody)?;
    output::line(&key.public().id().to_string())?;
    output::say("tell this fingerprint to those who add the public key, on another way than the file");
    Ok(())
}

fn list(context: &Context) -> CommandResult {
    let user = User::open(&context.confine()?)?;
    for key in user.keyring.keys() {
        let signs = match &key.signs {
            Signs::EveryTool => "every tool".to_owned(),
            Signs::Tools(tools) => tools.iter().map(ToolName::as_str).collect::<Vec<_>>().join(", "),
        };
        let standing = key.revoked.as_ref().map_or("trusted".to_owned(), |revocation| format!("revoked: {revocation}"));
        match context.format {
            Format::Text => {
                output::line(&format!("{}  {}  signs {signs}  {}", key.id(), text::inline(&key.name, 80), text::inline(&standing, 300)))?
            }
            Format::Json => output::line(
                &json!({"id": key.id().to_string(), "name": key.name, "signs": signs, "revoked": key.revoked.is_some()}).to_string(),
            )?,
        }
    }
    Ok(())
}

fn key_id(name: &'static str, text: &str) -> Result<KeyId, CliError> {
    text.parse().map_err(|error: cofferdam_trust::key::KeyIdError| CliError::Argument {
        name,
        value: text.to_owned(),
        why: error.to_string(),
    })
}

fn add(context: &Context, file: &Path, name: String, tools: &[String], fingerprint: &str) -> CommandResult {
    let pem = files::read_text(file, MAX_PEM_BYTES as u64)?;
    let user = User::open(&context.confine()?)?;
    let key = PublicKey::from_pem(&pem)?;
    if key.id() != key_id("fingerprint", fingerprint)? {
        let why = format!("the key in the file is {}", key.id());
        return Err(CliError::Argument { name: "fingerprint", value: fingerprint.to_owned(), why }.into());
    }
    let tools = tools
        .iter()
        .map(|tool| {
            tool.parse::<ToolName>().map_err(|error| CliError::Argument { name: "tool", value: tool.clone(), why: error.to_string() })
        })
        .collect::<Result<BTreeSet<_>, _>>()?;
    let trusted = TrustedKey { name, key, signs: Signs::Tools(tools), added: Some(SystemClock.now()), expires: None, revoked: None };
    let id = trusted.id();
    keys::keep_keyring(&user.config, &user.keyring.with_key(trusted)?)?;
    output::line(&id.to_string())?;
    Ok(())
}

fn revoke(context: &Context, id: &str, reason: String) -> CommandResult {
    let user = User::open(&context.confine()?)?;
    let id = key_id("id", id)?;
    keys::keep_keyring(&user.config, &user.keyring.with_revoked_key(id, Revocation { since: SystemClock.now(), reason })?)?;
    output::say(&format!("{id} is revoked; nothing that it signed is loaded any more"));
    Ok(())
}
