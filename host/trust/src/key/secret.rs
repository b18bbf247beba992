//! Secret keys. They are wiped when dropped and never printed.

use std::fmt;

use ed25519_dalek::{
    Signer,
    ed25519::pkcs8::KeypairBytes,
    pkcs8::{
        DecodePrivateKey, EncodePrivateKey,
        spki::der::{
            pem::LineEnding,
            zeroize::{Zeroize as _, Zeroizing},
        },
    },
};

use super::{KeyError, MAX_PEM_BYTES, PublicKey, SIGNATURE_BYTES};

/// An Ed25519 secret key.
pub struct SigningKey {
    // Wiped on drop by ed25519-dalek (`zeroize`).
    key: ed25519_dalek::SigningKey,
    public: PublicKey,
}

impl SigningKey {
    /// Makes a key from 32 bytes of the operating system's random source, and wipes them.
    ///
    /// # Errors
    /// [`KeyError::Weak`], which chance does not give.
    pub fn from_random(random: &mut [u8; 32]) -> Result<Self, KeyError> {
        let seed = Zeroizing::new(*random);
        random.zeroize();
        Self::new(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// Reads PKCS#8 PEM (`-----BEGIN PRIVATE KEY-----`, RFC 8410 section 7).
    ///
    /// # Errors
    /// See [`KeyError`]; the error holds nothing of the text.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if pem.len() > MAX_PEM_BYTES {
            return Err(KeyError::TooLong);
        }
        Self::new(ed25519_dalek::SigningKey::from_pkcs8_pem(pem).map_err(|_| KeyError::SecretPem)?)
    }

    fn new(key: ed25519_dalek::SigningKey) -> Result<Self, KeyError> {
        let public = PublicKey::new(key.verifying_key())?;
        Ok(Self { key, public })
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// PKCS#8 PEM in version 1 (RFC 5208), which every tool reads; version 2, with the public key inside, some do not.
    ///
    /// # Errors
    /// [`KeyError::SecretPem`], if the encoder fails.
    pub fn to_pem(&self) -> Result<SecretPem, KeyError> {
        let bytes = KeypairBytes { secret_key: self.key.to_bytes(), public_key: None };
        bytes.to_pkcs8_pem(LineEnding::LF).map(SecretPem).map_err(|_| KeyError::SecretPem)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.id())
    }
}

/// The PEM text of a secret key, wiped when dropped.
pub struct SecretPem(Zeroizing<String>);

impl SecretPem {
    /// The text, to be written to a file that only its owner can read.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretPem(..)")
    }
}
