//! What the host itself checks after a call, with its own eyes, before the tool's own `verify` is asked.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Ref;

/// A statement about the staged state after a call, in terms of its arguments and its outcome.
///
/// A reference that leads to nothing at run time, or to a value of the wrong type, fails the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "check", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Postcondition {
    /// Something is at the path.
    Exists {
        /// The path.
        path: Ref,
    },
    /// Nothing is at the path.
    Absent {
        /// The path.
        path: Ref,
    },
    /// The file's content is this text, in UTF-8.
    ContentIs {
        /// The file.
        path: Ref,
        /// The text.
        value: Ref,
    },
    /// The file's content has this digest, written `sha256:<hex>`.
    DigestIs {
        /// The file.
        path: Ref,
        /// The digest.
        value: Ref,
    },
    /// The file's content is what another file's was before the call.
    SameAsBefore {
        /// The file after the call.
        path: Ref,
        /// The file before the call.
        before: Ref,
    },
    /// The file's content is what it was before the call, with the one occurrence of a text replaced.
    ReplacedOnce {
        /// The file.
        path: Ref,
        /// The text that occurred exactly once.
        find: Ref,
        /// What stands in its place.
        put: Ref,
    },
    /// The call changed nothing but these paths (folders stand for what is in them).
    ChangesOnly {
        /// The paths: strings, or lists of them.
        paths: Vec<Ref>,
    },
}

impl Postcondition {
    /// Whether it speaks of a change, which a function with the effect `read` cannot make.
    pub(super) fn implies_change(&self) -> bool {
        match self {
            Self::SameAsBefore { .. } | Self::ReplacedOnce { .. } | Self::ChangesOnly { .. } => true,
            Self::Exists { .. } | Self::Absent { .. } | Self::ContentIs { .. } | Self::DigestIs { .. } => false,
        }
    }

    /// The references to one string each.
    pub(super) fn texts(&self) -> Vec<&Ref> {
        match self {
            Self::Exists { path } | Self::Absent { path } => vec![path],
            Self::ContentIs { path, value } | Self::DigestIs { path, value } => vec![path, value],
            Self::SameAsBefore { path, before } => vec![path, before],
            Self::ReplacedOnce { path, find, put } => vec![path, find, put],
            Self::ChangesOnly { .. } => Vec::new(),
        }
    }

    /// The references to a string or a list of strings.
    pub(super) fn lists(&self) -> &[Ref] {
        match self {
            Self::ChangesOnly { paths } => paths,
            Self::Exists { .. }
            | Self::Absent { .. }
            | Self::ContentIs { .. }
            | Self::DigestIs { .. }
            | Self::SameAsBefore { .. }
            | Self::ReplacedOnce { .. } => &[],
        }
    }
}

impl fmt::Display for Postcondition {
    /// As a call: `content-is(args.path, args.content)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists { path } => write!(f, "exists({path})"),
            Self::Absent { path } => write!(f, "absent({path})"),
            Self::ContentIs { path, value } => write!(f, "content-is({path}, {value})"),
            Self::DigestIs { path, value } => write!(f, "digest-is({path}, {value})"),
            Self::SameAsBefore { path, before } => write!(f, "same-as-before({path}, {before})"),
            Self::ReplacedOnce { path, find, put } => write!(f, "replaced-once({path}, {find}, {put})"),
            Self::ChangesOnly { paths } => {
                let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
                write!(f, "changes-only({})", paths.join(", "))
            }
        }
    }
}
