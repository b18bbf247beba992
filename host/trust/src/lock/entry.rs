//! One pinned tool.

use std::{collections::BTreeSet, fmt};

use cofferdam_base::{Digest, ToolName};
use semver::Version;
use serde::Deserialize;

use crate::{key::KeyId, manifest::Capabilities};

/// Where the tool's two files come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Out of the program itself.
    Builtin,
    /// Out of files that a person added.
    File,
}

impl Source {
    /// As in `tools.lock`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::File => "file",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a lock says of one tool. By itself it proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockEntry {
    pub(crate) name: ToolName,
    pub(crate) version: Version,
    pub(crate) component: Digest,
    pub(crate) statement: Digest,
    pub(crate) signers: BTreeSet<KeyId>,
    pub(crate) capabilities: Capabilities,
    pub(crate) source: Source,
}

impl LockEntry {
    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &ToolName {
        &self.name
    }

    /// The tool's version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The digest of `<tool>.wasm`.
    #[must_use]
    pub fn component(&self) -> Digest {
        self.component
    }

    /// The digest of `<tool>.dsse.json`.
    #[must_use]
    pub fn statement(&self) -> Digest {
        self.statement
    }

    /// The keys that signed when it was approved; each of them must still stand. At least one.
    #[must_use]
    pub fn signers(&self) -> &BTreeSet<KeyId> {
        &self.signers
    }

    /// What it was approved to reach.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Where its files come from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }
}
