//! The policy files that are compiled into the binary.

use crate::source::{GrantOwner, PolicySource, RuleSet};

/// What the agent is there for. All roles permit the same; each tightens it in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads and changes the workspace; asks before what cannot be taken back, secrets, and files that others execute.
    Default,
    /// The same, but asks before what cannot be taken back only where it does not come from the user.
    Developer,
    /// Changes nothing in the workspace.
    ReadOnly,
    /// Asks before every call of a tool, and reaches nothing outside the workspace.
    LockedDown,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Default, Self::Developer, Self::ReadOnly, Self::LockedDown];
}

/// The built-in policy files of a role.
#[must_use]
pub fn builtin(role: Role) -> Vec<PolicySource> {
    let default =
        file("default.cedar", include_str!("../../../policies/default.cedar"), include_str!("../../../policies/default.cases.toml"));
    let tighter = match role {
        Role::Default => {
            file("careful.cedar", include_str!("../../../policies/careful.cedar"), include_str!("../../../policies/careful.cases.toml"))
        }
        Role::Developer => file(
            "developer.cedar",
            include_str!("../../../policies/developer.cedar"),
            include_str!("../../../policies/developer.cases.toml"),
        ),
        Role::ReadOnly => file(
            "read-only.cedar",
            include_str!("../../../policies/read-only.cedar"),
            include_str!("../../../policies/read-only.cases.toml"),
        ),
        Role::LockedDown => file(
            "locked-down.cedar",
            include_str!("../../../policies/locked-down.cedar"),
            include_str!("../../../policies/locked-down.cases.toml"),
        ),
    };
    vec![default, tighter]
}

fn file(name: &str, text: &str, cases: &str) -> PolicySource {
    PolicySource { name: name.to_owned(), text: text.to_owned(), cases: Some(cases.to_owned()), set: RuleSet::Grants(GrantOwner::BuiltIn) }
}
