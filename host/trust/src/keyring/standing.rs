//! What the keyring says of a tool at one moment: asked at every load, and again at every call.

use std::{collections::BTreeSet, fmt};

use cofferdam_base::{Class, Diagnostic, Digest, Timestamp, ToolName, text::inline};
use semver::Version;

use super::{Keyring, Revocation, Signs, TrustedKey};
use crate::{key::KeyId, lock::Source, manifest::Capabilities};

/// What is claimed of a tool whose signatures hold.
pub(crate) struct Claim<'a> {
    pub(crate) tool: &'a ToolName,
    pub(crate) version: &'a Version,
    pub(crate) component: Digest,
    pub(crate) capabilities: &'a Capabilities,
}

/// A claim that nothing in the keyring speaks against at the moment of the check.
pub(crate) struct Standing;

impl Keyring {
    /// A key that is known, not revoked and not expired.
    pub(crate) fn live_key(&self, id: KeyId, now: Timestamp) -> Result<&TrustedKey, StandingError> {
        let key = self.key(id).ok_or(StandingError::UnknownKey { id })?;
        if let Some(revocation) = &key.revoked {
            return Err(StandingError::KeyRevoked { name: key.name.clone(), revocation: revocation.clone() });
        }
        match key.expires {
            Some(expires) if now >= expires => Err(StandingError::KeyExpired { name: key.name.clone(), expires }),
            Some(_) | None => Ok(key),
        }
    }

    /// A live key that may sign the tool.
    pub(crate) fn signer_for(&self, id: KeyId, tool: &ToolName, now: Timestamp) -> Result<&TrustedKey, StandingError> {
        let key = self.live_key(id, now)?;
        match &key.signs {
            Signs::EveryTool => Ok(key),
            Signs::Tools(tools) if tools.contains(tool) => Ok(key),
            Signs::Tools(_) => Err(StandingError::NotAllowed { name: key.name.clone(), tool: tool.clone() }),
        }
    }

    /// A tool that is neither too old nor revoked.
    pub(crate) fn admit(&self, claim: &Claim<'_>) -> Result<Standing, StandingError> {
        match self.minimum_version(claim.tool) {
            Some(minimum) if claim.version < minimum => {
                return Err(StandingError::Rollback { tool: claim.tool.clone(), version: claim.version.clone(), minimum: minimum.clone() });
            }
            Some(_) | None => {}
        }
        match self.revoked_components.get(&claim.component) {
            Some(revocation) => Err(StandingError::ComponentRevoked { tool: claim.tool.clone(), revocation: revocation.clone() }),
            None => Ok(Standing),
        }
    }

    /// A tool whose capabilities a person approved for one of its signers, or that came with the program.
    ///
    /// A lock's word that a tool is built in counts only together with the root's signature.
    pub(crate) fn approve(&self, claim: &Claim<'_>, signers: &BTreeSet<KeyId>, source: Source) -> Result<Standing, StandingError> {
        if source == Source::Builtin && signers.contains(&self.root) {
            return Ok(Standing);
        }
        let approved = self.approved(claim.tool).filter(|record| record.signers.iter().any(|signer| signers.contains(signer)));
        let base = approved.map(|record| record.capabilities);
        match base {
            Some(base) if claim.capabilities.beyond(&base).is_empty() => Ok(Standing),
            Some(_) | None => Err(StandingError::NotApproved { tool: claim.tool.clone(), capabilities: *claim.capabilities }),
        }
    }
}

/// Why the keyring does not stand behind a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandingError {
    /// A key that the keyring does not have.
    UnknownKey {
        /// Its id.
        id: KeyId,
    },
    /// A revoked key.
    KeyRevoked {
        /// Its name in the keyring.
        name: String,
        /// Since when, and why.
        revocation: Revocation,
    },
    /// An expired key.
    KeyExpired {
        /// Its name in the keyring.
        name: String,
        /// Since when.
        expires: Timestamp,
    },
    /// The key may not sign this tool.
    NotAllowed {
        /// Its name in the keyring.
        name: String,
        /// The tool.
        tool: ToolName,
    },
    /// A version below the lowest accepted one.
    Rollback {
        /// The tool.
        tool: ToolName,
        /// Its version.
        version: Version,
        /// The lowest accepted one.
        minimum: Version,
    },
    /// A revoked component.
    ComponentRevoked {
        /// The tool.
        tool: ToolName,
        /// Since when, and why.
        revocation: Revocation,
    },
    /// Nobody approved these capabilities for this tool and signer.
    NotApproved {
        /// The tool.
        tool: ToolName,
        /// What it asks for.
        capabilities: Capabilities,
    },
}

impl fmt::Display for StandingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey { id } => write!(f, "the keyring has no key `{id}`, which the lock names as a signer"),
            Self::KeyRevoked { name, revocation } => write!(f, "the signer's key `{}` is {revocation}", inline(name, 80)),
            Self::KeyExpired { name, expires } => write!(f, "the signer's key `{}` expired at {expires}", inline(name, 80)),
            Self::NotAllowed { name, tool } => write!(f, "the key `{}` is not trusted to sign the tool `{tool}`", inline(name, 80)),
            Self::Rollback { tool, version, minimum } => {
                write!(f, "the tool `{tool}` has version {version}, and the lowest accepted one is {minimum}")
            }
            Self::ComponentRevoked { tool, revocation } => write!(f, "this component of the tool `{tool}` is {revocation}"),
            Self::NotApproved { tool, capabilities } => write!(f, "nobody approved the tool `{tool}` of this signer with {capabilities}"),
        }
    }
}

impl std::error::Error for StandingError {}

impl Diagnostic for StandingError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey { .. } => "trust.key-unknown",
            Self::KeyRevoked { .. } => "trust.key-revoked",
            Self::KeyExpired { .. } => "trust.key-expired",
            Self::NotAllowed { .. } => "trust.key-not-allowed",
            Self::Rollback { .. } => "trust.rollback",
            Self::ComponentRevoked { .. } => "trust.component-revoked",
            Self::NotApproved { .. } => "trust.not-approved",
        }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey { .. } | Self::NotAllowed { .. } => {
                Some("`cofferdam key list` shows which key may sign which tool".to_owned())
            }
            Self::NotApproved { tool, .. } => {
                Some(format!("see what it asks for and approve it with `cofferdam tool add {tool}.wasm`, the component that is locked"))
            }
            Self::KeyRevoked { .. } | Self::KeyExpired { .. } | Self::Rollback { .. } | Self::ComponentRevoked { .. } => None,
        }
    }
}
