//! The user's network: whether tools may send anything, to which ports the process can connect, which secrets go with which requests. A
//! file in the configuration folder, never in a workspace. Without it the network is off.

use std::{collections::BTreeSet, sync::Arc};

use cofferdam_base::{Interrupt, Timestamp};
use cofferdam_confine::Reach;
use cofferdam_gate::{Credential, Network};
use cofferdam_net::{Client, CredentialForm, Endpoint, Secret, Watched};
use cofferdam_store::Folder;
use serde::{Deserialize, Serialize};

use crate::{
    failure::{CliError, Failure},
    files,
    home::Home,
    key_source::KeySource,
    model,
};

/// Name of the file.
const FILE: &str = "network.toml";
/// Largest file that is read.
const MAX_BYTES: u64 = 256 * 1024;
/// The port of a network that nobody said more about: TLS.
const DEFAULT_PORTS: [u16; 1] = [443];

/// The configuration of the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkFile {
    /// Whether tools may send anything at all.
    pub(crate) on: bool,
    /// The TCP ports that the process can connect to.
    pub(crate) ports: BTreeSet<u16>,
    /// The secrets.
    #[serde(default, rename = "secret", skip_serializing_if = "Vec::is_empty")]
    pub(crate) secrets: Vec<SecretEntry>,
}

/// A secret that the host puts into requests to one audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretEntry {
    /// The name that rules know it by.
    pub(crate) name: String,
    /// Scheme, host and port that it is for.
    pub(crate) url: String,
    /// How it stands in a request.
    pub(crate) form: Form,
    /// Name of the environment variable that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_env: Option<String>,
    /// Name of a file of the configuration folder, mode 0600, that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_file: Option<String>,
    /// Until when it is used, in milliseconds since 1970: then it has to be replaced.
    pub(crate) until: Timestamp,
}

/// How a secret stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Form {
    /// As `Authorization: Bearer ...`
    #[default]
    Bearer,
    /// As `x-api-key: ...`
    ApiKey,
}

impl From<Form> for CredentialForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Bearer => Self::Bearer,
            Form::ApiKey => Self::ApiKey,
        }
    }
}

impl Default for NetworkFile {
    fn default() -> Self {
        Self { on: false, ports: DEFAULT_PORTS.into(), secrets: Vec::new() }
    }
}

impl NetworkFile {
    /// The user's configuration; the network is off where there is none.
    ///
    /// # Errors
    /// A file that does not read back.
    pub(crate) fn read(config: &Folder) -> Result<Self, Failure> {
        let file: Self = files::read_toml(config, FILE, MAX_BYTES)?.unwrap_or_default();
        file.verify()?;
        Ok(file)
    }

    /// Keeps it.
    ///
    /// # Errors
    /// What would not read back.
    pub(crate) fn keep(&self, config: &Folder) -> Result<(), Failure> {
        self.verify()?;
        files::keep_toml(config, FILE, self)
    }

    /// Adds a secret.
    ///
    /// # Errors
    /// There is one of this name, or for this scheme, host and port; the address is none.
    pub(crate) fn add(&mut self, secret: SecretEntry) -> Result<(), Failure> {
        let taken = |name, value: &str, why: String| Err(CliError::Argument { name, value: value.to_owned(), why }.into());
        let audience = Endpoint::parse(&secret.url)?.audience();
        for known in &self.secrets {
            if known.name == secret.name {
                return taken("name", &secret.name, "there is a secret of this name; `cofferdam secret remove` takes it away".to_owned());
            }
            if Endpoint::parse(&known.url)?.audience() == audience {
                return taken("url", &secret.url, format!("the secret `{}` goes there already", known.name));
            }
        }
        self.secrets.push(secret);
        Ok(())
    }

    /// The secret of a name.
    pub(crate) fn secret_mut(&mut self, name: &str) -> Result<&mut SecretEntry, CliError> {
        let unknown = || CliError::Argument { name: "name", value: name.to_owned(), why: "no secret has this name".to_owned() };
        self.secrets.iter_mut().find(|secret| secret.name == name).ok_or_else(unknown)
    }

    /// Each name and each audience once: of two secrets for one request nobody could say which one goes.
    fn verify(&self) -> Result<(), Failure> {
        let fault = |why: String| CliError::Config { path: FILE.to_owned(), why };
        let (mut names, mut audiences) = (BTreeSet::new(), BTreeSet::new());
        for secret in &self.secrets {
            let endpoint = Endpoint::parse(&secret.url)?;
            if !names.insert(secret.name.as_str()) {
                return Err(fault(format!("the secret `{}` is there twice", secret.name)).into());
            }
            if !audiences.insert(endpoint.audience().to_string()) {
                return Err(fault(format!("two secrets are for {}", endpoint.audience())).into());
            }
        }
        Ok(())
    }
}

impl SecretEntry {
    /// Where it is kept.
    pub(crate) fn source(&self) -> KeySource<'_> {
        KeySource { env: self.key_env.as_deref(), file: self.key_file.as_deref() }
    }

    /// The secret itself, bound to its audience.
    ///
    /// # Errors
    /// It is not where it is kept, or cannot stand in a request.
    pub(crate) fn read(&self, home: &Home) -> Result<Option<Secret>, Failure> {
        let Some(text) = self.source().read(&home.config, FILE)? else { return Ok(None) };
        Ok(Some(Secret::for_audience(&Endpoint::parse(&self.url)?, &text)?))
    }
}

/// A network that is ready, where it is on, and what is reached with it.
#[derive(Default)]
pub(crate) struct Opened {
    pub(crate) network: Option<Arc<Network>>,
    pub(crate) reach: Reach,
}

/// Opens the network of a command that calls tools. Secrets and certificates are read now: later they are out of reach.
///
/// # Errors
/// A configuration that does not read back; a secret that is not where it is kept.
pub(crate) fn open(home: &Home, reach: Reach, interrupt: Interrupt) -> Result<Opened, Failure> {
    let file = NetworkFile::read(&Folder::open_ambient(&home.config)?)?;
    if !file.on {
        return Ok(Opened { network: None, reach });
    }
    let mut credentials = Vec::new();
    for entry in &file.secrets {
        if let Some(secret) = entry.read(home)? {
            credentials.push(Credential { name: entry.name.clone(), form: entry.form.into(), secret, until: entry.until });
        }
    }
    let reach = file.ports.iter().fold(reach.resolving_names(), |reach, port| reach.connecting(*port));
    let network = Network::new(Client::open(interrupt)?, credentials, models(home)?);
    Ok(Opened { network: Some(network), reach })
}

/// The keys of the user's models: no tool sends them anywhere.
fn models(home: &Home) -> Result<Watched, Failure> {
    let Some(file) = model::configured(&Folder::open_ambient(&home.config)?)? else { return Ok(Watched::default()) };
    let mut watched = Watched::default();
    // A key that is not there cannot be sent; whoever asks the model is told.
    for (name, server) in file.servers().filter(|(_, server)| server.key_source().is_there(&home.config)) {
        if let Some(key) = server.key(&home.config)? {
            watched = watched.and(name, &key);
        }
    }
    Ok(watched)
}
