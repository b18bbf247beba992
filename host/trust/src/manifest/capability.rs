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
    /// Whether it may ask for HTTP requests. Left out where it may not, so that what was signed and locked before there was
    /// this capability keeps its spelling.
    #[serde(default, skip_serializing_if = "Http::is_none")]
    pub http: Http,
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

/// HTTP requests, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Http {
    /// None: the component may not even import `wasi:http`.
    #[default]
    None,
    /// Requests can be sent, each only as policy allows, and by functions whose effect is irrevocable.
    Outgoing,
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
    /// HTTP requests.
    Http {
        /// Before.
        from: Http,
        /// After.
        to: Http,
    },
}

impl Capabilities {
    /// What `self` allows and `base` does not; empty if `base` covers `self`.
    #[must_use]
    pub fn beyond(&self, base: &Self) -> Vec<CapabilityChange> {
        let filesystem =
            (self.filesystem > base.filesystem).then_some(CapabilityChange::Filesystem { from: base.filesystem, to: self.filesystem });
        let http = (self.http > base.http).then_some(CapabilityChange::Http { from: base.http, to: self.http });
        filesystem.into_iter().chain(http).collect()
    }

    /// As an inline table, for locks and keyrings.
    pub(crate) fn to_toml(self) -> String {
        let filesystem = crate::format::quote(self.filesystem.as_str());
        match self.http {
            Http::None => format!("{{ filesystem = {filesystem} }}"),
            Http::Outgoing => format!("{{ filesystem = {filesystem}, http = {} }}", crate::format::quote(self.http.as_str())),
        }
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

impl Http {
    /// As in `tool.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Outgoing => "outgoing",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

impl fmt::Display for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Filesystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filesystem {}", self.filesystem)?;
        match self.http {
            Http::None => Ok(()),
            Http::Outgoing => write!(f, ", http {}", self.http),
        }
    }
}

impl fmt::Display for CapabilityChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filesystem { from, to } => write!(f, "filesystem {from} -> {to}"),
            Self::Http { from, to } => write!(f, "http {from} -> {to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_more_access_goes_beyond() {
        let with = |filesystem| Capabilities { filesystem, ..Capabilities::default() };
        let levels = [Filesystem::None, Filesystem::ReadOnly, Filesystem::ReadWrite];
        for (low, from) in levels.into_iter().enumerate() {
            for (high, to) in levels.into_iter().enumerate() {
                assert_eq!(with(to).beyond(&with(from)).is_empty(), high <= low, "{from} -> {to}");
            }
        }
        let (none, outgoing) = (Capabilities::default(), Capabilities { http: Http::Outgoing, ..Capabilities::default() });
        assert_eq!(outgoing.beyond(&none), [CapabilityChange::Http { from: Http::None, to: Http::Outgoing }]);
        assert!(none.beyond(&outgoing).is_empty() && outgoing.beyond(&outgoing).is_empty());
    }

    #[test]
    fn a_tool_without_http_is_spelt_as_before_there_was_http() {
        let before = Capabilities { filesystem: Filesystem::ReadOnly, http: Http::None };
        assert_eq!(serde_json::to_string(&before).unwrap(), r#"{"filesystem":"read-only"}"#);
        assert_eq!(before.to_toml(), r#"{ filesystem = "read-only" }"#);
        assert_eq!(before.to_string(), "filesystem read-only");
        let with = Capabilities { http: Http::Outgoing, ..before };
        assert_eq!(serde_json::to_string(&with).unwrap(), r#"{"filesystem":"read-only","http":"outgoing"}"#);
        assert_eq!(with.to_toml(), r#"{ filesystem = "read-only", http = "outgoing" }"#);
        assert_eq!(with.to_string(), "filesystem read-only, http outgoing");
    }
}
