//! C2SP signed notes with Ed25519, and the checkpoints written in them.

use std::{error::Error, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::{fault::LedgerFault, merkle::Hash};

/// Largest note: 16 signatures of 5 kB and a text. Prevents a file that costs its reader much.
pub(crate) const MAX_NOTE_BYTES: usize = 128 * 1024;
const MAX_SIGNATURES: usize = 16;
/// The signature type of Ed25519.
const ED25519: u8 = 1;

/// Why a checkpoint does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteFault {
    /// It cannot be read, and why.
    Malformed(&'static str),
    /// None of the given keys signed it.
    UnknownKey,
    /// A signature of a given key is wrong.
    WrongSignature,
}

impl fmt::Display for NoteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => f.write_str(why),
            Self::UnknownKey => f.write_str("none of the given keys signed it"),
            Self::WrongSignature => f.write_str("its signature is wrong"),
        }
    }
}

impl Error for NoteFault {}

/// A public key and the name that it signs for.
#[derive(Debug, Clone)]
pub struct Key {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl Key {
    /// Reads `<name>+<key id>+<base64 of the type and the key>`.
    ///
    /// # Errors
    /// [`LedgerFault::BadKey`] if it is none, its id is another's, or it is a key under which anybody can sign.
    pub fn parse(text: &str) -> Result<Self, LedgerFault> {
        let read = || {
            let mut parts = text.splitn(3, '+');
            let (name, id, typed) = (parts.next()?, parts.next()?, STANDARD.decode(parts.next()?).ok()?);
            let (ED25519, key) = typed.split_first().map(|(kind, key)| (*kind, key))? else { return None };
            let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok().filter(|key| !key.is_weak())?;
            let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.as_bytes()).finalize();
            let [a, b, c, d, ..] = <[u8; 32]>::from(hash);
            let spelt = format!("{a:02x}{b:02x}{c:02x}{d:02x}");
            (is_name(name) && spelt == id).then(|| Self { name: name.to_owned(), id: [a, b, c, d], key })
        };
        read().ok_or_else(|| LedgerFault::BadKey(text.to_owned()))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c.is_control())
}

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) bytes: u64,
}

/// Reads a checkpoint. With keys, one of them must have signed it under the checkpoint's own name, and none may have a wrong
/// signature on it; without keys the signatures are only read.
pub(crate) fn verify_checkpoint(note: &[u8], keys: &[Key]) -> Result<Checkpoint, NoteFault> {
    let malformed = NoteFault::Malformed;
    let note = std::str::from_utf8(note).ok().filter(|note| note.len() <= MAX_NOTE_BYTES);
    let note = note.ok_or(malformed("it is too large or not UTF-8"))?;
    if note.contains(|c: char| c < ' ' && c != '\n') {
        return Err(malformed("it has control characters"));
    }
    let (text, signatures) = note.split_once("\n\n").ok_or(malformed("it has no signatures"))?;
    let signatures = signatures.strip_suffix('\n').ok_or(malformed("its last line has no end"))?;
    let checkpoint = read_text(text).ok_or(malformed("its text is not a checkpoint of a ledger"))?;
    if signatures.split('\n').count() > MAX_SIGNATURES {
        return Err(malformed("it has too many signatures"));
    }
    let mut signed = keys.is_empty();
    for line in signatures.split('\n') {
        let (name, id, signature) = read_signature(line).ok_or(malformed("one of its signatures cannot be read"))?;
        if let Some(key) = keys.iter().find(|key| key.name == name && key.id == id) {
            let signature = Signature::from_slice(&signature).map_err(|_wrong_length| NoteFault::WrongSignature)?;
            key.key.verify_strict(format!("{text}\n").as_bytes(), &signature).map_err(|_wrong| NoteFault::WrongSignature)?;
            signed |= key.name == checkpoint.origin;
        }
    }
    if signed { Ok(checkpoint) } else { Err(NoteFault::UnknownKey) }
}

fn read_text(text: &str) -> Option<Checkpoint> {
    let mut lines = text.split('\n');
    let (origin, size, root, bytes) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
    let root = STANDARD.decode(root).ok()?.try_into().ok()?;
    let (size, bytes) = (number(size)?, number(bytes.strip_prefix("bytes ")?)?);
    (is_name(origin) && lines.next().is_none()).then(|| Checkpoint { origin: origin.to_owned(), size, root, bytes })
}

fn read_signature(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded).ok()?;
    let (id, signature) = decoded.split_first_chunk::<4>()?;
    is_name(name).then(|| (name, *id, signature.to_vec()))
}

/// Digits without a leading zero.
pub(crate) fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
