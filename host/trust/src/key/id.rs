//! The name of a public key: what locks pin and people compare.

use std::{fmt, str::FromStr};

use cofferdam_base::{Digest, text::inline};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const PREFIX: &str = "ed25519:";

/// `ed25519:` and the hex SHA-256 of the 32 bytes of the public key (RFC 8032, section 5.1.5).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Digest);

impl KeyId {
    /// The id of a public key.
    pub(super) fn of(public_key: &[u8; 32]) -> Self {
        Self(Digest::of(public_key))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0.hex())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no key id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIdError(String);

impl fmt::Display for KeyIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not `{PREFIX}` and 64 lower-case hex digits", inline(&self.0, 80))
    }
}

impl std::error::Error for KeyIdError {}

impl FromStr for KeyId {
    type Err = KeyIdError;

    fn from_str(text: &str) -> Result<Self, KeyIdError> {
        let digest = text.strip_prefix(PREFIX).and_then(|hex| Digest::from_hex(hex).ok());
        digest.map(Self).ok_or_else(|| KeyIdError(text.chars().take(80).collect()))
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
