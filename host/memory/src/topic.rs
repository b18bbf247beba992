//! Names of topics.

use std::{fmt, str::FromStr};

use crate::MemoryError;

/// Longest name in bytes. It is a file name, and a line of the index.
const MAX_BYTES: usize = 60;

/// The name of a topic: lower-case ASCII letters, digits and single hyphens between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(String);

impl Topic {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Topic {
    type Err = MemoryError;

    fn from_str(text: &str) -> Result<Self, MemoryError> {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if text.len() <= MAX_BYTES && text.split('-').all(word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MemoryError::Topic { name: text.chars().take(MAX_BYTES + 1).collect() })
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_slugs() {
        for good in ["a", "build-2", "x-y-z"] {
            assert_eq!(good.parse::<Topic>().unwrap().as_str(), good);
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a b", "../x", "a/b", "ä", "a\n", &"a".repeat(61)] {
            assert!(bad.parse::<Topic>().is_err(), "{bad}");
        }
    }
}
