//! The agent: a loop that asks a model, makes the calls that it wants through the gate, and shows it what they brought.
//!
//! ```text
//! Journal ── replay ──▶ Progress ── next ──▶ Ask the model | Make a call | Done
//!    ▲                                               │
//!    └──────────────── one step is taken down ◀──────┘
//! ```
//!
//! Everything that the loop knows is in the [`journal`]: a run that was interrupted anywhere is replayed from it and goes on.
//! A call is taken down before it is made, under the identifier that the ledger will know it by, so that none is made twice.

mod builtin;
pub mod context;
pub mod error;
pub mod journal;
mod observation;
mod progress;
mod prompt;
mod recall;
pub mod removal;
mod run;
pub mod watch;

pub use error::AgentError;
pub use journal::{Journal, Recorded, RunHeader, Step};
pub use run::{Agent, AgentParts, Ended};
pub use watch::Watcher;
