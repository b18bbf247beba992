//! Compiled code that is kept between processes, and only used when nobody else can have written it.
//!
//! Loading compiled code runs it: `Component::deserialize` trusts its input completely. So a code is stored behind an HMAC-SHA-256
//! under a key that only the host has, over everything that it depends on, and the check is made on the very buffer that is then loaded.

use std::hash::{Hash, Hasher};

use cofferdam_base::{Digest, digest};
use hmac::Mac;
use wasmtime::{Engine, component::Component};

use crate::{error::SandboxError, keyed::keyed};

/// Format of a stored code: this, the tag, the code. Another format gets another label, and so fails the check.
const LABEL: &[u8; 24] = b"cofferdam compiled code\0";
/// Bytes of the tag.
const TAG: usize = 32;
/// Largest stored code. Prevents a file that somebody else has put there from filling the memory; a hundred times the largest first-party
/// tool.
pub const MAX_CODE_BYTES: u64 = 256 << 20;

/// Where compiled code is kept. The caller implements it, with its own files.
pub trait CodeCache {
    /// The bytes stored under a name (letters, digits, `-` and `.`), none if there are none or they cannot be read. More than
    /// [`MAX_CODE_BYTES`] are refused, so one more is enough to read.
    fn load(&self, name: &str) -> Option<Vec<u8>>;

    /// Keeps bytes under a name. That it cannot is no error: the code is compiled again.
    fn store(&self, name: &str, bytes: &[u8]);
}

/// The host's key for compiled code. Whoever has it can run native code in the host, so it is kept where the user's other keys are, and
/// never beside the cache.
#[derive(Clone)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// Takes 32 random bytes as a key.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CacheKey(..)")
    }
}

/// What compiled code depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    component: Digest,
    /// Of the engine's configuration, the processor's features that the code uses, and the release of wasmtime: wasmtime's own list of
    /// what compiled code depends on.
    engine: Digest,
}

impl Origin {
    pub(crate) fn new(component: Digest, engine: &Engine) -> Self {
        let mut hash = Collect(digest::Hasher::default());
        engine.precompile_compatibility_hash().hash(&mut hash);
        Self { component, engine: hash.0.finish() }
    }

    /// Under which name the code is kept: another engine looks for another name, and finds nothing instead of something wrong.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}.code", self.component.hex(), self.engine.short())
    }
}

/// Feeds what is hashed to SHA-256 instead of to a hasher whose results are worth nothing against an attacker.
struct Collect(digest::Hasher);

impl Hasher for Collect {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        // Not asked for: the digest is taken from the field.
        0
    }
}

/// The code as it is stored.
pub(crate) fn seal(key: &CacheKey, origin: &Origin, code: &[u8]) -> Vec<u8> {
    let tag = authenticate(key, origin, code).finalize().into_bytes();
    [LABEL.as_slice(), &tag, code].concat()
}

/// A code that has passed the check. Holds the buffer that was checked, so that nothing else can be loaded.
#[derive(Debug)]
pub(crate) struct CheckedCode(Vec<u8>);

/// Checks a stored code.
///
/// # Errors
/// [`SandboxError::CacheTampered`]: it is not what was stored for this component by this engine under this key.
pub(crate) fn verify_sealed(key: &CacheKey, origin: &Origin, sealed: Vec<u8>) -> Result<CheckedCode, SandboxError> {
    let tampered = || SandboxError::CacheTampered { name: origin.name() };
    let (label, rest) = sealed.split_first_chunk::<{ LABEL.len() }>().ok_or_else(tampered)?;
    let (tag, code) = rest.split_first_chunk::<TAG>().ok_or_else(tampered)?;
    if label != LABEL || sealed.len() as u64 > MAX_CODE_BYTES {
        return Err(tampered());
    }
    // In constant time.
    authenticate(key, origin, code).verify_slice(tag).map_err(|_| tampered())?;
    Ok(CheckedCode(sealed))
}

fn authenticate(key: &CacheKey, origin: &Origin, code: &[u8]) -> hmac::Hmac<sha2::Sha256> {
    // Every part but the last has a fixed length, so no two inputs are the same bytes.
    let mut mac = keyed(&key.0);
    for part in [LABEL.as_slice(), origin.component.as_bytes(), origin.engine.as_bytes(), code] {
        mac.update(part);
    }
    mac
}

impl CheckedCode {
    /// Loads the code.
    ///
    /// # Errors
    /// wasmtime does not take it, though it is ours: another release of it made the code.
    #[expect(unsafe_code, reason = "`deserialize` runs what it is given; the one place that may, since the tag was checked on this buffer")]
    pub(crate) fn load(self, engine: &Engine) -> wasmtime::Result<Component> {
        let code = self.0.get(LABEL.len() + TAG..).unwrap_or_default();
        // SAFETY: these bytes came out of `Component::serialize` of an engine with this configuration in this release of wasmtime: only
        // the host's key makes a tag over them, `verify_sealed` has checked it on this buffer, and nothing has written to it since.
        unsafe { Component::deserialize(engine, code) }
    }
}
