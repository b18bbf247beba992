//! What leaks, or is wrong, in a package that would be published.

mod code;
mod debug;
mod entropy;
mod map;
mod name;
mod reference;
mod sample;
mod scan;
mod secret;

use serde::{Deserialize, Serialize};

pub use code::{Code, Severity};
pub(crate) use scan::{Scan, entry_points, scripts};

/// One thing to look at before publishing. There is at most one of a code for each path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// How bad it is; the most severe come first.
    pub severity: Severity,
    /// Path inside the package, or the manifest.
    pub path: String,
    /// What it is.
    pub code: Code,
    /// One sentence. A secret is never shown beyond its first four characters.
    pub detail: String,
    /// What to do.
    pub hint: String,
}

impl Finding {
    /// A finding with its code's severity and hint.
    #[must_use]
    pub fn new(code: Code, path: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: code.severity(), path: path.into(), code, detail: detail.into(), hint: code.hint().to_owned() }
    }
}
