//! Checkpoints: the size and the root of the log at one moment, as a C2SP tlog-checkpoint that the log's key signed.
//!
//! ```text
//! cofferdam.dev/ledger/5c1a
//! 3
//! <base64 of the root>
//! bytes 912
//!
//! — cofferdam.dev/ledger/5c1a <base64 of key id and signature>
//! ```
//!
//! The extension line is the length in bytes of the first `size` lines of `ledger.jsonl`, so that a later process can start
//! to read where the checkpoint ends, and notices at once that the file was cut.

use std::{error::Error, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cofferdam_base::{Class, Diagnostic, Digest, text::inline};

use crate::{
    event::Event,
    frontier::TreeHead,
    key::{Signer, VerifierKey},
    note::{NoteError, UnverifiedNote, parse_note, sign_note},
};

/// A checkpoint that nobody has verified.
pub struct UnverifiedCheckpoint(UnverifiedNote);

/// A checkpoint with a good signature of a known key of its own log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    note: String,
    head: TreeHead,
    bytes: u64,
}

impl SignedCheckpoint {
    /// Signs the state of a log. The caller has synced what it describes.
    pub(crate) fn sign(head: TreeHead, bytes: u64, signer: &Signer) -> Self {
        let origin = signer.verifier_key().origin().clone();
        let text = format!("{origin}\n{}\n{}\nbytes {bytes}\n", head.size, STANDARD.encode(head.root.as_bytes()));
        Self { note: sign_note(&text, signer), head, bytes }
    }

    /// Number of leaves and root.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// Length of those leaves' lines in the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The event that says that this checkpoint was handed out.
    #[must_use]
    pub fn event(&self) -> Event {
        Event::Checkpoint { size: self.head.size, root: self.head.root }
    }

    /// The signed note, as it is stored and printed.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.note)
    }
}

/// Reads a checkpoint's note.
///
/// # Errors
/// [`CheckpointError::Note`] if it is no signed note.
pub fn parse_checkpoint(note: &[u8]) -> Result<UnverifiedCheckpoint, CheckpointError> {
    parse_note(note).map(UnverifiedCheckpoint).map_err(CheckpointError::Note)
}

impl UnverifiedCheckpoint {
    /// Checks the signature, then reads the text.
    ///
    /// # Errors
    /// No good signature of a known key; a text that is no checkpoint of ours; a key of another log.
    pub fn verify(self, known: &[VerifierKey]) -> Result<SignedCheckpoint, CheckpointError> {
        let verified = self.0.verify(known).map_err(CheckpointError::Note)?;
        let mut lines = verified.text().lines();
        let (Some(origin), Some(size), Some(root), Some(bytes), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Malformed("it does not have four lines"));
        };
        if origin != verified.signer().origin().as_str() {
            return Err(CheckpointError::OtherLog(origin.to_owned()));
        }
        let size = parse_number(size).ok_or(CheckpointError::Malformed("its size is no number"))?;
        let root = STANDARD.decode(root).ok().and_then(|root| <[u8; 32]>::try_from(root).ok());
        let root = Digest::from_bytes(root.ok_or(CheckpointError::Malformed("its root is no base64 of 32 bytes"))?);
        let bytes = bytes.strip_prefix("bytes ").and_then(parse_number);
        let bytes = bytes.ok_or(CheckpointError::Malformed("its fourth line is not `bytes` and a number"))?;
        Ok(SignedCheckpoint { note: verified.note().to_owned(), head: TreeHead { size, root }, bytes })
    }
}

/// A decimal number without sign and without leading zeroes.
pub(crate) fn parse_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A checkpoint that is none, or not one of this log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckpointError {
    /// The note.
    Note(NoteError),
    /// The text, and why.
    Malformed(&'static str),
    /// The key of one log signed the name of another.
    OtherLog(String),
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(NoteError::Malformed(_)) => f.write_str("the checkpoint is not a signed note"),
            Self::Note(_) => f.write_str("the checkpoint is not signed by this ledger's key"),
            Self::Malformed(why) => write!(f, "the checkpoint cannot be read: {why}"),
            Self::OtherLog(origin) => write!(f, "the checkpoint belongs to the log `{}`", inline(origin, 130)),
        }
    }
}

impl Error for CheckpointError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Note(error) => Some(error),
            Self::Malformed(_) | Self::OtherLog(_) => None,
        }
    }
}

impl Diagnostic for CheckpointError {
    fn code(&self) -> &'static str {
        match self {
            Self::Note(NoteError::Malformed(_)) | Self::Malformed(_) => "ledger.bad-checkpoint",
            Self::Note(NoteError::WrongSignature(_) | NoteError::NoKnownKey) | Self::OtherLog(_) => "ledger.untrusted-checkpoint",
        }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn signer(origin: &str) -> Signer {
        Signer::from_seed(origin.parse().unwrap(), &[9; 32])
    }

    fn verify(text: &str) -> Result<SignedCheckpoint, CheckpointError> {
        let signer = signer("example.com/log");
        parse_checkpoint(sign_note(text, &signer).as_bytes())?.verify(&[signer.verifier_key()])
    }

    #[test]
    fn reads_back_what_it_signs() {
        let signer = signer("example.com/log");
        let signed = SignedCheckpoint::sign(TreeHead { size: 3, root: Digest::of(b"x") }, 99, &signer);
        assert_eq!(parse_checkpoint(signed.note().as_bytes()).unwrap().verify(&[signer.verifier_key()]).unwrap(), signed);
    }

    #[test]
    fn refuses_a_signed_text_that_is_no_checkpoint_of_this_log() {
        let root = STANDARD.encode([0; 32]);
        verify(&format!("example.com/log\n0\n{root}\nbytes 0\n")).unwrap();
        for (text, code) in [
            (format!("example.com/other\n0\n{root}\nbytes 0\n"), "ledger.untrusted-checkpoint"),
            (format!("example.com/log\n00\n{root}\nbytes 0\n"), "ledger.bad-checkpoint"),
            (format!("example.com/log\n+1\n{root}\nbytes 0\n"), "ledger.bad-checkpoint"),
            (format!("example.com/log\n0\n{}\nbytes 0\n", STANDARD.encode([0; 31])), "ledger.bad-checkpoint"),
            (format!("example.com/log\n0\n{root}\n"), "ledger.bad-checkpoint"),
            (format!("example.com/log\n0\n{root}\nbytes 0\nmore\n"), "ledger.bad-checkpoint"),
            (format!("example.com/log\n0\n{root}\nbyte 0\n"), "ledger.bad-checkpoint"),
        ] {
            assert_eq!(verify(&text).unwrap_err().code(), code, "{text}");
        }
    }

    #[test]
    fn refuses_a_checkpoint_of_an_unknown_key() {
        let signed = SignedCheckpoint::sign(TreeHead { size: 0, root: Digest::of(b"") }, 0, &signer("a"));
        let error = parse_checkpoint(signed.note().as_bytes()).unwrap().verify(&[signer("b").verifier_key()]).unwrap_err();
        assert_eq!(error.code(), "ledger.untrusted-checkpoint");
    }
}
