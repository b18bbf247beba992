//! Bearer tokens (RFC 6750) of clients: shown once, kept as a digest.

use std::fmt;

use cofferdam_base::{Digest, Entropy, entropy::NoEntropy};
use serde::{Deserialize, Serialize};

/// Random bytes of a token.
const BYTES: usize = 32;
/// How a token begins, so that whoever finds one knows what it is for.
const PREFIX: &str = "cofferdam_mcp_";

/// A new token. It is shown to a person and kept nowhere.
pub struct Token(String);

impl Token {
    /// Makes one.
    ///
    /// # Errors
    /// No randomness.
    pub fn make(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = [0; BYTES];
        entropy.fill(&mut bytes)?;
        Ok(Self(format!("{PREFIX}{}", cofferdam_base::digest::hex(&bytes))))
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::of(&self.0)
    }

    /// The token, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The SHA-256 of a token. Tokens are compared as these: what a comparison takes tells nothing about a token of 256 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenDigest(Digest);

impl TokenDigest {
    /// The digest of a token that somebody presents.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        Self(Digest::of(presented.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            (0..).zip(bytes).for_each(|(number, byte)| *byte = number);
            Ok(())
        }
    }

    #[test]
    fn a_token_is_known_by_its_digest_alone() {
        let token = Token::make(&Counting).unwrap();
        assert_eq!(token.reveal(), format!("cofferdam_mcp_{}", (0..32).map(|byte| format!("{byte:02x}")).collect::<String>()));
        assert_eq!(TokenDigest::of(token.reveal()), token.digest());
        assert_ne!(TokenDigest::of(token.reveal().split_at(1).1), token.digest());
        assert_eq!(format!("{token:?}"), "Token");
    }
}
