//! `tools.lock` as a file.
//!
//! Format history:
//! - 1: `[[tool]]` with name, version, component, statement, signers, capabilities, source.
//!
//! A new member is a new version: a reader that ignored one could load what a newer one refuses. Entries are written by
//! name, so that a lock has one spelling; they are read in any order, because people resolve merge conflicts by hand.

use std::{collections::BTreeMap, fmt::Write as _};

use cofferdam_base::{Digest, ToolName};
use semver::Version;
use serde::Deserialize;

use super::{Lock, LockEntry, LockError, MAX_TOOLS, Source};
use crate::{
    format::{FormatError, parse_versioned, quote, quote_list},
    key::KeyId,
    manifest::Capabilities,
    statement::MAX_SIGNATURES,
};

/// The one version that is read and written.
pub const FORMAT_VERSION: u32 = 1;

/// Largest `tools.lock`: [`MAX_TOOLS`] entries of ordinary size.
pub const MAX_LOCK_BYTES: usize = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    tool: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: ToolName,
    version: Version,
    component: Digest,
    statement: Digest,
    signers: Vec<KeyId>,
    capabilities: Capabilities,
    source: Source,
}

impl Lock {
    /// Reads `tools.lock`. What it says is a claim until [`verify`](crate::verify()) has checked it.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn parse(toml: &str) -> Result<Self, LockError> {
        let file: File = parse_versioned(toml, MAX_LOCK_BYTES, FORMAT_VERSION).map_err(|error| match error {
            FormatError::TooLarge => LockError::TooLarge,
            FormatError::Malformed(reason) => LockError::Malformed { reason },
            FormatError::Version(found) => LockError::FormatVersion { found },
        })?;
        if file.tool.len() > MAX_TOOLS {
            return Err(LockError::TooMany);
        }
        let mut entries = BTreeMap::new();
        for Entry { name, version, component, statement, signers, capabilities, source } in file.tool {
            let count = signers.len();
            let entry = LockEntry { name, version, component, statement, signers: signers.into_iter().collect(), capabilities, source };
            if entry.signers.len() != count || count == 0 || count > MAX_SIGNATURES {
                return Err(LockError::Signers { tool: entry.name });
            }
            if let Some(first) = entries.insert(entry.name.clone(), entry) {
                return Err(LockError::Twice { tool: first.name });
            }
        }
        Ok(Self { entries })
    }

    /// The lock as `tools.lock`: the same lock gives the same bytes.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = format!("# The tools of this project, pinned. Written by `cofferdam tool`; commit it.\nversion = {FORMAT_VERSION}\n");
        for entry in self.entries.values() {
            let fields = [
                ("name", quote(entry.name.as_str())),
                ("version", quote(&entry.version.to_string())),
                ("component", quote(&entry.component.to_string())),
                ("statement", quote(&entry.statement.to_string())),
                ("signers", quote_list(&entry.signers)),
                ("capabilities", entry.capabilities.to_toml()),
                ("source", quote(entry.source.as_str())),
            ];
            out.push_str("\n[[tool]]\n");
            for (name, value) in fields {
                // Writing to a String cannot fail.
                let _ = writeln!(out, "{name} = {value}");
            }
        }
        out
    }
}
