//! The user's model: which server, which model, where its key is. A file in the configuration folder, never in a workspace.

use std::{collections::BTreeMap, path::Path};

use cofferdam_base::Interrupt;
use cofferdam_confine::Reach;
use cofferdam_model::{
    Caps, Prices, Provider, Recorded, Recorder,
    openai::{CallMode, OpenAi, Settings},
    recorded::MAX_SESSION_BYTES,
};
use cofferdam_net::{Client, Endpoint, Secret};
use cofferdam_policy::Host;
use cofferdam_store::Folder;
use serde::{Deserialize, Serialize};

use crate::{
    failure::{CliError, Failure},
    files,
    home::Home,
    system::SystemEntropy,
};

/// Name of the file.
pub(crate) const FILE: &str = "model.toml";
/// Largest file, and largest key, that is read.
const MAX_BYTES: u64 = 64 * 1024;

/// How the model is asked for calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// By the API's `tools` field
    #[default]
    Native,
    /// By a JSON Schema that the server holds the model to; for small local models
    Structured,
}

/// The configuration of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelFile {
    /// Root of an OpenAI-compatible API.
    pub(crate) url: String,
    /// Name of the model.
    pub(crate) model: String,
    /// How it is asked for calls.
    #[serde(default)]
    pub(crate) mode: Mode,
    /// Name of the environment variable that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_env: Option<String>,
    /// Name of a file of the configuration folder, mode 0600, that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_file: Option<String>,
    /// What the model costs.
    #[serde(default)]
    pub(crate) prices: Prices,
    /// What a run may use; what is not named has its default.
    #[serde(default)]
    pub(crate) caps: BTreeMap<String, u64>,
}

fn fault(why: String) -> CliError {
    CliError::Config { path: FILE.to_owned(), why }
}

/// The user's model; none where none was configured.
///
/// # Errors
/// A file that does not read back.
pub(crate) fn configured(config: &Folder) -> Result<Option<ModelFile>, Failure> {
    let Some(bytes) = config.read(FILE, MAX_BYTES)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| fault(error.to_string()))?;
    let file: ModelFile = toml::from_str(&text).map_err(|error| fault(error.to_string()))?;
    file.policy_host()?;
    file.caps()?;
    Ok(Some(file))
}

/// Keeps the configuration of the model.
///
/// # Errors
/// It cannot be written.
pub(crate) fn keep(config: &Folder, file: &ModelFile) -> Result<(), Failure> {
    file.policy_host()?;
    let text = toml::to_string(file).map_err(|error| fault(error.to_string()))?;
    Ok(config.replace(FILE, text.as_bytes())?)
}

impl ModelFile {
    fn endpoint(&self) -> Result<Endpoint, Failure> {
        Ok(Endpoint::parse(&self.url)?)
    }

    /// The host as policies see it.
    ///
    /// # Errors
    /// An address that is none.
    pub(crate) fn policy_host(&self) -> Result<Host, Failure> {
        Ok(Host::parse(self.endpoint()?.host_name()).map_err(|error| fault(error.to_string()))?)
    }

    /// What a run may use.
    ///
    /// # Errors
    /// A name that is no cap.
    pub(crate) fn caps(&self) -> Result<Caps, Failure> {
        Ok(Caps::default().with(&self.caps).map_err(|name| fault(format!("`{name}` is not the name of a cap")))?)
    }

    /// Where the key is looked for, for `doctor`.
    pub(crate) fn key_place(&self) -> String {
        match (&self.key_env, &self.key_file) {
            (Some(name), _) => format!("environment variable {name}"),
            (None, Some(name)) => format!("file {name} of the configuration folder"),
            (None, None) => "no key".to_owned(),
        }
    }

    /// What asking the model reaches: its server's port, and where the name of its host is looked up.
    fn reach(&self) -> Result<Reach, Failure> {
        let endpoint = self.endpoint()?;
        let reach = Reach::nothing().connecting(endpoint.port());
        Ok(if endpoint.has_name() { reach.resolving_names() } else { reach })
    }

    /// The key, bound to the model's own server.
    ///
    /// # Errors
    /// A variable that is not set, a file that others may read.
    pub(crate) fn key(&self, config_path: &Path) -> Result<Option<Secret>, Failure> {
        let endpoint = self.endpoint()?;
        let text = match (&self.key_env, &self.key_file) {
            (Some(name), _) => {
                #[expect(clippy::disallowed_methods, reason = "the one place where a model's key enters")]
                let value = std::env::var(name);
                value.map_err(|_| fault(format!("the environment variable `{name}` holds no key")))?
            }
            (None, Some(name)) => files::read_secret(&config_path.join(name), MAX_BYTES)?,
            (None, None) => return Ok(None),
        };
        Ok(Some(Secret::for_audience(&endpoint, &text)?))
    }

    fn provider(&self, config_path: &Path, interrupt: Interrupt) -> Result<OpenAi, Failure> {
        let mode = match self.mode {
            Mode::Native => CallMode::Native,
            Mode::Structured => CallMode::Structured,
        };
        let settings = Settings { base: self.endpoint()?, model: self.model.clone(), mode };
        Ok(OpenAi::new(Client::open(interrupt)?, settings, self.key(config_path)?, Box::new(SystemEntropy))?)
    }
}

/// Where the answers of a run come from.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Answers {
    /// Answer from a recorded session instead of a model
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    recorded: Option<std::path::PathBuf>,
    /// Write what the model is asked and says to a new file
    #[arg(long, value_name = "FILE")]
    record: Option<std::path::PathBuf>,
}

/// A model that is ready to be asked.
pub(crate) struct Opened {
    pub(crate) provider: Box<dyn Provider>,
    /// What it costs.
    pub(crate) prices: Prices,
    /// What a run may use.
    pub(crate) caps: Caps,
    /// What it reaches when it is asked.
    pub(crate) reach: Reach,
}

/// Opens the provider of a run. Key, certificates and sessions are read now: later they are out of reach.
///
/// # Errors
/// No model is configured, no key, a session that does not read back.
pub(crate) fn open(home: &Home, answers: &Answers, interrupt: Interrupt) -> Result<Opened, Failure> {
    if let Some(path) = &answers.recorded {
        let provider = Box::new(Recorded::parse(&files::read_text(path, MAX_SESSION_BYTES)?)?);
        return Ok(Opened { provider, prices: Prices::default(), caps: Caps::default(), reach: Reach::nothing() });
    }
    let file = configured(&Folder::open_ambient(&home.config)?)?.ok_or(CliError::NoModel)?;
    let mut provider: Box<dyn Provider> = Box::new(file.provider(&home.config, interrupt)?);
    if let Some(path) = &answers.record {
        let mut record = files::begin(path)?;
        provider = Box::new(Recorder::begin(provider, Box::new(move |line: &str| files::append_line(&mut record, line)))?);
    }
    Ok(Opened { provider, prices: file.prices, caps: file.caps()?, reach: file.reach()? })
}
