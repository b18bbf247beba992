//! How a component was built, as its builder says.

use cofferdam_base::Digest;
use semver::Version;
use serde::{Deserialize, Serialize};

/// Build provenance. Signed, and still only a claim of the signer until somebody builds the sources again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The compiler and what else decides the bytes, in one line: `rustc 1.96.0 wasm32-wasip2`.
    pub toolchain: String,
    /// The digest of the sources.
    pub source_digest: Digest,
    /// The version of the program that assembled the manifest.
    pub builder: Version,
}
