//! The policy files that are compiled into the binary.

use crate::source::{GrantOwner, PolicySource, RuleSet};

/// What the agent is there for. Every role but the first only tightens the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads and changes the workspace; asks before what cannot be taken back, secrets, and files that others execute.
    Default,
    /// Changes nothing in the workspace.
    ReadOnly,
    /// Asks before every call of a tool, and reaches nothing outside the workspace.
    LockedDown,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Default, Self::ReadOnly, Self::LockedDown];
}

/// The built-in policy files of a role.
#[must_use]
pub fn builtin(role: Role) -> Vec<PolicySource> {
    let default =
        file("default.cedar", include_str!("../../../policies/default.cedar"), include_str!("../../../policies/default.cases.toml"));
    let tighter = match role {
        Role::Default => None,
        Role::ReadOnly => Some(file(
            "read-only.cedar",
            include_str!("../../../policies/read-only.cedar"),
            include_str!("../../../policies/read-only.cases.toml"),
        )),
        Role::LockedDown => Some(file(
            "locked-down.cedar",
            include_str!("../../../policies/locked-down.cedar"),
            include_str!("../../../policies/locked-down.cases.toml"),
        )),
    };
    std::iter::once(default).chain(tighter).collect()
}

fn file(name: &str, text: &str, cases: &str) -> PolicySource {
    PolicySource { name: name.to_owned(), text: text.to_owned(), cases: Some(cases.to_owned()), set: RuleSet::Grants(GrantOwner::BuiltIn) }
}
