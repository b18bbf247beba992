//! Names that are safe in file names, policies, logs and terminals.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// Longest name of a tool or a function. Keeps file names and log lines short.
pub const MAX_NAME_BYTES: usize = 64;

/// A text that is no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    kind: &'static str,
    text: String,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a {} name: 1 to {MAX_NAME_BYTES} of `a-z`, `0-9` and `-`, starting with a letter",
            crate::text::inline(&self.text, 80),
            self.kind
        )
    }
}

impl std::error::Error for NameError {}

fn check(kind: &'static str, text: &str) -> Result<String, NameError> {
    let shape = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let start = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if shape && start && text.len() <= MAX_NAME_BYTES && !text.ends_with('-') && !text.contains("--") {
        Ok(text.to_owned())
    } else {
        Err(NameError { kind, text: text.chars().take(80).collect() })
    }
}

macro_rules! name {
    ($type:ident, $kind:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                check($kind, text).map(Self)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

name!(ToolName, "tool", "The name of a tool, unique in a lock file: `files`.");
name!(FunctionName, "function", "The name of a function of a tool: `read`.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_kebab_case_only() {
        for good in ["a", "files", "read-many", "x2", &"a".repeat(64)] {
            assert_eq!(good.parse::<ToolName>().unwrap().as_str(), good);
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "a/b", "..", "a b", "1a", "é", "a\n", &"a".repeat(65)] {
            assert!(bad.parse::<ToolName>().is_err(), "{bad:?}");
        }
    }
}
