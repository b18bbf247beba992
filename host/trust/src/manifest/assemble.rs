//! The manifest at build time: the author's file and the component's own description, which must agree.

use std::collections::BTreeMap;

use cofferdam_base::FunctionName;
use serde::Deserialize;
use serde_json::Value;

use super::{Content, Function, Manifest, ManifestError, Provenance, author, check};
use crate::json::Json;

/// Largest answer of a component's `describe`: [`MAX_FUNCTIONS`](super::MAX_FUNCTIONS) schemas of ordinary size.
pub const MAX_DESCRIBE_BYTES: u64 = 1 << 20;

/// One function as the component describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: FunctionName,
    description: String,
    input: Value,
    output: Value,
}

impl Manifest {
    /// Joins `tool.toml` with what the component's `describe` says (`[{name, description, input, output}]`).
    ///
    /// # Errors
    /// See [`ManifestError`]: among others, a function that only one of the two knows.
    pub fn assemble(tool_file: &str, described: &[u8], provenance: Provenance) -> Result<Self, ManifestError> {
        let file = author::parse_tool_file(tool_file)?;
        let described = Json::parse(described, MAX_DESCRIBE_BYTES).map_err(ManifestError::DescribeJson)?;
        let described: Vec<Described> = serde_json::from_value(described.into_value()).map_err(ManifestError::DescribeShape)?;
        let mut entries = file.functions;
        let mut functions = BTreeMap::new();
        for Described { name, description, input, output } in described {
            if functions.contains_key(&name) {
                return Err(ManifestError::DescribedTwice { function: name });
            }
            let Some(entry) = entries.remove(&name) else {
                return Err(ManifestError::NotInToolFile { function: name });
            };
            let author::FunctionEntry { effect, paths, urls, content, postconditions } = entry;
            functions.insert(name, Function { description, effect, input, output, paths, urls, content, postconditions });
        }
        if let Some((function, _)) = entries.pop_first() {
            return Err(ManifestError::NotDescribed { function });
        }
        check::check(Content {
            name: file.name,
            version: file.version,
            description: file.description,
            functions,
            capabilities: file.capabilities,
            limits: file.limits,
            provenance,
        })
    }
}
