//! What an inspection says. Sorted and bounded: the same tree gives the same report, byte for byte.

use serde::{Deserialize, Serialize};

use crate::findings::Finding;

/// Files listed in a report; the totals count all of them. Keeps a report below the host's bound on output.
pub const MAX_LISTED_FILES: usize = 8_000;
/// Bytes of all listed paths together, for the same reason.
pub const MAX_LISTED_PATH_BYTES: usize = 1 << 20;
/// Findings listed in a report; the count counts all of them.
pub const MAX_LISTED_FINDINGS: usize = 2_000;

/// Whose rules decide what is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// `npm pack` (npm 11, npm-packlist 10).
    Npm,
    /// `cargo package` (cargo 1.95).
    Cargo,
    /// A Python source distribution (setuptools 84, hatchling 1.33).
    Python,
}

impl Ecosystem {
    /// Its name, as serialized.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Cargo => "cargo",
            Self::Python => "python",
        }
    }
}

/// One file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PublishedFile {
    /// Path inside the package.
    pub path: String,
    /// Bytes; none for a file that the packager writes itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<u64>,
    /// Where it comes from, relative to the root of the tree that was inspected; none for a file that the packager writes itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
}

/// What would be published, and what in it leaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Whose rules were applied.
    pub ecosystem: Ecosystem,
    /// The package's name, where the manifest says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The package's version, where the manifest says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
    /// The files, sorted by path; cut after [`MAX_LISTED_FILES`] and then `files_truncated`.
    pub files: Vec<PublishedFile>,
    /// How many files the package has, listed or not.
    pub file_count: u64,
    /// Bytes of all files that are on disk, listed or not.
    pub total_bytes: u64,
    /// Whether `files` is cut.
    pub files_truncated: bool,
    /// What leaks or is wrong, most severe first; cut after [`MAX_LISTED_FINDINGS`] and then `findings_truncated`.
    pub findings: Vec<Finding>,
    /// How many findings there are, listed or not.
    pub finding_count: u64,
    /// Whether `findings` is cut.
    pub findings_truncated: bool,
    /// Why there is no list: what is not modelled, or what the packager itself would refuse. Where this is not empty,
    /// `files` is, and nothing was scanned: a guess would be worse than none.
    pub unsupported: Vec<String>,
}

impl Report {
    /// Whether the report may be taken as the whole truth: a list was made and nothing was cut.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unsupported.is_empty() && !self.files_truncated && !self.findings_truncated
    }
}
