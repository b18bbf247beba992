//! What runs learnt, in three layers of readable files: the index, the topics, and (written by the gate) the transcripts.
//!
//! **Write discipline.** [`Draft`] → [`Sealed`] → [`Staged`] → (the ledger knows of it) → [`Entry`]. Each is made from the one
//! before; a crash in between leaves either nothing or a staged file that the next opening completes or drops by what the
//! ledger says.
//!
//! **Verification over assumption.** An entry is a hypothesis: [`recheck`] compares its words with the ledger's commitment and
//! its evidence with the world as it is now. What somebody wrote into a topic by hand stays there, and is never shown as
//! verified.

mod check;
mod consolidation;
pub mod contradiction;
mod draft;
mod edit;
mod entry;
mod error;
mod evidence;
mod folder;
mod history;
mod index;
mod merge;
mod overlay;
mod rewrite;
mod split;
pub mod statement;
mod topic;
mod topic_file;

pub use check::{Change, Doubt, Recorded, State, World, recheck, recheck_found, shows};
pub use consolidation::{Proposal, Scope, Survey};
pub use contradiction::{Contradiction, contradictions};
pub use draft::{Draft, Ground, Integrity, MAX_CITED_CALLS, MAX_CITED_FILES, MAX_ORIGINS, MAX_TEXT_BYTES, Sealed};
pub use entry::Entry;
pub use error::MemoryError;
pub use evidence::CallEvidence;
pub use folder::{CONFIDENTIAL_TOPIC, MAX_TOPIC_BYTES, MAX_TOPICS, Memory, Readable, Staged};
pub use history::{MAX_HISTORY_BYTES, MAX_RECORDS};
pub use index::{MAX_INDEX_BYTES, MAX_INDEX_LINES};
pub use merge::Merge;
pub use rewrite::{Act, Rewrite, StagedRewrite};
pub use split::{OVERGROWN_BYTES, OVERGROWN_ENTRIES, Split};
pub use topic::Topic;
pub use topic_file::Found;
