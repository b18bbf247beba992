//! Who is on the other side: by the word of the person who started the server or who made the token, never by the client's own.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// Longest name in bytes.
const MAX_NAME_BYTES: usize = 40;
/// What a client without a name is called where a name is needed. No client can be given it.
const UNNAMED: &str = "unnamed";

/// The name that a person gave a client: lower-case letters and digits, with single hyphens between, at most 40. It is also the name
/// of a host in rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ClientName(String);

impl ClientName {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that names no client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientNameError(String);

impl fmt::Display for ClientNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = cofferdam_base::text::inline(&self.0, 60);
        write!(f, "`{name}` cannot name a client: 1 to {MAX_NAME_BYTES} of `a-z`, `0-9` and single `-`, other than `{UNNAMED}`")
    }
}

impl std::error::Error for ClientNameError {}

impl FromStr for ClientName {
    type Err = ClientNameError;

    fn from_str(text: &str) -> Result<Self, ClientNameError> {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if text.len() <= MAX_NAME_BYTES && text != UNNAMED && text.split('-').all(word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ClientNameError(text.chars().take(60).collect()))
        }
    }
}

impl fmt::Display for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for ClientName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether a person says that they are behind a client themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Its arguments count as written by the user, and questions are put to it: it shows them to a person, and to no model.
    Trusted,
    /// Where its arguments come from is not known, and it is asked nothing.
    #[default]
    Untrusted,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Client {
    /// One that a person named.
    Named {
        /// Its name.
        name: ClientName,
        /// Whether it is trusted.
        trust: Trust,
    },
    /// Whoever started the server. Never trusted.
    Unnamed,
}

impl Client {
    /// Whether it is trusted.
    #[must_use]
    pub fn trust(&self) -> Trust {
        match self {
            Self::Named { trust, .. } => *trust,
            Self::Unnamed => Trust::Untrusted,
        }
    }

    /// Its name, or that it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Named { name, .. } => name.as_str(),
            Self::Unnamed => UNNAMED,
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { name, trust: Trust::Trusted } => write!(f, "{name} (trusted)"),
            Self::Named { name, trust: Trust::Untrusted } => write!(f, "{name}"),
            Self::Unnamed => f.write_str("without a name"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_plain_word_that_is_no_placeholder() {
        for good in ["editor", "claude-code", "a", "x2", &"a".repeat(40)] {
            assert_eq!(good.parse::<ClientName>().unwrap().as_str(), good);
            assert!(cofferdam_policy::Host::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a b", "a.b", "unnamed", "é", "a\n", &"a".repeat(41)] {
            assert!(bad.parse::<ClientName>().is_err(), "{bad:?}");
        }
        assert!(cofferdam_policy::Host::parse(UNNAMED).is_ok());
    }

    #[test]
    fn a_client_without_a_name_is_never_trusted() {
        assert_eq!(Client::Unnamed.trust(), Trust::Untrusted);
    }
}
