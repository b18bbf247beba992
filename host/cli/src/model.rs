//! The user's model: which server, which model, where its key is. A file in the configuration folder, never in a workspace.

pub(crate) mod embeddings;
mod server;

use std::{collections::BTreeMap, path::Path};

use cofferdam_agent::{
    Terms,
    context::{OutputTokens, Window},
};
use cofferdam_base::Interrupt;
use cofferdam_confine::Reach;
use cofferdam_model::{
    Caps, Embeddings, Prices, Provider, Recorded, Recorder,
    anthropic::{self, Anthropic},
    openai::{self, CallMode, OpenAi},
    recorded::MAX_SESSION_BYTES,
};
use cofferdam_net::Client;
use cofferdam_policy::Host;
use cofferdam_store::Folder;
use serde::{Deserialize, Serialize};

use self::{embeddings::EmbeddingsTable, server::Server};
use crate::{
    failure::{CliError, Failure},
    files,
    home::Home,
    system::SystemEntropy,
};

/// Name of the file.
pub(crate) const FILE: &str = "model.toml";
/// Largest file that is read.
const MAX_BYTES: u64 = 64 * 1024;

/// The protocol that the model's server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Api {
    /// OpenAI's chat completions, which most servers speak
    #[default]
    #[serde(rename = "openai")]
    #[value(name = "openai")]
    OpenAi,
    /// Anthropic's Messages
    Anthropic,
}

impl std::fmt::Display for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        })
    }
}

/// A protocol and how calls are asked for in it, where it has more than one way.
enum Protocol {
    OpenAi(CallMode),
    Anthropic,
}

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
    /// The protocol.
    #[serde(default)]
    pub(crate) api: Api,
    /// Root of the API.
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
    /// Tokens of the window that a run's requests are fitted into.
    #[serde(default)]
    pub(crate) window_tokens: Window,
    /// Most tokens of one answer; without it, as the window has room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output_tokens: Option<OutputTokens>,
    /// Whether the model is offered to plan.
    #[serde(default = "offered")]
    pub(crate) plans: bool,
    /// What a run may use; what is not named has its default.
    #[serde(default)]
    pub(crate) caps: BTreeMap<String, u64>,
    /// By whose vectors what is recalled is ranked anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) embeddings: Option<EmbeddingsTable>,
}

fn offered() -> bool {
    true
}

fn fault(why: String) -> CliError {
    CliError::Config { path: FILE.to_owned(), why }
}

/// The user's model; none where none was configured.
///
/// # Errors
/// A file that does not read back.
pub(crate) fn configured(config: &Folder) -> Result<Option<ModelFile>, Failure> {
    let Some(file) = files::read_toml::<ModelFile>(config, FILE, MAX_BYTES)? else { return Ok(None) };
    file.policy_hosts()?;
    file.protocol()?;
    file.terms()?;
    Ok(Some(file))
}

/// Keeps the configuration of the model.
///
/// # Errors
/// A configuration that would not read back; it cannot be written.
pub(crate) fn keep(config: &Folder, file: &ModelFile) -> Result<(), Failure> {
    file.policy_hosts()?;
    file.protocol()?;
    file.terms()?;
    files::keep_toml(config, FILE, file)
}

impl ModelFile {
    /// The server of the model that is talked with.
    pub(crate) fn server(&self) -> Server<'_> {
        Server { url: &self.url, key_env: self.key_env.as_deref(), key_file: self.key_file.as_deref() }
    }

    /// The hosts of all models as policies see them.
    ///
    /// # Errors
    /// An address that is none.
    pub(crate) fn policy_hosts(&self) -> Result<Vec<Host>, Failure> {
        self.servers().map(|(_, server)| server.policy_host()).collect()
    }

    /// The servers of all models, each with the name that its key has among the secrets that no tool may send.
    pub(crate) fn servers(&self) -> impl Iterator<Item = (&'static str, Server<'_>)> {
        let embeddings = self.embeddings.as_ref().map(|table| ("the key of the embeddings model", table.server()));
        std::iter::once(("the key of the model", self.server())).chain(embeddings)
    }

    /// The protocol with the mode that goes with it.
    ///
    /// # Errors
    /// A mode that the protocol does not have.
    fn protocol(&self) -> Result<Protocol, Failure> {
        match (self.api, self.mode) {
            (Api::OpenAi, Mode::Native) => Ok(Protocol::OpenAi(CallMode::Native)),
            (Api::OpenAi, Mode::Structured) => Ok(Protocol::OpenAi(CallMode::Structured)),
            (Api::Anthropic, Mode::Native) => Ok(Protocol::Anthropic),
            (Api::Anthropic, Mode::Structured) => Err(fault("the mode `structured` goes with the API `openai` only".to_owned()).into()),
        }
    }

    /// What a run may use.
    ///
    /// # Errors
    /// A name that is no cap.
    pub(crate) fn caps(&self) -> Result<Caps, Failure> {
        Ok(Caps::default().with(&self.caps).map_err(|name| fault(format!("`{name}` is not the name of a cap")))?)
    }

    /// On what terms its runs go.
    ///
    /// # Errors
    /// See [`ModelFile::caps`]; answers that are too long for the window.
    fn terms(&self) -> Result<Terms, Failure> {
        let output_tokens = self.window_tokens.output(self.output_tokens).map_err(|error| fault(format!("`output_tokens`: {error}")))?;
        Ok(Terms { caps: self.caps()?, window: self.window_tokens, output_tokens, plans: self.plans })
    }

    fn provider(&self, config_path: &Path, interrupt: Interrupt) -> Result<Box<dyn Provider>, Failure> {
        let (base, model) = (self.server().endpoint()?, self.model.clone());
        let (client, key) = (Client::open(interrupt)?, self.server().key(config_path)?);
        Ok(match self.protocol()? {
            Protocol::OpenAi(mode) => Box::new(OpenAi::new(client, openai::Settings { base, model, mode }, key, Box::new(SystemEntropy))?),
            Protocol::Anthropic => Box::new(Anthropic::new(client, anthropic::Settings { base, model }, key, Box::new(SystemEntropy))?),
        })
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
    /// By whose vectors what is recalled is ranked anew.
    pub(crate) embeddings: Option<Embeddings>,
    /// What it costs.
    pub(crate) prices: Prices,
    /// On what terms a run goes.
    pub(crate) terms: Terms,
    /// What it reaches when it is asked.
    pub(crate) reach: Reach,
}

/// Opens the models of a run. Keys, certificates and sessions are read now: later they are out of reach.
///
/// A run that replays or writes a session recalls by words alone, so that the same session comes out again without a server.
///
/// # Errors
/// No model is configured, no key, a session that does not read back.
pub(crate) fn open(home: &Home, answers: &Answers, interrupt: Interrupt) -> Result<Opened, Failure> {
    let file = configured(&Folder::open_ambient(&home.config)?)?;
    if let Some(path) = &answers.recorded {
        let provider = Box::new(Recorded::parse(&files::read_text(path, MAX_SESSION_BYTES)?)?);
        // What the model is shown is fitted to these, so a session is replayed under those that it was recorded under.
        let terms = file.map(|file| file.terms()).transpose()?.unwrap_or_default();
        return Ok(Opened { provider, embeddings: None, prices: Prices::default(), terms, reach: Reach::nothing() });
    }
    let file = file.ok_or(CliError::NoModel)?;
    let mut provider = file.provider(&home.config, interrupt.clone())?;
    let mut table = file.embeddings.as_ref();
    if let Some(path) = &answers.record {
        let mut record = files::begin(path)?;
        provider = Box::new(Recorder::begin(provider, Box::new(move |line: &str| files::append_line(&mut record, line)))?);
        table = None;
    }
    let reach = file.server().reached(Reach::nothing())?;
    let embeddings::Opened { embeddings, reach } = embeddings::open_with(reach, table, home, interrupt);
    Ok(Opened { provider, embeddings, prices: file.prices, terms: file.terms()?, reach })
}
