//! Append-only Merkle log of what the host did, with signed checkpoints.
//!
//! One line of canonical JSON per leaf in `ledger.jsonl`, hashed as in RFC 6962; C2SP signed-note checkpoints in
//! `checkpoints`; the tree's frontier in `frontier.json` and its nodes in `tree`, which only save rehashing. Nothing here
//! opens a file: the host hands in a [`Storage`]. `cofferdam-audit` reads the leaves and the checkpoints with code of its own.
//!
//! **What it detects.** An edited, reordered, inserted or removed line that a checkpoint covers, against any checkpoint that
//! was kept elsewhere. Opening reads only what came after the newest checkpoint, so an edit before it is found by
//! `cofferdam-audit ledger verify`, not by [`Ledger::open`]. A state folder that was put back as a whole looks like its own
//! past: only a checkpoint kept elsewhere tells. And whoever can write the state folder can add entries after the newest
//! checkpoint, which the next one then covers: what an entry says is as good as the folder's permissions were until then.
//!
//! **One writer.** The caller holds the project's lock from [`Ledger::open`] until the value is dropped. A second writer is
//! noticed at the next append, which then fails closed.

pub mod checkpoint;
pub mod commitment;
pub mod entries;
pub mod entry;
pub mod error;
pub mod event;
mod files;
pub mod frontier;
mod hash;
mod history;
pub mod intent;
pub mod key;
pub mod leaf_proof;
mod lines;
pub mod log;
mod lookup;
pub mod note;
pub mod open;
pub mod proof;
mod prove;
mod ranges;
pub mod storage;
mod stored;
mod tree;

pub use checkpoint::{SignedCheckpoint, parse_checkpoint};
pub use commitment::{Commitment, Opening, Salt};
pub use entries::Entries;
pub use entry::{Entry, MAX_LINE_BYTES, parse_entry};
pub use error::LedgerError;
pub use event::Event;
pub use frontier::TreeHead;
pub use hash::{leaf_hash, node_hash};
pub use key::{Origin, Signer, VerifierKey};
pub use leaf_proof::{LeafProof, parse_leaf_proof};
pub use log::{DurableLeaf, LeafIndex, Ledger};
pub use storage::{File, MemoryStorage, Storage};
