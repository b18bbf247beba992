//! A full-text index over what runs learnt, saw and said. It is derived: whoever doubts it removes it, and it is made anew.
//!
//! **What is indexed.** A *source* (a topic, a part of a transcript, a conversation) has *episodes*, runs of documents that
//! belong together, and an episode has *documents*, the smallest things that are found. The index holds no text, only its words
//! and where each document stands: a hit is read, and checked, where its source keeps it.
//!
//! **How it ranks.** BM25 over the words of a document is where it begins; see [`Ranking`] for what is added.

mod candidates;
mod directory;
mod document;
mod error;
mod index;
mod query;
mod ranking;
mod schema;
mod search;
mod update;

pub use document::{Document, MAX_EPISODE_DOCUMENTS};
pub use error::IndexError;
pub use index::{Index, Indexed};
pub use ranking::Ranking;
pub use search::Hit;
pub use update::Update;
