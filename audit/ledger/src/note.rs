//! C2SP signed notes: a text and signature lines, each with the name and the id of the key that made it.

use std::{error::Error, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cofferdam_base::text::inline;

use crate::key::{Signer, VerifierKey};

/// Largest note. Room for 16 post-quantum cosignatures of 5 kB, and an end to what is read before anything is verified.
pub const MAX_NOTE_BYTES: usize = 128 * 1024;
/// Most signatures on a note; the specification asks for at least this many. Prevents a note that costs its reader much.
pub const MAX_SIGNATURES: usize = 16;

struct SignatureLine {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// A note whose signatures nobody has looked at: its text is to be ignored.
pub struct UnverifiedNote {
    note: String,
    text: String,
    signatures: Vec<SignatureLine>,
}

/// A text that a known key has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedNote {
    note: String,
    text: String,
    signer: VerifierKey,
}

impl VerifiedNote {
    /// The text, with its last line feed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole note, as it was read.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The first known key that signed it.
    #[must_use]
    pub fn signer(&self) -> &VerifierKey {
        &self.signer
    }
}

/// Reads a note.
///
/// # Errors
/// [`NoteError::Malformed`] if it is none: too large, control characters, no blank line, a line that is no signature.
pub fn parse_note(bytes: &[u8]) -> Result<UnverifiedNote, NoteError> {
    if bytes.len() > MAX_NOTE_BYTES {
        return Err(NoteError::Malformed("it is too large"));
    }
    let note = std::str::from_utf8(bytes).map_err(|_not_utf8| NoteError::Malformed("it is not UTF-8"))?;
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err(NoteError::Malformed("it has a control character"));
    }
    let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed("no blank line ends its text"))?;
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("its last line has no end"))?;
    let signatures = lines.split('\n').take(MAX_SIGNATURES + 1).map(parse_signature).collect::<Option<Vec<_>>>();
    let signatures = signatures.ok_or(NoteError::Malformed("a line after its text is no signature"))?;
    if signatures.len() > MAX_SIGNATURES {
        return Err(NoteError::Malformed("it has too many signatures"));
    }
    Ok(UnverifiedNote { note: note.to_owned(), text: format!("{text}\n"), signatures })
}

fn parse_signature(line: &str) -> Option<SignatureLine> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
        return None;
    }
    let decoded = STANDARD.decode(encoded).ok()?;
    let (id, signature) = decoded.split_first_chunk::<4>()?;
    Some(SignatureLine { name: name.to_owned(), id: *id, signature: signature.to_vec() })
}

impl UnverifiedNote {
    /// Checks every signature by a known key. Signatures by unknown keys are ignored, as the specification says; a wrong one
    /// by a known key condemns the whole note.
    ///
    /// # Errors
    /// [`NoteError::WrongSignature`], or [`NoteError::NoKnownKey`] if no known key signed it.
    pub fn verify(self, known: &[VerifierKey]) -> Result<VerifiedNote, NoteError> {
        let mut text = self.text;
        let mut signer = None;
        for line in self.signatures {
            let Some(key) = known.iter().find(|key| key.origin().as_str() == line.name && key.id() == line.id) else {
                continue;
            };
            let wrong = || NoteError::WrongSignature(key.origin().to_string());
            let signature = <[u8; 64]>::try_from(line.signature).map_err(|_wrong_length| wrong())?;
            text = key.verify_text(text, signature).ok_or_else(wrong)?;
            signer = signer.or(Some(key));
        }
        let signer = signer.cloned().ok_or(NoteError::NoKnownKey)?;
        Ok(VerifiedNote { note: self.note, text, signer })
    }
}

/// Signs a text of whole lines, which the caller has made without control characters.
#[must_use]
pub fn sign_note(text: &str, signer: &Signer) -> String {
    let key = signer.verifier_key();
    let mut signature = key.id().to_vec();
    signature.extend_from_slice(&signer.sign(text));
    format!("{text}\n— {} {}\n", key.origin(), STANDARD.encode(signature))
}

/// A note that is none, or that nobody known signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteError {
    /// It is no signed note, and why.
    Malformed(&'static str),
    /// A signature with the name and the id of a known key that this key did not make.
    WrongSignature(String),
    /// No signature of a known key.
    NoKnownKey,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "the note cannot be read: {why}"),
            Self::WrongSignature(name) => write!(f, "the signature of `{}` is wrong", inline(name, 130)),
            Self::NoKnownKey => f.write_str("no known key signed the note"),
        }
    }
}

impl Error for NoteError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Key and note of the example in the tests of `golang.org/x/mod/sumdb/note` (BSD-3-Clause).
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn signer(seed: u8) -> Signer {
        Signer::from_seed("example.com/log".parse().unwrap(), &[seed; 32])
    }

    fn verify(note: &str, known: &[VerifierKey]) -> Result<VerifiedNote, NoteError> {
        parse_note(note.as_bytes())?.verify(known)
    }

    #[test]
    fn verifies_the_example_of_the_go_implementation() {
        let verified = verify(NOTE, &[PETER.parse().unwrap()]).unwrap();
        assert!(verified.text().ends_with("what your problem is.\n"));
    }

    #[test]
    fn ignores_unknown_keys_and_condemns_a_wrong_signature_of_a_known_one() {
        let (ours, other) = (signer(1), signer(2));
        let known = [ours.verifier_key()];
        let theirs = sign_note("a\n", &other);
        assert_eq!(verify(&theirs, &known), Err(NoteError::NoKnownKey));
        let both = sign_note("a\n", &ours) + theirs.split_once("\n\n").unwrap().1;
        assert_eq!(verify(&both, &known).unwrap().signer(), &known[0]);
        let changed = sign_note("a\n", &ours).replacen('a', "b", 1);
        assert_eq!(verify(&changed, &known), Err(NoteError::WrongSignature("example.com/log".to_owned())));
    }

    #[test]
    fn refuses_what_is_no_note() {
        let good = sign_note("a\n", &signer(1));
        let crowded = format!("{good}{}", good.split_once("\n\n").unwrap().1.repeat(16));
        for bad in [
            "",
            "a\n",
            "a\n\n",
            good.strip_suffix('\n').unwrap(),
            &format!("{good}\n"),
            &format!("{good}x\n"),
            &good.replace('—', "-"),
            &good.replacen('a', "\r", 1),
            &good.replace('=', ""),
            &crowded,
            &("a".repeat(MAX_NOTE_BYTES) + &good),
        ] {
            assert!(matches!(verify(bad, &[signer(1).verifier_key()]), Err(NoteError::Malformed(_))), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_changed_byte_is_refused(at in any::<prop::sample::Index>(), bit in 0..8) {
            let mut bytes = sign_note("example\n12\n", &signer(3)).into_bytes();
            let place = at.index(bytes.len());
            bytes[place] ^= 1_u8 << bit;
            prop_assert!(parse_note(&bytes).and_then(|note| note.verify(&[signer(3).verifier_key()])).is_err());
        }
    }
}
