//! Reads the files of a ledger, without a line of the code that writes them.
//!
//! The format is in `audit/ledger/FORMAT.md`: `ledger.jsonl` holds one leaf per line, canonical JSON of version 1; `checkpoints`
//! holds C2SP signed notes with the RFC 6962 root over the first so many lines.

mod canonical;
pub(crate) mod command;
mod entry;
mod fault;
mod intent;
mod leaves;
mod merkle;
mod note;
mod proof;
mod verify;

pub use entry::EntryFault;
pub use fault::{LedgerFault, Witness};
pub use intent::{IntentFault, OpenIntent};
pub use note::{Key, NoteFault};
pub use verify::{Evidence, Kept, Verified, verify};
