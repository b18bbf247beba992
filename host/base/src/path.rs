//! Paths inside a workspace: relative, normal, UTF-8.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest path in bytes (Linux `PATH_MAX` without its end byte).
pub const MAX_PATH_BYTES: usize = 4095;
/// Longest component in bytes (Linux `NAME_MAX`).
pub const MAX_COMPONENT_BYTES: usize = 255;

/// A path below the workspace's root, separated by `/`, with no empty, `.` or `..` component.
///
/// The root itself is the path without components and is written `.`. Resolving it never leaves the workspace as text;
/// symbolic links are the store's concern.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WorkspacePath(String);

/// Why a text is no path in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFault {
    /// Empty text.
    Empty,
    /// It starts with `/`, or with a drive or network prefix.
    Absolute,
    /// `..` would lead above the root.
    Escapes,
    /// A NUL byte, which no file system stores.
    Nul,
    /// Longer than [`MAX_PATH_BYTES`], or a component longer than [`MAX_COMPONENT_BYTES`].
    TooLong,
}

/// A text that is no path in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// What is wrong.
    pub fault: PathFault,
    text: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.fault {
            PathFault::Empty => "is empty",
            PathFault::Absolute => "is absolute; paths are relative to the workspace",
            PathFault::Escapes => "leads out of the workspace",
            PathFault::Nul => "contains a NUL byte",
            PathFault::TooLong => "is too long",
        };
        write!(f, "path `{}` {why}", crate::text::inline(&self.text, 120))
    }
}

impl std::error::Error for PathError {}

impl WorkspacePath {
    /// The workspace itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether it is the workspace itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads a path; `.` components and doubled or trailing slashes are dropped, `..` is resolved as text.
    ///
    /// # Errors
    /// See [`PathFault`].
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Self::root().join(text)
    }

    /// Resolves `text` against this folder, as text.
    ///
    /// # Errors
    /// See [`PathFault`].
    pub fn join(&self, text: &str) -> Result<Self, PathError> {
        let fail = |fault| PathError { fault, text: text.chars().take(200).collect() };
        if text.is_empty() {
            return Err(fail(PathFault::Empty));
        }
        if text.starts_with('/') {
            return Err(fail(PathFault::Absolute));
        }
        if text.contains('\0') {
            return Err(fail(PathFault::Nul));
        }
        let mut parts: Vec<&str> = self.components().collect();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(|| fail(PathFault::Escapes))?;
                }
                part if part.len() > MAX_COMPONENT_BYTES => return Err(fail(PathFault::TooLong)),
                part => parts.push(part),
            }
        }
        let joined = parts.join("/");
        if joined.len() > MAX_PATH_BYTES { Err(fail(PathFault::TooLong)) } else { Ok(Self(joined)) }
    }

    /// The components from the root down.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// The last component; none for the root.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.components().next_back()
    }

    /// The folder it is in; none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(self.0.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned())))
    }

    /// Whether it is `folder` or lies below it.
    #[must_use]
    pub fn is_within(&self, folder: &Self) -> bool {
        folder.is_root() || self == folder || self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// As text; the root is `.`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        if self.is_root() { "." } else { &self.0 }
    }
}

impl fmt::Display for WorkspacePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for WorkspacePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl FromStr for WorkspacePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl Serialize for WorkspacePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for WorkspacePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn normalises_as_text() {
        for (text, normal) in [(".", "."), ("a", "a"), ("./a//b/", "a/b"), ("a/../b", "b"), ("a/b/..", "a"), ("a/..", "."), ("...", "...")]
        {
            assert_eq!(WorkspacePath::parse(text).unwrap().as_str(), normal, "{text}");
        }
    }

    #[test]
    fn rejects_what_leaves_the_workspace() {
        for (text, fault) in [
            ("", PathFault::Empty),
            ("/etc/passwd", PathFault::Absolute),
            ("..", PathFault::Escapes),
            ("a/../../b", PathFault::Escapes),
            ("a\0b", PathFault::Nul),
            (&"a".repeat(256), PathFault::TooLong),
            (&"a/".repeat(3000), PathFault::TooLong),
        ] {
            assert_eq!(WorkspacePath::parse(text).unwrap_err().fault, fault, "{text:?}");
        }
    }

    #[test]
    fn within_is_by_component() {
        let path = |text: &str| WorkspacePath::parse(text).unwrap();
        assert!(path("a/b").is_within(&path("a")));
        assert!(path("a").is_within(&path("a")));
        assert!(path("a").is_within(&path(".")));
        assert!(!path("ab").is_within(&path("a")));
        assert!(!path("a").is_within(&path("a/b")));
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_escapes(text in "[a./ ]{0,40}") {
            if let Ok(path) = WorkspacePath::parse(&text) {
                prop_assert!(path.components().all(|part| !part.is_empty() && part != "." && part != ".."));
                prop_assert_eq!(WorkspacePath::parse(path.as_str()).unwrap(), path);
            }
        }
    }
}
