//! Changes of a keyring. Each gives a new one, and none takes a revocation back or lowers a minimum.

use cofferdam_base::{Digest, Timestamp, ToolName, text::is_deceptive};
use semver::Version;

use super::{
    ApprovedTool, Keyring, KeyringError, MAX_KEY_NAME_CHARS, MAX_KEYS, MAX_REASON_CHARS, MAX_RECORDS, Revocation, Signs, TrustedKey,
    trusted::MAX_TOOLS_OF_KEY,
};
use crate::{key::KeyId, verify::ApprovedEntry};

impl Keyring {
    /// Trusts a key. A key that is there already, revoked or not, is not replaced.
    ///
    /// # Errors
    /// A known key or name, "every tool" for another key than the root, no tool at all, or a limit.
    pub fn with_key(&self, key: TrustedKey) -> Result<Self, KeyringError> {
        self.clone().with_entry(key)
    }

    /// The same by value, for reading a file of many keys.
    pub(super) fn with_entry(mut self, key: TrustedKey) -> Result<Self, KeyringError> {
        let id = key.id();
        if self.keys.contains_key(&id) {
            return Err(KeyringError::KnownKey { id });
        }
        if self.keys.len() == MAX_KEYS {
            return Err(KeyringError::TooMany { what: "keys", limit: MAX_KEYS });
        }
        let name = plain("name of the key", key.name, MAX_KEY_NAME_CHARS)?;
        if self.keys.values().any(|known| known.name == name) {
            return Err(KeyringError::KnownName { name });
        }
        match &key.signs {
            Signs::EveryTool if id != self.root => return Err(KeyringError::EveryTool { id }),
            Signs::Tools(tools) if tools.is_empty() => return Err(KeyringError::NoTools { id }),
            Signs::Tools(tools) if tools.len() > MAX_TOOLS_OF_KEY => {
                return Err(KeyringError::TooMany { what: "tools of one key", limit: MAX_TOOLS_OF_KEY });
            }
            Signs::EveryTool | Signs::Tools(_) => {}
        }
        let revoked = key.revoked.map(plain_revocation).transpose()?;
        self.keys.insert(id, TrustedKey { name, revoked, ..key });
        Ok(self)
    }

    /// Refuses a key from now on. A revocation that is there already stays as it is.
    ///
    /// # Errors
    /// A key that the keyring does not have, or a reason that is empty, too long or deceptive.
    pub fn with_revoked_key(&self, id: KeyId, revocation: Revocation) -> Result<Self, KeyringError> {
        let mut keyring = self.clone();
        let key = keyring.keys.get_mut(&id).ok_or(KeyringError::UnknownKey { id })?;
        let revocation = plain_revocation(revocation)?;
        key.revoked.get_or_insert(revocation);
        Ok(keyring)
    }

    /// Refuses a component from now on, whoever signed it. A revocation that is there already stays as it is.
    ///
    /// # Errors
    /// A limit, or a reason that is empty, too long or deceptive.
    pub fn with_revoked_component(&self, digest: Digest, revocation: Revocation) -> Result<Self, KeyringError> {
        self.clone().with_component(digest, revocation)
    }

    /// The same by value, for reading a file of many revocations.
    pub(super) fn with_component(mut self, digest: Digest, revocation: Revocation) -> Result<Self, KeyringError> {
        let revocation = plain_revocation(revocation)?;
        if self.revoked_components.len() == MAX_RECORDS && !self.revoked_components.contains_key(&digest) {
            return Err(KeyringError::TooMany { what: "revoked components", limit: MAX_RECORDS });
        }
        self.revoked_components.entry(digest).or_insert(revocation);
        Ok(self)
    }

    /// Refuses versions of a tool below this one from now on.
    ///
    /// # Errors
    /// A version below the present minimum, or a limit.
    pub fn with_minimum_version(&self, tool: &ToolName, version: Version) -> Result<Self, KeyringError> {
        let mut keyring = self.clone();
        match self.minimum_versions.get(tool) {
            Some(present) if version < *present => {
                return Err(KeyringError::LowerMinimum { tool: tool.clone(), present: present.clone(), wanted: version });
            }
            None if self.minimum_versions.len() == MAX_RECORDS => {
                return Err(KeyringError::TooMany { what: "minimum versions", limit: MAX_RECORDS });
            }
            Some(_) | None => {}
        }
        keyring.minimum_versions.insert(tool.clone(), version);
        Ok(keyring)
    }

    /// Records what a person approved. A lock entry alone will not do: a cloned repository can bring one.
    ///
    /// # Errors
    /// A limit.
    pub fn with_approved(&self, approved: &ApprovedEntry, at: Timestamp) -> Result<Self, KeyringError> {
        let mut keyring = self.clone();
        let entry = approved.entry();
        if self.approved_tools.len() == MAX_RECORDS && !self.approved_tools.contains_key(entry.name()) {
            return Err(KeyringError::TooMany { what: "approved tools", limit: MAX_RECORDS });
        }
        let signers = entry.signers().iter().copied().collect();
        keyring.approved_tools.insert(entry.name().clone(), ApprovedTool { capabilities: *entry.capabilities(), signers, approved: at });
        Ok(keyring)
    }
}

fn plain(what: &'static str, text: String, max: usize) -> Result<String, KeyringError> {
    let fits = !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(is_deceptive);
    if fits { Ok(text) } else { Err(KeyringError::Text { what }) }
}

fn plain_revocation(revocation: Revocation) -> Result<Revocation, KeyringError> {
    Ok(Revocation { reason: plain("reason of the revocation", revocation.reason, MAX_REASON_CHARS)?, ..revocation })
}
