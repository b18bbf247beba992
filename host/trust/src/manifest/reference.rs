//! References from a postcondition into a call: `args.path`, `output.sha256`, `args.target.name`.

use std::{fmt, str::FromStr};

use cofferdam_base::text::inline;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Most member names in one reference. A signed manifest has no use for more.
pub const MAX_REFERENCE_MEMBERS: usize = 8;

/// Longest reference in bytes.
const MAX_REFERENCE_BYTES: usize = 256;

/// Where a reference starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// The arguments of the call.
    Args,
    /// The outcome of the call.
    Output,
}

impl Root {
    fn as_str(self) -> &'static str {
        match self {
            Self::Args => "args",
            Self::Output => "output",
        }
    }
}

/// A reference to a member of the arguments or of the outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    root: Root,
    members: Vec<String>,
}

impl Ref {
    /// Where it starts.
    #[must_use]
    pub fn root(&self) -> Root {
        self.root
    }

    /// The member names from the outside in.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(String::as_str)
    }

    /// What it refers to in a call; none if a member is absent or something that has no members is in the way.
    #[must_use]
    pub fn resolve<'a>(&self, args: &'a Value, output: &'a Value) -> Option<&'a Value> {
        let root = match self.root {
            Root::Args => args,
            Root::Output => output,
        };
        self.members.iter().try_fold(root, |value, name| value.as_object()?.get(name))
    }
}

/// A text that is no reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefError(String);

impl fmt::Display for RefError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a reference such as `args.path` or `output.sha256`", inline(&self.0, 80))
    }
}

impl std::error::Error for RefError {}

impl FromStr for Ref {
    type Err = RefError;

    fn from_str(text: &str) -> Result<Self, RefError> {
        let fault = || RefError(text.chars().take(80).collect());
        let (root, rest) = text.split_once('.').ok_or_else(fault)?;
        let root = [Root::Args, Root::Output].into_iter().find(|known| known.as_str() == root).ok_or_else(fault)?;
        let members: Vec<String> = rest.split('.').map(str::to_owned).collect();
        let plain =
            |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if text.len() > MAX_REFERENCE_BYTES || members.len() > MAX_REFERENCE_MEMBERS || !members.iter().all(plain) {
            return Err(fault());
        }
        Ok(Self { root, members })
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.root.as_str(), self.members.join("."))
    }
}

impl Serialize for Ref {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ref {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn resolves_members_of_objects_only() {
        let (args, output) = (json!({"a": {"b": 1}, "list": [2]}), json!({"a": 3}));
        let resolve = |text: &str| text.parse::<Ref>().unwrap().resolve(&args, &output).cloned();
        assert_eq!(resolve("args.a.b"), Some(json!(1)));
        assert_eq!(resolve("output.a"), Some(json!(3)));
        assert_eq!(resolve("args.list.0"), None);
        assert_eq!(resolve("args.a.b.c"), None);
        assert_eq!(resolve("output.b"), None);
    }

    #[test]
    fn refuses_other_spellings() {
        for text in ["", "args", "args.", "args..a", ".a", "Args.a", "env.a", "args.a b", "args.é", "args.a.", "args.a.b.c.d.e.f.g.h.i"] {
            assert!(text.parse::<Ref>().is_err(), "{text}");
        }
        assert!(format!("args.{}", "a".repeat(300)).parse::<Ref>().is_err());
    }

    proptest! {
        #[test]
        fn never_panics_and_reads_its_own_spelling_back(text in "(args|output)?[.a-z_0-9]{0,20}|.{0,20}") {
            if let Ok(reference) = text.parse::<Ref>() {
                prop_assert_eq!(reference.to_string(), text);
            }
        }
    }
}
