//! A tool that was verified, and the check that it still stands.

use std::{collections::BTreeSet, fmt, sync::Arc};

use cofferdam_base::{Digest, Limits, Timestamp, ToolName};

use super::{Examined, TrustError};
use crate::{
    key::KeyId,
    keyring::{Claim, Keyring},
    lock::Source,
    manifest::Manifest,
};

/// A tool whose bytes, statement, signers, lock entry and imports were verified at one moment.
///
/// It can be kept as long as its process runs; each call then asks for [`VerifiedTool::still_valid`].
pub struct VerifiedTool {
    examined: Examined,
    source: Source,
}

/// The proof that a verified tool's signers, version, component and approval stood at the moment of a call.
#[derive(Debug, Clone, Copy)]
pub struct StillValid<'tool> {
    tool: &'tool VerifiedTool,
}

impl<'tool> StillValid<'tool> {
    /// The tool.
    #[must_use]
    pub fn tool(&self) -> &'tool VerifiedTool {
        self.tool
    }
}

impl VerifiedTool {
    pub(super) fn new(examined: Examined, source: Source) -> Self {
        Self { examined, source }
    }

    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &ToolName {
        self.examined.manifest.name()
    }

    /// What it says of itself, as signed.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.examined.manifest
    }

    /// The bytes that were verified, and that alone may be compiled.
    #[must_use]
    pub fn component(&self) -> &Arc<[u8]> {
        &self.examined.component
    }

    /// The digest of the component.
    #[must_use]
    pub fn component_digest(&self) -> Digest {
        self.examined.component_digest
    }

    /// The digest of the signed statement.
    #[must_use]
    pub fn statement_digest(&self) -> Digest {
        self.examined.statement_digest
    }

    /// The keys that the lock pins and that signed.
    #[must_use]
    pub fn signers(&self) -> &BTreeSet<KeyId> {
        &self.examined.signers
    }

    /// Where its files come from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// What each call may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.examined.manifest.limits()
    }

    /// Asks a keyring whether it still stands behind the tool. Takes no signature check, so that each call can afford it.
    ///
    /// # Errors
    /// [`TrustError::Standing`]: a signer was revoked, expired or lost the tool, the version or component is refused now,
    /// or the approval is gone.
    pub fn still_valid(&self, keyring: &Keyring, now: Timestamp) -> Result<StillValid<'_>, TrustError> {
        let claim: Claim<'_> = self.examined.claim();
        for signer in self.signers() {
            keyring.signer_for(*signer, claim.tool, now).map_err(TrustError::Standing)?;
        }
        keyring.admit(&claim).map_err(TrustError::Standing)?;
        keyring.approve(&claim, self.signers(), self.source).map_err(TrustError::Standing)?;
        Ok(StillValid { tool: self })
    }
}

impl fmt::Debug for VerifiedTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedTool({} {} {})", self.name(), self.manifest().version(), self.component_digest())
    }
}
