//! What the verifier finds wrong, with its codes.

use std::{error::Error, fmt, io};

use super::{entry::EntryFault, intent::IntentFault, note::NoteFault};
use crate::{
    fault::{Exit, Fault},
    text::inline,
};

/// Who says what the tree was at some size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witness {
    /// The checkpoint with this number, from zero, in the ledger's folder.
    Checkpoint(usize),
    /// A checkpoint that was kept elsewhere, by the name of its file.
    Kept(String),
    /// An entry of the ledger, by the number of its leaf.
    Leaf(usize),
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint(number) => write!(f, "checkpoint {number}"),
            Self::Kept(name) => write!(f, "the kept checkpoint `{}`", inline(name, 120)),
            Self::Leaf(leaf) => write!(f, "leaf {leaf}"),
        }
    }
}

/// What is wrong with a ledger, a proof or a key.
#[derive(Debug)]
pub enum LedgerFault {
    /// The lines cannot be read.
    Io(io::Error),
    /// More leaves than the verifier holds in memory.
    TooManyLeaves {
        /// How many it holds.
        most: usize,
    },
    /// The last line has no end.
    TornLine {
        /// Its number, from zero.
        leaf: usize,
    },
    /// A line is no entry.
    Entry {
        /// Its number, from zero.
        leaf: usize,
        /// Why.
        fault: EntryFault,
    },
    /// An intent is opened twice or closed unopened.
    Intent {
        /// Number of the leaf.
        leaf: usize,
        /// Why.
        fault: IntentFault,
    },
    /// A checkpoint cannot be read, or nobody known signed it.
    Note {
        /// Which.
        witness: Witness,
        /// Why.
        fault: NoteFault,
    },
    /// Nothing that was signed to compare the leaves with.
    NoCheckpoint,
    /// The checkpoints do not begin with the empty tree and grow.
    Order {
        /// Which, from zero.
        checkpoint: usize,
    },
    /// Leaves are missing at the end.
    Truncated {
        /// Who knows more.
        witness: Witness,
        /// How many it knows.
        size: u64,
        /// How many there are.
        leaves: usize,
    },
    /// The leaves are not those that were signed.
    OtherRoot {
        /// Who knows another root.
        witness: Witness,
        /// Of so many leaves.
        size: u64,
    },
    /// The leaves have another length than was signed.
    OtherLength {
        /// Who knows another.
        witness: Witness,
    },
    /// There is no such leaf under the newest checkpoint.
    NoSuchLeaf {
        /// The leaf.
        leaf: u64,
    },
    /// A proof that cannot be read, and why.
    BadProof(&'static str),
    /// The proof does not show the line.
    NotIncluded,
    /// Not a public key.
    BadKey(String),
}

impl fmt::Display for LedgerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("the ledger cannot be read"),
            Self::TooManyLeaves { most } => write!(f, "the ledger has more than {most} leaves"),
            Self::TornLine { leaf } => write!(f, "leaf {leaf} has no end"),
            Self::Entry { leaf, .. } => write!(f, "leaf {leaf} is no entry of the ledger"),
            Self::Intent { leaf, .. } => write!(f, "leaf {leaf} does not follow from those before it"),
            Self::Note { witness, .. } => write!(f, "{witness} does not verify"),
            Self::NoCheckpoint => f.write_str("there is no checkpoint to compare the ledger with"),
            Self::Order { checkpoint } => write!(f, "checkpoint {checkpoint} is out of order"),
            Self::Truncated { witness, size, leaves } => write!(f, "{witness} covers {size} leaves and the ledger has {leaves}"),
            Self::OtherRoot { witness, size } => write!(f, "the first {size} leaves are not those that {witness} covers"),
            Self::OtherLength { witness } => write!(f, "the leaves do not have the length that {witness} states"),
            Self::NoSuchLeaf { leaf } => write!(f, "leaf {leaf} is not covered by the newest checkpoint"),
            Self::BadProof(why) => write!(f, "the proof cannot be read: {why}"),
            Self::NotIncluded => f.write_str("the proof does not show that the line is in the ledger"),
            Self::BadKey(text) => write!(f, "`{}` is not a public key of a ledger", inline(text, 120)),
        }
    }
}

impl Error for LedgerFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Entry { fault, .. } => Some(fault),
            Self::Intent { fault, .. } => Some(fault),
            Self::Note { fault, .. } => Some(fault),
            Self::TooManyLeaves { .. }
            | Self::TornLine { .. }
            | Self::NoCheckpoint
            | Self::Order { .. }
            | Self::Truncated { .. }
            | Self::OtherRoot { .. }
            | Self::OtherLength { .. }
            | Self::NoSuchLeaf { .. }
            | Self::BadProof(_)
            | Self::NotIncluded
            | Self::BadKey(_) => None,
        }
    }
}

impl Fault for LedgerFault {
    fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "audit.unreadable",
            Self::TooManyLeaves { .. } => "audit.too-many-leaves",
            Self::TornLine { .. } => "audit.torn-line",
            Self::Entry { .. } => "audit.bad-entry",
            Self::Intent { .. } => "audit.bad-intent",
            Self::Note { fault: NoteFault::Malformed(_), .. } => "audit.bad-checkpoint",
            Self::Note { fault: NoteFault::UnknownKey | NoteFault::WrongSignature, .. } => "audit.untrusted-checkpoint",
            Self::NoCheckpoint => "audit.no-checkpoint",
            Self::Order { .. } => "audit.checkpoint-order",
            Self::Truncated { .. } => "audit.truncated",
            Self::OtherRoot { .. } => "audit.other-root",
            Self::OtherLength { .. } => "audit.other-length",
            Self::NoSuchLeaf { .. } => "audit.no-such-leaf",
            Self::BadProof(_) => "audit.bad-proof",
            Self::NotIncluded => "audit.not-included",
            Self::BadKey(_) => "audit.bad-key",
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Io(_) => Exit::Failed,
            Self::TooManyLeaves { .. } => Exit::Limit,
            Self::BadKey(_) | Self::NoSuchLeaf { .. } => Exit::Usage,
            Self::TornLine { .. }
            | Self::Entry { .. }
            | Self::Intent { .. }
            | Self::Note { .. }
            | Self::NoCheckpoint
            | Self::Order { .. }
            | Self::Truncated { .. }
            | Self::OtherRoot { .. }
            | Self::OtherLength { .. }
            | Self::BadProof(_)
            | Self::NotIncluded => Exit::NotVerified,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::TornLine { .. } => {
                "a crash or a running process leaves such a line; run any `cofferdam` command in the project, which cuts it off and records that"
            }
            Self::NoCheckpoint => "give the ledger's folder, or a checkpoint that was kept elsewhere with `--checkpoint FILE`",
            Self::Truncated { .. } | Self::OtherRoot { .. } | Self::OtherLength { .. } => {
                "the ledger was changed after it was signed: restore it from a copy that verifies"
            }
            Self::Note { fault: NoteFault::UnknownKey, .. } => "give every key that signed checkpoints of this ledger with `--key PUB`",
            Self::BadKey(_) => "a key looks like `<name>+<8 hex digits>+<base64>`",
            Self::Io(_)
            | Self::TooManyLeaves { .. }
            | Self::Entry { .. }
            | Self::Intent { .. }
            | Self::Note { .. }
            | Self::Order { .. }
            | Self::NoSuchLeaf { .. }
            | Self::BadProof(_)
            | Self::NotIncluded => return None,
        };
        Some(hint.to_owned())
    }
}
