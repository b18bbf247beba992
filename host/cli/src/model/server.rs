//! A server of the user's as `model.toml` has it: where it is, and where its key is.

use std::path::Path;

use cofferdam_confine::Reach;
use cofferdam_net::{Endpoint, Secret};
use cofferdam_policy::Host;

use super::{MAX_BYTES, fault};
use crate::{failure::Failure, files};

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

    /// Where the key is looked for, for `doctor`.
    pub(crate) fn key_place(&self) -> String {
        match (self.key_env, self.key_file) {
            (Some(name), _) => format!("environment variable {name}"),
            (None, Some(name)) => format!("file {name} of the configuration folder"),
            (None, None) => "no key".to_owned(),
        }
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
        let endpoint = self.endpoint()?;
        let text = match (self.key_env, self.key_file) {
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
}
