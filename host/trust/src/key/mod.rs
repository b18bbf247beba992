//! Ed25519 keys: what signs a statement and what it is checked with.
//!
//! Files are the standard ones (RFC 8410): SPKI PEM for public keys, PKCS#8 PEM for secret ones. Signatures are checked
//! with `verify_strict` only: beyond RFC 8032 it refuses keys and commitments of small order, so that one signature
//! cannot hold for two messages or two keys.

mod id;
mod public;
mod secret;
#[cfg(test)]
mod wycheproof;

use std::fmt;

use cofferdam_base::{Class, Diagnostic};

pub use id::{KeyId, KeyIdError};
pub use public::PublicKey;
pub(crate) use public::SIGNATURE_BYTES;
pub use secret::{SecretPem, SigningKey};

/// Longest PEM text of one key. An Ed25519 key takes about 120 bytes.
pub const MAX_PEM_BYTES: usize = 1024;

/// A text that is no usable Ed25519 key.
#[derive(Debug)]
pub enum KeyError {
    /// Not SPKI PEM of an Ed25519 key (RFC 8410).
    PublicPem(ed25519_dalek::pkcs8::spki::Error),
    /// Not PKCS#8 PEM of an Ed25519 key (RFC 8410). Says nothing of the text.
    SecretPem,
    /// Longer than [`MAX_PEM_BYTES`].
    TooLong,
    /// A public key of small order: signatures under it prove nothing.
    Weak,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublicPem(_) => f.write_str("the text is not the PEM of an Ed25519 public key"),
            Self::SecretPem => f.write_str("the text is not the PEM of an Ed25519 secret key"),
            Self::TooLong => write!(f, "the PEM of a key is longer than {MAX_PEM_BYTES} bytes"),
            Self::Weak => f.write_str("the public key has small order, so that signatures under it prove nothing"),
        }
    }
}

impl std::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::PublicPem(error) => Some(error),
            Self::SecretPem | Self::TooLong | Self::Weak => None,
        }
    }
}

impl Diagnostic for KeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::PublicPem(_) | Self::SecretPem | Self::TooLong => "trust.key-malformed",
            Self::Weak => "trust.key-weak",
        }
    }

    fn class(&self) -> Class {
        Class::Failed
    }
}
