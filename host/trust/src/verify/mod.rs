//! The one verifier. Bytes and claims go in; a [`VerifiedTool`] or a [`Candidate`] comes out, and there is no other way to one.
//!
//! The order is fixed, and each step uses only what the steps before it proved:
//!
//! 1. the component's digest is the lock's, then the statement's digest;
//! 2. a signature on the envelope is by a key of the keyring; with a lock, by each signer that it pins;
//! 3. those keys are neither revoked nor expired;
//! 4. only now the payload is read: statement, manifest, schemas;
//! 5. the keys may sign this tool, the statement's subject is the component;
//! 6. name and version are the lock's;
//! 7. the version is not below the minimum, and the component is not revoked;
//! 8. the capabilities are the lock's, and approved by the user or by coming with the program;
//! 9. the component's imports are within baseline and capabilities, and its one export is the handler.
//!
//! Without a lock (`tool add`) the comparisons with the lock are left out and step 8 is what the approval is about;
//! everything else is the same code.

mod baseline;
mod candidate;
mod error;
mod surface;
mod tool;

use std::{collections::BTreeSet, sync::Arc};

use cofferdam_base::{Digest, Timestamp};

pub use candidate::{Approval, ApprovedEntry, Candidate};
pub use error::TrustError;
pub use surface::{MAX_COMPONENT_BYTES, MAX_IMPORTS, Surface, verify_surface};
pub use tool::{StillValid, VerifiedTool};

use crate::{
    key::{KeyId, PublicKey},
    keyring::{Claim, Keyring, StandingError, TrustedKey},
    lock::LockEntry,
    manifest::Manifest,
    statement::{Authentic, Envelope, Statement},
};

/// Verifies a locked tool, at every load.
///
/// # Errors
/// See [`TrustError`]: the first step that fails.
pub fn verify(
    component: Arc<[u8]>,
    statement: &[u8],
    entry: &LockEntry,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<VerifiedTool, TrustError> {
    let examined = Examined::new(component, statement, Some(entry), keyring, now)?;
    let claim = examined.claim();
    if claim.capabilities != entry.capabilities() {
        return Err(TrustError::CapabilitiesMismatch {
            tool: entry.name().clone(),
            locked: *entry.capabilities(),
            signed: *claim.capabilities,
        });
    }
    keyring.approve(&claim, &examined.signers, entry.source()).map_err(TrustError::Standing)?;
    let examined = examined.with_surface()?;
    Ok(VerifiedTool::new(examined, entry.source()))
}

/// Verifies a tool that no lock has yet: all but what only a person can say.
///
/// # Errors
/// See [`TrustError`]: the first step that fails.
pub fn verify_unlocked(component: Arc<[u8]>, statement: &[u8], keyring: &Keyring, now: Timestamp) -> Result<Candidate, TrustError> {
    Examined::new(component, statement, None, keyring, now)?.with_surface().map(Candidate::new)
}

/// A tool after the steps that a lock and a candidate share.
struct Examined {
    component: Arc<[u8]>,
    component_digest: Digest,
    statement_digest: Digest,
    manifest: Manifest,
    signers: BTreeSet<KeyId>,
}

impl Examined {
    /// Steps 1 to 7.
    fn new(
        component: Arc<[u8]>,
        statement: &[u8],
        entry: Option<&LockEntry>,
        keyring: &Keyring,
        now: Timestamp,
    ) -> Result<Self, TrustError> {
        let component_digest = Digest::of(&component);
        let statement_digest = Digest::of(statement);
        if let Some(entry) = entry {
            pinned(entry, component_digest, statement_digest)?;
        }
        let Authentic { payload, signers } = authenticate(statement, entry, keyring, now)?;
        let Statement { subject, manifest } = Statement::parse(&payload).map_err(TrustError::Statement)?;
        let signers = allowed(signers, entry, &manifest, keyring, now)?;
        if subject != component_digest {
            return Err(TrustError::SubjectMismatch { tool: manifest.name().clone(), signed: subject, actual: component_digest });
        }
        let examined = Self { component, component_digest, statement_digest, manifest, signers };
        match entry {
            Some(entry) if entry.name() != examined.manifest.name() => {
                Err(TrustError::NameMismatch { locked: entry.name().clone(), signed: examined.manifest.name().clone() })
            }
            Some(entry) if entry.version() != examined.manifest.version() => Err(TrustError::VersionMismatch {
                tool: entry.name().clone(),
                locked: entry.version().clone(),
                signed: examined.manifest.version().clone(),
            }),
            Some(_) | None => {
                keyring.admit(&examined.claim()).map_err(TrustError::Standing)?;
                Ok(examined)
            }
        }
    }

    fn claim(&self) -> Claim<'_> {
        Claim {
            tool: self.manifest.name(),
            version: self.manifest.version(),
            component: self.component_digest,
            capabilities: self.manifest.capabilities(),
        }
    }

    /// Step 9.
    fn with_surface(self) -> Result<Self, TrustError> {
        verify_surface(&self.component, self.manifest.capabilities())?;
        Ok(self)
    }
}

/// Step 1.
fn pinned(entry: &LockEntry, component: Digest, statement: Digest) -> Result<&LockEntry, TrustError> {
    if component != entry.component() {
        return Err(TrustError::ComponentMismatch { tool: entry.name().clone(), locked: entry.component(), actual: component });
    }
    if statement != entry.statement() {
        return Err(TrustError::StatementMismatch { tool: entry.name().clone(), locked: entry.statement(), actual: statement });
    }
    Ok(entry)
}

/// Steps 2 and 3. Without a lock, a revoked or expired co-signer is left out as long as another stands.
fn authenticate(statement: &[u8], entry: Option<&LockEntry>, keyring: &Keyring, now: Timestamp) -> Result<Authentic, TrustError> {
    let envelope = Envelope::parse(statement).map_err(TrustError::Statement)?;
    let keys = keyring.keys().map(|key: &TrustedKey| -> &PublicKey { &key.key });
    let Authentic { payload, signers } = envelope.authenticate(keys).map_err(TrustError::Statement)?;
    if let Some(entry) = entry {
        for pinned in entry.signers() {
            keyring.key(*pinned).ok_or(TrustError::Standing(StandingError::UnknownKey { id: *pinned }))?;
            if !signers.contains(pinned) {
                return Err(TrustError::SignerMissing { tool: entry.name().clone(), signer: *pinned });
            }
        }
    }
    let signers = standing(signers, entry, |id| keyring.live_key(id, now))?;
    Ok(Authentic { payload, signers })
}

/// First half of step 5.
fn allowed(
    signers: BTreeSet<KeyId>,
    entry: Option<&LockEntry>,
    manifest: &Manifest,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<BTreeSet<KeyId>, TrustError> {
    standing(signers, entry, |id| keyring.signer_for(id, manifest.name(), now))
}

/// With a lock, each signer that it pins has to pass; without one, those that pass are kept, and there must be one.
fn standing<'k>(
    signers: BTreeSet<KeyId>,
    entry: Option<&LockEntry>,
    check: impl Fn(KeyId) -> Result<&'k TrustedKey, StandingError>,
) -> Result<BTreeSet<KeyId>, TrustError> {
    let required = entry.map(LockEntry::signers);
    let mut passed = BTreeSet::new();
    let mut refused = None;
    for id in signers.into_iter().filter(|id| required.is_none_or(|required| required.contains(id))) {
        match check(id) {
            Ok(_) => {
                passed.insert(id);
            }
            Err(error) => {
                refused.get_or_insert(error);
            }
        }
    }
    match refused {
        Some(error) if required.is_some() || passed.is_empty() => Err(TrustError::Standing(error)),
        Some(_) | None => Ok(passed),
    }
}
