//! The user's clients of the protocol server: a file of the configuration folder, never of a workspace.
//!
//! It says who may come in over HTTP, and whom the user is behind. Of a token it has the digest alone.

use std::collections::BTreeMap;

use cofferdam_base::{Clock as _, Timestamp};
use cofferdam_mcp::{Client, ClientName, Token, TokenDigest, Trust, limits::CLIENTS};
use cofferdam_store::Folder;
use serde::{Deserialize, Serialize};

use crate::{
    failure::{CliError, Failure},
    files,
    system::{SystemClock, SystemEntropy},
};

/// Name of the file.
const FILE: &str = "mcp-clients.toml";
/// Largest file that is read.
const MAX_BYTES: u64 = 64 * 1024;

/// What is kept of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// Whether it is trusted.
    pub(crate) trust: Trust,
    /// The digest of its token.
    token: TokenDigest,
    /// Since when it has this token.
    pub(crate) since: Timestamp,
}

/// The clients by name.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clients {
    #[serde(default)]
    client: BTreeMap<ClientName, Kept>,
}

impl Clients {
    /// Reads the file; nobody is in one that is not there.
    ///
    /// # Errors
    /// It does not read back.
    pub(crate) fn read(config: &Folder) -> Result<Self, Failure> {
        Ok(files::read_toml(config, FILE, MAX_BYTES)?.unwrap_or_default())
    }

    /// Keeps the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn keep(&self, config: &Folder) -> Result<(), Failure> {
        files::keep_toml(config, FILE, self)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&ClientName, &Kept)> {
        self.client.iter()
    }

    /// The client of a name.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn named(&self, name: &ClientName) -> Result<Client, CliError> {
        let kept = self.client.get(name).ok_or_else(|| unknown(name))?;
        Ok(Client::Named { name: name.clone(), trust: kept.trust })
    }

    /// Whose a token is. Tokens are looked up by their digests.
    pub(crate) fn of_token(&self, token: TokenDigest) -> Option<Client> {
        let (name, kept) = self.client.iter().find(|(_, kept)| kept.token == token)?;
        Some(Client::Named { name: name.clone(), trust: kept.trust })
    }

    /// Adds a client, with a token that is nowhere else.
    ///
    /// # Errors
    /// There is one of this name; there are too many; no randomness.
    pub(crate) fn add(&mut self, name: ClientName, trust: Trust) -> Result<Token, Failure> {
        let fault = |why: &str| CliError::Argument { name: "name", value: name.to_string(), why: why.to_owned() };
        if self.client.contains_key(&name) {
            return Err(fault("there is such a client; `cofferdam mcp client rotate` makes a new token for it").into());
        }
        if self.client.len() >= CLIENTS {
            return Err(fault("there are as many clients as there may be").into());
        }
        self.set(name, trust)
    }

    /// Gives a client another token; the old one opens nothing from then on.
    ///
    /// # Errors
    /// There is none of this name; no randomness.
    pub(crate) fn rotate(&mut self, name: ClientName) -> Result<Token, Failure> {
        let trust = self.client.get(&name).ok_or_else(|| unknown(&name))?.trust;
        self.set(name, trust)
    }

    /// Takes a client out.
    ///
    /// # Errors
    /// There is none of this name.
    pub(crate) fn remove(&mut self, name: &ClientName) -> Result<(), CliError> {
        self.client.remove(name).map(drop).ok_or_else(|| unknown(name))
    }

    fn set(&mut self, name: ClientName, trust: Trust) -> Result<Token, Failure> {
        let token = Token::make(&SystemEntropy)?;
        self.client.insert(name, Kept { trust, token: token.digest(), since: SystemClock.now() });
        Ok(token)
    }
}

fn unknown(name: &ClientName) -> CliError {
    CliError::Argument { name: "name", value: name.to_string(), why: "there is no such client; see `cofferdam mcp client list`".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_found_by_its_newest_token_alone() {
        let mut clients = Clients::default();
        let name: ClientName = "editor".parse().unwrap();
        let first = clients.add(name.clone(), Trust::Trusted).unwrap();
        assert!(clients.add(name.clone(), Trust::Untrusted).is_err());
        let second = clients.rotate(name.clone()).unwrap();
        assert_eq!(clients.of_token(first.digest()), None);
        assert_eq!(clients.of_token(second.digest()), Some(Client::Named { name: name.clone(), trust: Trust::Trusted }));
        let text = toml::to_string(&clients).unwrap();
        assert!(!text.contains(second.reveal()), "{text}");
        assert_eq!(toml::from_str::<Clients>(&text).unwrap(), clients);
        clients.remove(&name).unwrap();
        assert!(clients.of_token(second.digest()).is_none() && clients.remove(&name).is_err() && clients.rotate(name).is_err());
    }
}
