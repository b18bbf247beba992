//! The user's trust: which keys may sign which tools, and what was revoked, approved or left behind.
//!
//! It lives in the user's own state, never in a workspace: a lock asks, the keyring grants. The trust root on first run
//! is the first-party publisher's key, compiled in; a person can expire or revoke it like any other.
//!
//! Revocation ignores when a signature was made: a statement carries no time that its signer did not choose, so a stolen
//! key could sign yesterday's tools.

mod change;
mod error;
mod file;
mod instant;
mod standing;
mod trusted;

use std::collections::BTreeMap;

use cofferdam_base::{Digest, Timestamp, ToolName};
use semver::Version;

pub use error::KeyringError;
pub use file::{FORMAT_VERSION, MAX_KEYRING_BYTES};
pub(crate) use standing::Claim;
pub use standing::StandingError;
pub use trusted::{MAX_KEY_NAME_CHARS, MAX_REASON_CHARS, Revocation, Signs, TrustedKey};

use crate::{
    key::{KeyError, KeyId, PublicKey},
    manifest::Capabilities,
};

/// Most keys. Every one of them is tried on a signature without a key id.
pub const MAX_KEYS: usize = 256;
/// Most revoked components, minimum versions and approvals, each.
pub const MAX_RECORDS: usize = 10_000;

/// The first-party publisher's public key.
const FIRST_PARTY: &str = include_str!("../../keys/first-party.pub.pem");
/// Its name in a new keyring.
const FIRST_PARTY_NAME: &str = "first party";

/// The one key that may be trusted for every tool and whose built-in tools need no approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustRoot(PublicKey);

impl TrustRoot {
    /// The first-party publisher's key, compiled in.
    ///
    /// # Errors
    /// [`KeyError`], if the program was built with a key file that is none.
    pub fn first_party() -> Result<Self, KeyError> {
        PublicKey::from_pem(FIRST_PARTY).map(Self)
    }

    /// Another root: for a publisher's own build of the product, and for tests.
    #[must_use]
    pub fn from_key(key: PublicKey) -> Self {
        Self(key)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.0
    }
}

/// What a person approved for one tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedTool {
    /// The most that the tool may reach.
    pub capabilities: Capabilities,
    /// The signers that the approval is for: another publisher's tool of the same name is not approved by it.
    pub signers: Vec<KeyId>,
    /// When.
    pub approved: Timestamp,
}

/// The user's trust. Every change gives a new keyring; none is ever half made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring {
    root: KeyId,
    keys: BTreeMap<KeyId, TrustedKey>,
    revoked_components: BTreeMap<Digest, Revocation>,
    minimum_versions: BTreeMap<ToolName, Version>,
    approved_tools: BTreeMap<ToolName, ApprovedTool>,
}

impl Keyring {
    /// The keyring of a first run: the compiled-in key, trusted for every tool.
    ///
    /// # Errors
    /// [`KeyError`], if the program was built with a key file that is none.
    pub fn builtin() -> Result<Self, KeyError> {
        TrustRoot::first_party().map(|root| Self::rooted(&root))
    }

    /// A keyring with nothing but a root, trusted for every tool.
    #[must_use]
    pub fn rooted(root: &TrustRoot) -> Self {
        let key = TrustedKey {
            name: FIRST_PARTY_NAME.to_owned(),
            key: root.key().clone(),
            signs: Signs::EveryTool,
            added: None,
            expires: None,
            revoked: None,
        };
        Self { keys: BTreeMap::from([(root.key().id(), key)]), ..Self::empty(root) }
    }

    fn empty(root: &TrustRoot) -> Self {
        Self {
            root: root.key().id(),
            keys: BTreeMap::new(),
            revoked_components: BTreeMap::new(),
            minimum_versions: BTreeMap::new(),
            approved_tools: BTreeMap::new(),
        }
    }

    /// The id of the trust root, whether or not it is still trusted.
    #[must_use]
    pub fn root(&self) -> KeyId {
        self.root
    }

    /// The keys, revoked and expired ones included, by id.
    pub fn keys(&self) -> impl Iterator<Item = &TrustedKey> + Clone {
        self.keys.values()
    }

    /// The key with this id.
    #[must_use]
    pub fn key(&self, id: KeyId) -> Option<&TrustedKey> {
        self.keys.get(&id)
    }

    /// The components that are refused whoever signed them.
    pub fn revoked_components(&self) -> impl Iterator<Item = (Digest, &Revocation)> {
        self.revoked_components.iter().map(|(digest, revocation)| (*digest, revocation))
    }

    /// The lowest accepted version of a tool, if there is one.
    #[must_use]
    pub fn minimum_version(&self, tool: &ToolName) -> Option<&Version> {
        self.minimum_versions.get(tool)
    }

    /// What a person approved for a tool.
    #[must_use]
    pub fn approved(&self, tool: &ToolName) -> Option<&ApprovedTool> {
        self.approved_tools.get(tool)
    }
}
