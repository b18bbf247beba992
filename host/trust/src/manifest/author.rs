//! The author's file `tool.toml`: what a person writes. Descriptions and schemas come from the component itself.
//!
//! ```toml
//! name = "files"
//! version = "0.1.0"
//! description = "Reads and changes text files of the workspace."
//!
//! [capabilities]
//! filesystem = "read-write"          # none | read-only | read-write
//! http = "outgoing"                  # none | outgoing
//!
//! [limits]                           # names of base::limits; may only lower
//! wall_ms = 5000
//!
//! [functions.write]
//! effect = "staged"                  # read | staged | irrevocable
//! paths = [{ argument = "path", access = "write" }]
//! postconditions = [{ check = "content-is", path = "args.path", value = "args.content" }]
//!
//! [functions.publish]
//! effect = "irrevocable"
//! urls = [{ argument = "url", method = "POST" }]
//! ```

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::{FunctionName, ToolName, limits::LimitOverrides};
use semver::Version;
use serde::Deserialize;

use super::{Capabilities, Effect, ManifestError, PathArgument, Postcondition, UrlArgument};

/// Largest `tool.toml`. It names functions and conditions; one that is larger is none.
pub const MAX_TOOL_FILE_BYTES: usize = 64 * 1024;

/// `tool.toml`, unverified.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolFile {
    pub(super) name: ToolName,
    pub(super) version: Version,
    pub(super) description: String,
    #[serde(default)]
    pub(super) capabilities: Capabilities,
    #[serde(default)]
    pub(super) limits: LimitOverrides,
    pub(super) functions: BTreeMap<FunctionName, FunctionEntry>,
}

/// A function in `tool.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FunctionEntry {
    pub(super) effect: Effect,
    #[serde(default)]
    pub(super) paths: Vec<PathArgument>,
    #[serde(default)]
    pub(super) urls: Vec<UrlArgument>,
    #[serde(default)]
    pub(super) content: BTreeSet<String>,
    #[serde(default)]
    pub(super) postconditions: Vec<Postcondition>,
}

/// Reads `tool.toml`.
pub(super) fn parse_tool_file(text: &str) -> Result<ToolFile, ManifestError> {
    if text.len() > MAX_TOOL_FILE_BYTES {
        return Err(ManifestError::TooLarge { what: "`tool.toml`", limit: MAX_TOOL_FILE_BYTES });
    }
    toml::from_str(text).map_err(|error| ManifestError::ToolFile { reason: error.message().to_owned() })
}
