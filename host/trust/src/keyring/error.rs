//! Everything that can be wrong with a keyring or a change of it.

use std::fmt;

use cofferdam_base::{Class, Diagnostic, ToolName, text::inline};
use semver::Version;

use crate::key::{KeyError, KeyId};

/// A keyring that cannot be read, or a change that is refused.
#[derive(Debug)]
pub enum KeyringError {
    /// Larger than [`MAX_KEYRING_BYTES`](super::MAX_KEYRING_BYTES).
    TooLarge,
    /// Not TOML of the known form.
    Malformed {
        /// What the reader says.
        reason: String,
    },
    /// Two records for one thing.
    Twice {
        /// Of what.
        what: String,
    },
    /// A format that this program does not know.
    FormatVersion {
        /// The file's version.
        found: i64,
    },
    /// A key that is none.
    Key(KeyError),
    /// The id in the file is not the id of the key beside it.
    IdMismatch {
        /// What the file says.
        stated: KeyId,
        /// What the key has.
        computed: KeyId,
    },
    /// A text that is empty, too long or deceptive.
    Text {
        /// Which text.
        what: &'static str,
    },
    /// More of something than allowed.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// The key is there already, perhaps revoked.
    KnownKey {
        /// Its id.
        id: KeyId,
    },
    /// Another key has this name.
    KnownName {
        /// The name.
        name: String,
    },
    /// The keyring has no such key.
    UnknownKey {
        /// The id.
        id: KeyId,
    },
    /// A key that is not the root may not be trusted for every tool.
    EveryTool {
        /// Its id.
        id: KeyId,
    },
    /// A key that may sign nothing.
    NoTools {
        /// Its id.
        id: KeyId,
    },
    /// A minimum version can only be raised.
    LowerMinimum {
        /// Of which tool.
        tool: ToolName,
        /// The minimum.
        present: Version,
        /// What was asked for.
        wanted: Version,
    },
}

impl fmt::Display for KeyringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "the keyring is larger than {} bytes", super::MAX_KEYRING_BYTES),
            Self::Malformed { reason } => write!(f, "the keyring cannot be read: {}", inline(reason, 200)),
            Self::Twice { what } => write!(f, "the keyring has two records for `{}`", inline(what, 80)),
            Self::FormatVersion { found } => {
                write!(f, "the keyring has the format {found}, and this program knows {}", super::FORMAT_VERSION)
            }
            Self::Key(_) => f.write_str("the keyring holds a key that cannot be used"),
            Self::IdMismatch { stated, computed } => write!(f, "the keyring names a key `{stated}`, and it is `{computed}`"),
            Self::Text { what } => write!(f, "the {what} is empty, too long, or holds characters that it may not hold"),
            Self::TooMany { what, limit } => write!(f, "the keyring has more than {limit} {what}"),
            Self::KnownKey { id } => write!(f, "the keyring has the key `{id}` already"),
            Self::KnownName { name } => write!(f, "the keyring has another key with the name `{}`", inline(name, 80)),
            Self::UnknownKey { id } => write!(f, "the keyring has no key `{id}`"),
            Self::EveryTool { id } => write!(f, "the key `{id}` is not the first party's, and can be trusted for named tools only"),
            Self::NoTools { id } => write!(f, "the key `{id}` would be trusted for no tool"),
            Self::LowerMinimum { tool, present, wanted } => {
                write!(f, "the lowest accepted version of `{tool}` is {present}, and cannot be lowered to {wanted}")
            }
        }
    }
}

impl std::error::Error for KeyringError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Key(error) => Some(error),
            Self::TooLarge
            | Self::Malformed { .. }
            | Self::Twice { .. }
            | Self::FormatVersion { .. }
            | Self::IdMismatch { .. }
            | Self::Text { .. }
            | Self::TooMany { .. }
            | Self::KnownKey { .. }
            | Self::KnownName { .. }
            | Self::UnknownKey { .. }
            | Self::EveryTool { .. }
            | Self::NoTools { .. }
            | Self::LowerMinimum { .. } => None,
        }
    }
}

impl Diagnostic for KeyringError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge | Self::Malformed { .. } | Self::Twice { .. } | Self::Key(_) | Self::IdMismatch { .. } => {
                "trust.keyring-malformed"
            }
            Self::FormatVersion { .. } => "trust.keyring-format",
            Self::Text { .. } => "trust.keyring-text",
            Self::TooMany { .. } => "trust.keyring-full",
            Self::KnownKey { .. } | Self::KnownName { .. } => "trust.key-known",
            Self::UnknownKey { .. } => "trust.key-not-in-keyring",
            Self::EveryTool { .. } | Self::NoTools { .. } => "trust.key-scope",
            Self::LowerMinimum { .. } => "trust.minimum-lowered",
        }
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::UnknownKey { .. }).then(|| "`cofferdam key list` shows the keys".to_owned())
    }
}
