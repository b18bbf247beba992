//! Salted commitments: a leaf says which bytes there were without saying what they were.
//!
//! A bare digest of a short text can be guessed; a digest with 32 random bytes in front cannot. The opening (salt and text)
//! is kept outside the ledger. Deleting it redacts the text for good, and the log still verifies.

use std::{error::Error, fmt};

use cofferdam_base::{
    Class, Diagnostic, Digest,
    digest::{DigestError, hex},
};
use serde::{Deserialize, Serialize};

/// Keeps a commitment from being taken for a digest made for another purpose.
const DOMAIN: &[u8] = b"cofferdam.dev/ledger/commitment/v1";

/// 32 random bytes, new for every commitment.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Salt([u8; 32]);

impl Salt {
    /// Takes 32 bytes that the caller just got from the system's randomness.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<Salt> for String {
    fn from(salt: Salt) -> Self {
        hex(&salt.0)
    }
}

impl TryFrom<String> for Salt {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        // A salt has the length and the spelling of a digest's hex digits.
        Digest::from_hex(&text).map(|bytes| Self(*bytes.as_bytes()))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// What a leaf holds instead of a text: SHA-256 over the domain, the salt and the text, each with its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(Digest);

/// What opens a commitment. Kept in the transcript, never in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    salt: Salt,
    text: String,
}

/// A text that is the one that a leaf committed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedText(String);

impl OpenedText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Opening {
    /// Of a text, with a fresh salt.
    #[must_use]
    pub fn new(salt: Salt, text: String) -> Self {
        Self { salt, text }
    }

    /// What goes into the leaf.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        Commitment(Digest::of_parts(&[DOMAIN, &self.salt.0, self.text.as_bytes()]))
    }

    /// The text as it was handed over: nothing says yet that it is the one that a leaf committed to.
    #[must_use]
    pub fn text_unchecked(&self) -> &str {
        &self.text
    }

    /// The text, if it is the one committed to.
    ///
    /// # Errors
    /// [`OpeningError`] if salt or text is another.
    pub fn verify(self, commitment: Commitment) -> Result<OpenedText, OpeningError> {
        if self.commitment() == commitment { Ok(OpenedText(self.text)) } else { Err(OpeningError) }
    }
}

/// A text that is not the one that was committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningError;

impl fmt::Display for OpeningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is not the one that the ledger committed to")
    }
}

impl Error for OpeningError {}

impl Diagnostic for OpeningError {
    fn code(&self) -> &'static str {
        "ledger.opening-mismatch"
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(salt: u8, text: &str) -> Opening {
        Opening::new(Salt::from_random([salt; 32]), text.to_owned())
    }

    #[test]
    fn opens_with_its_own_salt_and_text_only() {
        let commitment = opening(1, "yes").commitment();
        assert_eq!(opening(1, "yes").verify(commitment).unwrap().as_str(), "yes");
        for other in [opening(2, "yes"), opening(1, "no")] {
            assert_eq!(other.verify(commitment).unwrap_err().code(), "ledger.opening-mismatch");
        }
        assert_ne!(opening(1, "yes").commitment(), opening(2, "yes").commitment());
    }

    #[test]
    fn an_opening_reads_back_and_shows_no_salt() {
        let json = serde_json::to_string(&opening(0xab, "x")).unwrap();
        assert_eq!(json, format!(r#"{{"salt":"{}","text":"x"}}"#, "ab".repeat(32)));
        assert_eq!(serde_json::from_str::<Opening>(&json).unwrap(), opening(0xab, "x"));
        assert!(serde_json::from_str::<Opening>(r#"{"salt":"ab","text":"x"}"#).is_err());
        assert!(!format!("{:?}", opening(0xab, "x")).contains("abab"));
    }
}
