//! A tool that is verified in itself and waits for somebody's word: the way into a lock.

use std::{collections::BTreeSet, fmt};

use cofferdam_base::Digest;

use super::{Examined, TrustError, VerifiedTool};
use crate::{
    key::KeyId,
    keyring::Keyring,
    lock::{LockEntry, Source},
    manifest::Manifest,
    update::Update,
};

/// A verified tool that no lock has. It cannot be called.
pub struct Candidate {
    examined: Examined,
}

impl Candidate {
    pub(super) fn new(examined: Examined) -> Self {
        Self { examined }
    }

    /// What it says of itself, as signed: what a person is asked about.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.examined.manifest
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

    /// The keys that signed it and may.
    #[must_use]
    pub fn signers(&self) -> &BTreeSet<KeyId> {
        &self.examined.signers
    }

    /// Turns it into what a lock can pin.
    ///
    /// # Errors
    /// [`TrustError::ApprovalMismatch`] if the approval was given for something else.
    pub fn approve(self, approval: Approval) -> Result<ApprovedEntry, TrustError> {
        let Examined { component: _, component_digest, statement_digest, manifest, signers } = self.examined;
        if (approval.component, approval.statement) != (component_digest, statement_digest) {
            return Err(TrustError::ApprovalMismatch { tool: manifest.name().clone() });
        }
        Ok(ApprovedEntry(LockEntry {
            name: manifest.name().clone(),
            version: manifest.version().clone(),
            component: component_digest,
            statement: statement_digest,
            signers,
            capabilities: *manifest.capabilities(),
            source: approval.source,
        }))
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Candidate({} {} {})", self.manifest().name(), self.manifest().version(), self.component_digest())
    }
}

/// Somebody's word for exactly one component and statement.
#[derive(Debug)]
pub struct Approval {
    component: Digest,
    statement: Digest,
    source: Source,
}

impl Approval {
    /// A person looked at the candidate and said yes. To be called only where a person answered.
    #[must_use]
    pub fn by_person(candidate: &Candidate) -> Self {
        Self::of(candidate, Source::File)
    }

    /// The candidate came with the program and is signed by the trust root.
    ///
    /// # Errors
    /// [`TrustError::NotFirstParty`] if the root's signature is missing.
    pub fn by_coming_with_the_program(candidate: &Candidate, keyring: &Keyring) -> Result<Self, TrustError> {
        if candidate.signers().contains(&keyring.root()) {
            Ok(Self::of(candidate, Source::Builtin))
        } else {
            Err(TrustError::NotFirstParty { tool: candidate.manifest().name().clone() })
        }
    }

    /// The candidate widens nothing beyond the tool that is locked: it inherits that tool's approval. Its files are a
    /// person's, even where the locked tool came with the program.
    ///
    /// # Errors
    /// [`TrustError::Widened`] with everything that it widens.
    pub fn by_not_widening(locked: &VerifiedTool, candidate: &Candidate) -> Result<Self, TrustError> {
        let update = Update::compare(locked, candidate)?;
        if update.widenings().is_empty() {
            Ok(Self::of(candidate, Source::File))
        } else {
            Err(TrustError::Widened { tool: locked.name().clone(), widenings: update.into_widenings() })
        }
    }

    fn of(candidate: &Candidate, source: Source) -> Self {
        Self { component: candidate.component_digest(), statement: candidate.statement_digest(), source }
    }
}

/// A lock entry that somebody approved: the only thing that [`Lock::insert`](crate::lock::Lock::insert) takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedEntry(LockEntry);

impl ApprovedEntry {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &LockEntry {
        &self.0
    }

    pub(crate) fn into_entry(self) -> LockEntry {
        self.0
    }
}
