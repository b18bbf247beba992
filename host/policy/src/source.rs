//! Policy files as they come from outside: text, and what it may do.

use std::fmt;

/// Who wrote a file of grants. None of them is a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantOwner {
    /// It is compiled into the binary.
    BuiltIn,
    /// The organisation's administrator.
    Organisation,
    /// The person whose state folder it is in.
    User,
}

/// What the rules of a file may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleSet {
    /// `permit` and `forbid`.
    Grants(GrantOwner),
    /// `forbid` only: files that a workspace brings along. They can only tighten.
    Restrictions,
}

impl fmt::Display for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grants(GrantOwner::BuiltIn) => "built-in grants",
            Self::Grants(GrantOwner::Organisation) => "organisation's grants",
            Self::Grants(GrantOwner::User) => "user's grants",
            Self::Restrictions => "project's restrictions",
        })
    }
}

/// One policy file, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySource {
    /// Its name in reasons, unique among the loaded files: `default.cedar`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The text of the `*.cases.toml` file beside it, if there is one.
    pub cases: Option<String>,
    /// What its rules may do. The caller decides it by *where* the file was found, never by its contents.
    pub set: RuleSet,
}
