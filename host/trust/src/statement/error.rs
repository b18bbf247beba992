//! Everything that can be wrong with a statement by itself.

use std::fmt;

use cofferdam_base::{Class, Diagnostic, canonical::CanonicalError, text::inline};

use crate::{json::JsonError, manifest::ManifestError};

/// A text that is no signed statement, or one that no known key signed.
#[derive(Debug)]
pub enum StatementError {
    /// The envelope is not JSON that all readers agree on.
    EnvelopeJson(JsonError),
    /// The envelope lacks a member or has one too many.
    EnvelopeShape(serde_json::Error),
    /// The payload is something else.
    PayloadType {
        /// What it says.
        found: String,
    },
    /// Not base64 in one of the two alphabets, padded.
    Base64(base64::DecodeError),
    /// No signature, or more than [`MAX_SIGNATURES`](super::MAX_SIGNATURES).
    SignatureCount {
        /// How many.
        count: usize,
    },
    /// A signature that is not 64 bytes long.
    SignatureLength,
    /// No signature by a key of the keyring holds.
    NoKnownSignature,
    /// The payload is not JSON that all readers agree on.
    StatementJson(JsonError),
    /// The payload lacks a member or has one too many.
    StatementShape(serde_json::Error),
    /// Another type of statement or predicate.
    StatementType {
        /// What it says.
        found: String,
    },
    /// Not exactly one subject, or not `<tool>.wasm` with one SHA-256.
    Subject,
    /// The predicate is no manifest.
    Manifest(ManifestError),
    /// The manifest cannot be written in canonical JSON.
    NotCanonical(CanonicalError),
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EnvelopeJson(_) => f.write_str("the envelope cannot be read"),
            Self::EnvelopeShape(_) => f.write_str("the envelope has not the members of DSSE"),
            Self::PayloadType { found } => write!(f, "the envelope's payload type is `{}`", inline(found, 80)),
            Self::Base64(_) => f.write_str("the envelope holds text that is not base64"),
            Self::SignatureCount { count } => {
                write!(f, "the envelope has {count} signatures, and must have 1 to {}", super::MAX_SIGNATURES)
            }
            Self::SignatureLength => f.write_str("the envelope has a signature that is not 64 bytes long"),
            Self::NoKnownSignature => f.write_str("no signature on the statement is by a key of the keyring"),
            Self::StatementJson(_) => f.write_str("the signed payload cannot be read"),
            Self::StatementShape(_) => f.write_str("the signed payload has not the members of an in-toto statement"),
            Self::StatementType { found } => write!(f, "the signed payload has the type `{}`", inline(found, 80)),
            Self::Subject => f.write_str("the signed payload does not have the tool's component as its one subject"),
            Self::Manifest(_) => f.write_str("the signed manifest does not hold together"),
            Self::NotCanonical(_) => f.write_str("the manifest cannot be written in canonical JSON"),
        }
    }
}

impl std::error::Error for StatementError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::EnvelopeJson(error) | Self::StatementJson(error) => Some(error),
            Self::EnvelopeShape(error) | Self::StatementShape(error) => Some(error),
            Self::Base64(error) => Some(error),
            Self::Manifest(error) => Some(error),
            Self::NotCanonical(error) => Some(error),
            Self::PayloadType { .. }
            | Self::SignatureCount { .. }
            | Self::SignatureLength
            | Self::NoKnownSignature
            | Self::StatementType { .. }
            | Self::Subject => None,
        }
    }
}

impl Diagnostic for StatementError {
    fn code(&self) -> &'static str {
        match self {
            Self::EnvelopeJson(_)
            | Self::EnvelopeShape(_)
            | Self::PayloadType { .. }
            | Self::Base64(_)
            | Self::SignatureCount { .. }
            | Self::SignatureLength => "trust.envelope-malformed",
            Self::NoKnownSignature => "trust.no-known-signature",
            Self::StatementJson(_)
            | Self::StatementShape(_)
            | Self::StatementType { .. }
            | Self::Subject
            | Self::Manifest(_)
            | Self::NotCanonical(_) => "trust.statement-malformed",
        }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::NoKnownSignature)
            .then(|| "if you trust the signer, get the key from its publisher and run `cofferdam key add`".to_owned())
    }
}
