//! The host's validated texts, as members of arguments and outputs: they read as in the host and have a JSON Schema.

use std::{borrow::Cow, fmt, ops::Deref, str::FromStr};

use cofferdam_base::path::{MAX_PATH_BYTES, PathError};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A path below the workspace's root, checked while the arguments are read; see [`cofferdam_base::WorkspacePath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkspacePath(cofferdam_base::WorkspacePath);

impl WorkspacePath {
    /// The workspace itself; as the default of an optional argument: `#[serde(default = "WorkspacePath::root")]`.
    #[must_use]
    pub fn root() -> Self {
        Self(cofferdam_base::WorkspacePath::root())
    }

    /// Resolves `text` against this folder, as text.
    ///
    /// # Errors
    /// See [`cofferdam_base::path::PathFault`].
    pub fn join(&self, text: &str) -> Result<Self, PathError> {
        self.0.join(text).map(Self)
    }

    /// The folder it is in; none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.parent().map(Self)
    }

    /// The folders above it, from the root down to its parent.
    #[must_use]
    pub fn ancestors(&self) -> Vec<Self> {
        let mut folders: Vec<Self> = std::iter::successors(self.parent(), Self::parent).collect();
        folders.reverse();
        folders
    }
}

impl Deref for WorkspacePath {
    type Target = cofferdam_base::WorkspacePath;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromStr for WorkspacePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for WorkspacePath {
    /// Safe to show: what a terminal would act on is shown as an escape.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cofferdam_base::text::inline(self.0.as_str(), MAX_PATH_BYTES))
    }
}

impl JsonSchema for WorkspacePath {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WorkspacePath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX_PATH_BYTES })
    }
}

/// A SHA-256 digest, written `sha256:` and 64 lower-case hex digits; see [`cofferdam_base::Digest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(cofferdam_base::Digest);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(cofferdam_base::Digest::of(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Digest {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Digest".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ancestors_run_from_the_root_to_the_parent() {
        let path: WorkspacePath = "a/b/c".parse().unwrap();
        let shown: Vec<String> = path.ancestors().iter().map(ToString::to_string).collect();
        assert_eq!(shown, [".", "a", "a/b"]);
        assert!(WorkspacePath::root().ancestors().is_empty());
    }

    #[test]
    fn shows_a_path_without_acting_on_the_terminal() {
        let path: WorkspacePath = "a\u{1b}[2J".parse().unwrap();
        assert_eq!(path.to_string(), "a\\u{1b}[2J");
        assert_eq!(serde_json::to_string(&path).unwrap(), "\"a\\u001b[2J\"");
    }
}
