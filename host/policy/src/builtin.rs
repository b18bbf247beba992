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
    /// Nobody is there to be asked: refuses at once what others ask about, and reaches nothing outside the workspace.
    Ci,
    /// Reads the web from page to page; asks before addresses that stand nowhere, and before everything else that leaves the machine.
    Research,
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
    pub const ALL: [Self; 6] = [Self::Careful, Self::Developer, Self::ReadOnly, Self::LockedDown, Self::Ci, Self::Research];

    /// Its name: that of its file in `policies/`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Careful => "careful",
            Self::Developer => "developer",
            Self::ReadOnly => "read-only",
            Self::LockedDown => "locked-down",
            Self::Ci => "ci",
            Self::Research => "research",
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
            Self::Ci => "asks nobody: refuses what others ask about; no network, no secrets",
            Self::Research => "reads the web from page to page; asks before all else that leaves the machine",
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
        Profile::Ci => file!("ci"),
        Profile::Research => file!("research"),
    };
    vec![file!("default"), tighter]
}

fn file(name: &str, text: &str, cases: &str) -> PolicySource {
    PolicySource { name: name.to_owned(), text: text.to_owned(), cases: Some(cases.to_owned()), set: RuleSet::Grants(GrantOwner::BuiltIn) }
}
