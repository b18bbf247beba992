//! Finds what earlier runs learnt (the memory), what they saw (the transcripts) and what was said in them (the conversations),
//! for people and for the model alike.
//!
//! Whatever is found is a hypothesis. It is read where it is kept, never in the index, and comes with its provenance and with
//! what a check of its evidence says now: see [`cofferdam_memory::State`]. What was said has no evidence, and stays one. What is
//! found is in the order of its words; with a [`Meaning`], the best of it in that of words and meaning together.
//!
//! ```text
//! words ── Index::search ──▶ Hit ── its topic, transcript or conversation ──▶ Thing ── its evidence, the world ──▶ Recalled
//! ```

mod catch_up;
mod conversation;
mod error;
mod meaning;
mod passage;
mod places;
mod put;
mod recall;
mod recalled;
mod source;

pub use conversation::{Conversation, Conversations, Role, Words};
pub use error::RecallError;
pub use meaning::{MAX_RANKED, MAX_SENT_BYTES, Meaning, MeaningError, Ranked};
pub use passage::{Passage, passage};
pub use recall::{Indexed, Recall};
pub use recalled::{Again, Recalled, Thing};
