//! What a tool says of itself, as it is signed.
//!
//! Two ways lead to a [`Manifest`], and both end in the same check (`check.rs`): [`Manifest::assemble`] at build time, from
//! the author's `tool.toml` and the component's own `describe`, and the parse of a signed statement at load time.

mod assemble;
mod author;
mod capability;
mod check;
mod error;
mod function;
mod postcondition;
mod provenance;
mod reference;

use std::collections::BTreeMap;

use cofferdam_base::{FunctionName, Limits, ToolName, limits::LimitOverrides};
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{json::Json, schema::Schema};
pub use assemble::MAX_DESCRIBE_BYTES;
pub use author::MAX_TOOL_FILE_BYTES;
pub use capability::{Capabilities, CapabilityChange, Filesystem, Http};
pub use check::{MAX_DESCRIPTION_CHARS, MAX_FUNCTIONS, MAX_MANIFEST_BYTES, MAX_PATH_ARGUMENTS, MAX_POSTCONDITIONS, MAX_URL_ARGUMENTS};
pub use error::ManifestError;
pub use function::{Access, Effect, Function, Method, PathArgument, UrlArgument};
pub use postcondition::Postcondition;
pub use provenance::Provenance;
pub use reference::{MAX_REFERENCE_MEMBERS, Ref, RefError, Root};

/// A manifest that holds together: every schema compiles, every reference leads somewhere, every limit is a lower one.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    content: Content<Schema>,
    limits: Limits,
}

/// The members of the signed predicate, in the statement's spelling. `S` is [`Value`] while the schemas are unchecked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content<S> {
    name: ToolName,
    version: Version,
    description: String,
    functions: BTreeMap<FunctionName, Function<S>>,
    capabilities: Capabilities,
    limits: LimitOverrides,
    provenance: Provenance,
}

impl Manifest {
    /// Reads a manifest by itself, as `tool build` writes it for `tool sign`: at most [`MAX_MANIFEST_BYTES`], strict JSON.
    ///
    /// # Errors
    /// See [`ManifestError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, ManifestError> {
        let json = Json::parse(bytes, MAX_MANIFEST_BYTES as u64).map_err(ManifestError::Json)?;
        Self::parse(json.into_value())
    }

    /// Reads the predicate of a statement.
    ///
    /// # Errors
    /// See [`ManifestError`].
    pub(crate) fn parse(predicate: Value) -> Result<Self, ManifestError> {
        check::check(serde_json::from_value(predicate).map_err(ManifestError::Malformed)?)
    }

    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &ToolName {
        &self.content.name
    }

    /// The tool's version, without build metadata.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.content.version
    }

    /// What the tool is for. Data from outside: bounded and free of deceptive characters, and still its author's words.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.content.description
    }

    /// The functions by name.
    #[must_use]
    pub fn functions(&self) -> &BTreeMap<FunctionName, Function> {
        &self.content.functions
    }

    /// What the tool may reach.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.content.capabilities
    }

    /// The limits of each call: the product's own, lowered where the manifest asks for less.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The limits that the manifest lowers, by name.
    pub(crate) fn limit_overrides(&self) -> &LimitOverrides {
        &self.content.limits
    }

    /// How the component was built.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.content.provenance
    }
}

impl Serialize for Manifest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.content.serialize(serializer)
    }
}
