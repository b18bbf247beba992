//! The signed statement of a tool: a DSSE envelope around an in-toto statement around the manifest.
//!
//! [`sign`] makes one, and [`crate::verify()`] is the only way from one to a manifest: the payload is parsed only after a
//! signature of a known key over exactly these bytes was found.

mod envelope;
mod error;
mod intoto;

use cofferdam_base::Digest;

pub(crate) use envelope::{Authentic, Envelope};
pub use envelope::{MAX_SIGNATURES, MAX_STATEMENT_BYTES, PAYLOAD_TYPE};
pub use error::StatementError;
pub(crate) use intoto::Statement;
pub use intoto::{PREDICATE_TYPE, STATEMENT_TYPE};

use crate::{key::SigningKey, manifest::Manifest};

/// Signs a manifest for a component: the bytes of `<tool>.dsse.json`.
///
/// The same arguments give the same bytes: the JSON is canonical (RFC 8785) and Ed25519 is deterministic (RFC 8032).
///
/// # Errors
/// [`StatementError::NotCanonical`] if the manifest has no canonical spelling, which the check of every manifest excludes.
pub fn sign(manifest: &Manifest, component: Digest, key: &SigningKey) -> Result<Vec<u8>, StatementError> {
    envelope::seal(&intoto::write(manifest, component)?, key)
}
