//! Who signs a checkpoint: a name and an Ed25519 key, as in the C2SP signed-note specification.

use std::{error::Error, fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cofferdam_base::{
    Class, Diagnostic,
    digest::{Hasher, hex},
    text::{inline, is_deceptive},
};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// Longest name of a log. Keeps a checkpoint one screen wide.
pub const MAX_ORIGIN_BYTES: usize = 128;
/// Signature type identifier of Ed25519 in signed notes.
const ED25519: u8 = 1;

/// The name of a log, which is also the name of its key: `cofferdam.dev/ledger/<project>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = KeyError;

    /// Signed notes allow no space and no plus in a key's name; characters that deceive a reader are refused too.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bad = |c: char| c.is_whitespace() || c == '+' || is_deceptive(c);
        if text.is_empty() || text.len() > MAX_ORIGIN_BYTES || text.contains(bad) {
            return Err(KeyError::Origin(text.chars().take(80).collect()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public key with its name. Written as `<name>+<key id in hex>+<base64 of 0x01 and the key>`, the usual spelling of
/// signed-note verifier keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    origin: Origin,
    key: VerifyingKey,
}

impl VerifierKey {
    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The first four bytes of SHA-256 over name, line feed, signature type and key. Finds the key; proves nothing.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let mut hasher = Hasher::default();
        hasher.update(self.origin.0.as_bytes());
        hasher.update(&[b'\n', ED25519]);
        hasher.update(self.key.as_bytes());
        let [a, b, c, d, ..] = *hasher.finish().as_bytes();
        [a, b, c, d]
    }

    /// Checks a signature and gives back the text, now signed. Malleable signatures and weak keys do not pass (RFC 8032 with
    /// the stricter rules of `verify_strict`).
    pub(crate) fn verify_text(&self, text: String, signature: [u8; 64]) -> Option<String> {
        self.key.verify_strict(text.as_bytes(), &Signature::from_bytes(&signature)).ok().map(|()| text)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = vec![ED25519];
        typed.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.origin, hex(&self.id()), STANDARD.encode(typed))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bad = || KeyError::VerifierKey(text.chars().take(200).collect());
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(typed)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad());
        };
        let typed = STANDARD.decode(typed).map_err(|_not_base64| bad())?;
        let Some((&ED25519, key)) = typed.split_first() else {
            return Err(bad());
        };
        let key = <&[u8; 32]>::try_from(key).ok().and_then(|key| VerifyingKey::from_bytes(key).ok()).ok_or_else(bad)?;
        let parsed = Self { origin: name.parse()?, key };
        if key.is_weak() || hex(&parsed.id()) != id { Err(bad()) } else { Ok(parsed) }
    }
}

/// The key that signs this log's checkpoints. Its secret is wiped when it is dropped and never printed.
#[derive(Clone)]
pub struct Signer {
    origin: Origin,
    key: SigningKey,
}

impl Signer {
    /// From the 32 secret bytes of an Ed25519 key (RFC 8032), which the caller made from the system's randomness.
    #[must_use]
    pub fn from_seed(origin: Origin, seed: &[u8; 32]) -> Self {
        Self { origin, key: SigningKey::from_bytes(seed) }
    }

    /// The public half.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        VerifierKey { origin: self.origin.clone(), key: self.key.verifying_key() }
    }

    pub(crate) fn sign(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).to_bytes()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier_key())
    }
}

/// A name or a key that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// Not a name of a log.
    Origin(String),
    /// Not a verifier key.
    VerifierKey(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(text) => write!(f, "`{}` is not the name of a log: 1 to 128 bytes without spaces and `+`", inline(text, 80)),
            Self::VerifierKey(text) => write!(f, "`{}` is not the Ed25519 key of a signed note", inline(text, 80)),
        }
    }
}

impl Error for KeyError {}

impl Diagnostic for KeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Origin(_) => "ledger.bad-origin",
            Self::VerifierKey(_) => "ledger.bad-key",
        }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A verifier key of the Go checksum database, as published with the Go toolchain.
    const SUMDB: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

    #[test]
    fn reads_and_writes_the_published_key_of_the_go_checksum_database() {
        let key: VerifierKey = SUMDB.parse().unwrap();
        assert_eq!(key.origin().as_str(), "sum.golang.org");
        assert_eq!(key.to_string(), SUMDB);
    }

    #[test]
    fn refuses_a_key_with_another_id_type_length_or_a_weak_point() {
        // The identity point, with the id that belongs to it: under it anybody can sign.
        let weak = "a+cae63997+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let typed = |bytes: &[u8]| format!("a+00000000+{}", STANDARD.encode(bytes));
        for bad in [
            &SUMDB.replace("033d", "033e"),
            &SUMDB.replace("sum.", "xum."),
            weak,
            &typed(&[2; 33]),
            &typed(&[1; 32]),
            "",
            "a",
            "a+b",
            "a+b+?",
        ] {
            assert_eq!(bad.parse::<VerifierKey>().unwrap_err().code(), "ledger.bad-key", "{bad}");
        }
    }

    #[test]
    fn refuses_an_origin_that_a_note_cannot_carry() {
        for bad in ["", "a b", "a+b", "a\nb", "a\u{202e}b", "a\u{a0}b", &"a".repeat(129)] {
            assert_eq!(bad.parse::<Origin>().unwrap_err().code(), "ledger.bad-origin", "{bad:?}");
        }
    }

    #[test]
    fn a_printed_signer_shows_no_secret() {
        let signer = Signer::from_seed("a".parse().unwrap(), &[7; 32]);
        assert_eq!(format!("{signer:?}"), format!("Signer({})", signer.verifier_key()));
    }
}
