//! A server of the user's as `model.toml` has it: where it is, and where its key is.

use std::path::Path;

use cofferdam_confine::Reach;
use cofferdam_net::{Endpoint, Secret};
use cofferdam_policy::Host;

use super::{FILE, fault};
use crate::{failure::Failure, key_source::KeySource};

/// A server, of whichever table of the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server<'a> {
    /// Root of the API.
    pub(super) url: &'a str,
    /// Name of the environment variable that holds the key.
    pub(super) key_env: Option<&'a str>,
    /// Name of the file of the configuration folder that holds the key.
    pub(super) key_file: Option<&'a str>,
}

impl Server<'_> {
    pub(super) fn endpoint(&self) -> Result<Endpoint, Failure> {
        Ok(Endpoint::parse(self.url)?)
    }

    /// The host as policies see it.
    ///
    /// # Errors
    /// An address that is none.
    pub(super) fn policy_host(&self) -> Result<Host, Failure> {
        Ok(Host::parse(self.endpoint()?.host_name()).map_err(|error| fault(error.to_string()))?)
    }

    /// Where the key is looked for.
    pub(crate) fn key_source(&self) -> KeySource<'_> {
        KeySource { env: self.key_env, file: self.key_file }
    }

    /// Also what asking the server reaches: its port, and where the name of its host is looked up.
    pub(super) fn reached(&self, reach: Reach) -> Result<Reach, Failure> {
        let endpoint = self.endpoint()?;
        let reach = reach.connecting(endpoint.port());
        Ok(if endpoint.has_name() { reach.resolving_names() } else { reach })
    }

    /// The key, bound to the server itself.
    ///
    /// # Errors
    /// A variable that is not set, a file that others may read.
    pub(crate) fn key(&self, config_path: &Path) -> Result<Option<Secret>, Failure> {
        let Some(text) = self.key_source().read(config_path, FILE)? else { return Ok(None) };
        Ok(Some(Secret::for_audience(&self.endpoint()?, &text)?))
    }
}
