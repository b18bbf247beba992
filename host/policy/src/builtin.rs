//! The policy files that are compiled into the binary.

use std::{fmt, str::FromStr};

use crate::source::{GrantOwner, PolicySource, RuleSet};

/// What the agent is there for. All profiles permit the same (`default.cedar`); each tightens it in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// Reads and changes the workspace; asks before what cannot be taken back, secrets, and files that others execute.
    #[default]
    Careful,
    /// The same, but asks before what cannot be taken back only where it does not come from the user.
    Developer,
    /// Changes nothing in the workspace.
    ReadOnly,
    /// Asks before every call of a tool, and reaches nothing outside the workspace.
    LockedDown,
}

/// A name that no profile has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProfile;

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the profiles are {}", Profile::ALL.map(Profile::as_str).join(", "))
    }
}

impl std::error::Error for UnknownProfile {}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == name).ok_or(UnknownProfile)
    }
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Careful, Self::Developer, Self::ReadOnly, Self::LockedDown];

    /// Its name: that of its file in `policies/`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Careful => "careful",
            Self::Developer => "developer",
            Self::ReadOnly => "read-only",
            Self::LockedDown => "locked-down",
        }
    }

    /// What it is for, in one line.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Careful => "asks before everything that cannot be taken back",
            Self::Developer => "asks before what cannot be taken back, unless it is what the user said",
            Self::ReadOnly => "changes nothing in the workspace",
            Self::LockedDown => "asks before every call; no network, no secrets",
        }
    }
}

/// The built-in policy files of a profile.
#[must_use]
pub fn builtin(profile: Profile) -> Vec<PolicySource> {
    macro_rules! file {
        ($name:literal) => {
            file(
                concat!($name, ".cedar"),
                include_str!(concat!("../../../policies/", $name, ".cedar")),
                include_str!(concat!("../../../policies/", $name, ".cases.toml")),
            )
        };
    }
    let tighter = match profile {
        Profile::Careful => file!("careful"),
        Profile::Developer => file!("developer"),
        Profile::ReadOnly => file!("read-only"),
        Profile::LockedDown => file!("locked-down"),
    };
    vec![file!("default"), tighter]
}

fn file(name: &str, text: &str, cases: &str) -> PolicySource {
    PolicySource { name: name.to_owned(), text: text.to_owned(), cases: Some(cases.to_owned()), set: RuleSet::Grants(GrantOwner::BuiltIn) }
}
