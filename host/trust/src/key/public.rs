//! Public keys, and the one place where a signature is checked.

use std::fmt;

use ed25519_dalek::{
    Signature, VerifyingKey,
    pkcs8::{DecodePublicKey, EncodePublicKey, spki::der::pem::LineEnding},
};

use super::{KeyError, KeyId, MAX_PEM_BYTES};

/// Bytes of a signature (RFC 8032, section 5.1.6).
pub(crate) const SIGNATURE_BYTES: usize = Signature::BYTE_SIZE;

/// An Ed25519 public key that is not of small order.
#[derive(Clone)]
pub struct PublicKey {
    key: VerifyingKey,
    id: KeyId,
    pem: String,
}

impl PublicKey {
    /// Reads SPKI PEM (`-----BEGIN PUBLIC KEY-----`, RFC 8410 section 4).
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.len() > MAX_PEM_BYTES {
            return Err(KeyError::TooLong);
        }
        Self::new(VerifyingKey::from_public_key_pem(pem).map_err(KeyError::PublicPem)?)
    }

    pub(super) fn new(key: VerifyingKey) -> Result<Self, KeyError> {
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        let pem = key.to_public_key_pem(LineEnding::LF).map_err(KeyError::PublicPem)?;
        Ok(Self { id: KeyId::of(key.as_bytes()), key, pem })
    }

    /// Its id, which is also the fingerprint that people compare.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// SPKI PEM with line feeds.
    #[must_use]
    pub fn to_pem(&self) -> &str {
        &self.pem
    }

    /// Whose signature over the message it is: this key's id, if it holds under `verify_strict`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> Option<KeyId> {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok().then_some(self.id)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}
