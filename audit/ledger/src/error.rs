//! Why the ledger refuses to open, to write or to prove, with its codes.

use std::{error::Error, fmt, io};

use cofferdam_base::{CallId, Class, Diagnostic, canonical::CanonicalError};

use crate::{checkpoint::CheckpointError, entry::EntryFault, intent::IntentError, proof::ProofError, storage::File};

/// Why the ledger refuses.
#[derive(Debug)]
pub enum LedgerError {
    /// The storage failed.
    Io {
        /// What could not be done: `read`, `written`, `synced`.
        doing: &'static str,
        /// With which file.
        file: File,
        /// The failure.
        error: io::Error,
    },
    /// An earlier write failed.
    Poisoned,
    /// Another process wrote to it.
    ChangedUnderneath {
        /// To which file.
        file: File,
    },
    /// There is none.
    Missing,
    /// There is one.
    Exists,
    /// There are leaves, but no checkpoint.
    NoCheckpoint,
    /// The file of checkpoints does not end with one.
    MalformedHistory,
    /// The newest checkpoint does not verify.
    Checkpoint(CheckpointError),
    /// The files are older than what was signed.
    RolledBack,
    /// The leaves do not have the root that was signed.
    OtherRoot {
        /// Leaves of the checkpoint.
        size: u64,
    },
    /// A line is no entry.
    CorruptEntry {
        /// Its number, from zero.
        leaf: u64,
        /// Why.
        fault: EntryFault,
    },
    /// An entry that does not follow from those before it.
    Intent(IntentError),
    /// A checkpoint while an intent is open.
    IntentOpen(CallId),
    /// An entry that is too large.
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// An entry that has no canonical spelling.
    Unwritable(CanonicalError),
    /// A proof of a leaf that no checkpoint covers yet.
    NotCovered {
        /// The leaf.
        leaf: u64,
        /// Leaves of the newest checkpoint.
        size: u64,
    },
    /// The file does not give the proof.
    Proof(ProofError),
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, file, .. } => write!(f, "the ledger's file `{}` cannot be {doing}", file.name()),
            Self::Poisoned => f.write_str("the ledger is closed because an earlier write to it failed"),
            Self::ChangedUnderneath { file } => write!(f, "another process wrote to the ledger's file `{}`", file.name()),
            Self::Missing => f.write_str("the project has no ledger"),
            Self::Exists => f.write_str("the project has a ledger already"),
            Self::NoCheckpoint => f.write_str("the ledger has entries but no checkpoint"),
            Self::MalformedHistory => f.write_str("the ledger's file `checkpoints` does not end with a checkpoint"),
            Self::Checkpoint(_) => f.write_str("the ledger's newest checkpoint does not verify"),
            Self::RolledBack => f.write_str("the ledger is older than its signed checkpoints"),
            Self::OtherRoot { size } => write!(f, "the ledger's first {size} entries are not those that were signed"),
            Self::CorruptEntry { leaf, .. } => write!(f, "entry {leaf} of the ledger is corrupt"),
            Self::Intent(_) => f.write_str("the entry does not follow from those before it"),
            Self::IntentOpen(call) => write!(f, "the effect of call `{call}` is announced and its end is not recorded"),
            Self::TooLarge { bytes } => write!(f, "an entry of {bytes} bytes is larger than the limit of {} bytes", crate::MAX_LINE_BYTES),
            Self::Unwritable(_) => f.write_str("the entry has no canonical spelling"),
            Self::NotCovered { leaf, size } => write!(f, "entry {leaf} is not among the {size} that the newest checkpoint covers"),
            Self::Proof(_) => f.write_str("the ledger's file does not give the proof"),
        }
    }
}

impl Error for LedgerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Checkpoint(error) => Some(error),
            Self::CorruptEntry { fault, .. } => Some(fault),
            Self::Intent(error) => Some(error),
            Self::Unwritable(error) => Some(error),
            Self::Proof(error) => Some(error),
            Self::Poisoned
            | Self::ChangedUnderneath { .. }
            | Self::Missing
            | Self::Exists
            | Self::NoCheckpoint
            | Self::MalformedHistory
            | Self::RolledBack
            | Self::OtherRoot { .. }
            | Self::IntentOpen(_)
            | Self::TooLarge { .. }
            | Self::NotCovered { .. } => None,
        }
    }
}

impl Diagnostic for LedgerError {
    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "ledger.io",
            Self::Poisoned => "ledger.poisoned",
            Self::ChangedUnderneath { .. } => "ledger.changed-underneath",
            Self::Missing => "ledger.missing",
            Self::Exists => "ledger.exists",
            Self::NoCheckpoint => "ledger.no-checkpoint",
            Self::MalformedHistory => "ledger.bad-history",
            Self::Checkpoint(error) => error.code(),
            Self::RolledBack => "ledger.rolled-back",
            Self::OtherRoot { .. } => "ledger.other-root",
            Self::CorruptEntry { .. } => "ledger.corrupt-entry",
            Self::Intent(IntentError::AlreadyOpen(_)) => "ledger.intent-exists",
            Self::Intent(IntentError::NotOpen(_)) => "ledger.no-intent",
            Self::IntentOpen(_) => "ledger.intent-open",
            Self::TooLarge { .. } => "ledger.entry-too-large",
            Self::Unwritable(_) => "ledger.entry-unwritable",
            Self::NotCovered { .. } => "ledger.not-covered",
            Self::Proof(error) => error.code(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Io { .. } | Self::Poisoned | Self::Exists => Class::Failed,
            Self::TooLarge { .. } => Class::Limit,
            Self::Intent(_) | Self::Unwritable(_) => Class::Bug,
            Self::ChangedUnderneath { .. }
            | Self::Missing
            | Self::NoCheckpoint
            | Self::MalformedHistory
            | Self::Checkpoint(_)
            | Self::RolledBack
            | Self::OtherRoot { .. }
            | Self::CorruptEntry { .. }
            | Self::IntentOpen(_)
            | Self::NotCovered { .. }
            | Self::Proof(_) => Class::NotVerified,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Io { error, .. } if error.kind() == io::ErrorKind::StorageFull => {
                "free some disk space; nothing was executed without a record"
            }
            Self::Missing => "run `cofferdam init`",
            Self::Poisoned | Self::ChangedUnderneath { .. } | Self::IntentOpen(_) => {
                "run the command again: opening the project recovers it"
            }
            Self::NoCheckpoint
            | Self::MalformedHistory
            | Self::Checkpoint(_)
            | Self::RolledBack
            | Self::OtherRoot { .. }
            | Self::CorruptEntry { .. }
            | Self::Proof(_) => {
                "run `cofferdam-audit ledger verify` on the ledger's folder to see what changed, and compare with a checkpoint kept elsewhere"
            }
            Self::Io { .. } | Self::Exists | Self::Intent(_) | Self::TooLarge { .. } | Self::Unwritable(_) | Self::NotCovered { .. } => {
                return None;
            }
        };
        Some(hint.to_owned())
    }
}
