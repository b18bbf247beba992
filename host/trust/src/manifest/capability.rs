//! What a tool may reach beyond the baseline that every language runtime imports.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The capabilities of a tool. An absent member is the least capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capabilities {
    /// What it may do with the workspace.
    #[serde(default)]
    pub filesystem: Filesystem,
}

/// Access to the workspace, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filesystem {
    /// None: the component may not even import `wasi:filesystem`.
    #[default]
    None,
    /// Files can be read.
    ReadOnly,
    /// Files can be read, and changes staged.
    ReadWrite,
}

/// One capability that differs between two sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapabilityChange {
    /// Access to the workspace.
    Filesystem {
        /// Before.
        from: Filesystem,
        /// After.
        to: Filesystem,
    },
}

impl Capabilities {
    /// What `self` allows and `base` does not; empty if `base` covers `self`.
    #[must_use]
    pub fn beyond(&self, base: &Self) -> Vec<CapabilityChange> {
        let filesystem =
            (self.filesystem > base.filesystem).then_some(CapabilityChange::Filesystem { from: base.filesystem, to: self.filesystem });
        filesystem.into_iter().collect()
    }

    /// As an inline table, for locks and keyrings.
    pub(crate) fn to_toml(self) -> String {
        format!("{{ filesystem = {} }}", crate::format::quote(self.filesystem.as_str()))
    }
}

impl Filesystem {
    /// As in `tool.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ReadOnly => "read-only",
            Self::ReadWrite => "read-write",
        }
    }
}

impl fmt::Display for Filesystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filesystem {}", self.filesystem)
    }
}

impl fmt::Display for CapabilityChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filesystem { from, to } => write!(f, "filesystem {from} -> {to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_more_access_goes_beyond() {
        let with = |filesystem| Capabilities { filesystem };
        let levels = [Filesystem::None, Filesystem::ReadOnly, Filesystem::ReadWrite];
        for (low, from) in levels.into_iter().enumerate() {
            for (high, to) in levels.into_iter().enumerate() {
                assert_eq!(with(to).beyond(&with(from)).is_empty(), high <= low, "{from} -> {to}");
            }
        }
    }
}
