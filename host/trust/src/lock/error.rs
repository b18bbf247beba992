//! Everything that can be wrong with a lock by itself.

use std::fmt;

use cofferdam_base::{Class, Diagnostic, ToolName, text::inline};

/// A lock that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockError {
    /// Larger than [`MAX_LOCK_BYTES`](super::MAX_LOCK_BYTES).
    TooLarge,
    /// Not TOML of the known form.
    Malformed {
        /// What the reader says.
        reason: String,
    },
    /// A format that this program does not know.
    FormatVersion {
        /// The file's version.
        found: i64,
    },
    /// Two entries for one tool.
    Twice {
        /// The tool.
        tool: ToolName,
    },
    /// No signer, one twice, or more than a statement can have.
    Signers {
        /// The tool.
        tool: ToolName,
    },
    /// More than [`MAX_TOOLS`](super::MAX_TOOLS).
    TooMany,
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "the lock is larger than {} bytes", super::MAX_LOCK_BYTES),
            Self::Malformed { reason } => write!(f, "the lock cannot be read: {}", inline(reason, 200)),
            Self::FormatVersion { found } => write!(f, "the lock has the format {found}, and this program knows {}", super::FORMAT_VERSION),
            Self::Twice { tool } => write!(f, "the lock has two entries for the tool `{tool}`"),
            Self::Signers { tool } => write!(f, "the lock's entry for the tool `{tool}` has no signer, one twice, or too many"),
            Self::TooMany => write!(f, "the lock has more than {} tools", super::MAX_TOOLS),
        }
    }
}

impl std::error::Error for LockError {}

impl Diagnostic for LockError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge | Self::Malformed { .. } | Self::Signers { .. } => "trust.lock-malformed",
            Self::FormatVersion { .. } => "trust.lock-format",
            Self::Twice { .. } => "trust.lock-twice",
            Self::TooMany => "trust.lock-full",
        }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Twice { tool } => Some(format!("delete both entries and run `cofferdam tool add {tool}`")),
            Self::TooLarge | Self::Malformed { .. } | Self::FormatVersion { .. } | Self::Signers { .. } | Self::TooMany => None,
        }
    }
}
