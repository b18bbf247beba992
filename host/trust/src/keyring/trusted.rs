//! A key in the keyring, and what it may sign.

use std::{collections::BTreeSet, fmt};

use cofferdam_base::{Timestamp, ToolName};

use crate::key::{KeyId, PublicKey};

/// Longest name of a key, in characters.
pub const MAX_KEY_NAME_CHARS: usize = 80;
/// Longest reason of a revocation, in characters.
pub const MAX_REASON_CHARS: usize = 500;
/// Most tools of one key.
pub(super) const MAX_TOOLS_OF_KEY: usize = 1000;

/// A public key that a person trusts, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// What people call it; unique in a keyring.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// Which tools it may sign.
    pub signs: Signs,
    /// When a person added it; none for the key that came with the program.
    pub added: Option<Timestamp>,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
    /// Why it is refused for good.
    pub revoked: Option<Revocation>,
}

impl TrustedKey {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.key.id()
    }
}

/// Which tools a key may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signs {
    /// Every tool: the trust root only, so that no third party can replace another's tool.
    EveryTool,
    /// The named tools.
    Tools(BTreeSet<ToolName>),
}

/// A revocation. It cannot be taken back by the program, and holds whatever the clock says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When it was said; for people.
    pub since: Timestamp,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revoked since {}: {}", self.since, cofferdam_base::text::inline(&self.reason, MAX_REASON_CHARS))
    }
}
