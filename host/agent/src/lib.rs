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
mod conversations;
pub mod error;
mod facts;
mod headway;
mod identify;
pub mod journal;
pub mod labels;
pub mod limits;
pub mod meaning;
mod observation;
mod past;
mod plan;
mod progress;
mod prompt;
mod recall;
pub mod removal;
pub mod replay;
mod run;
mod same;
mod send;
mod sight;
pub mod state;
mod unfit;
mod walk;
pub mod watch;

pub use conversations::Journals;
pub use error::AgentError;
pub use journal::{Came, Journal, Recorded, RunHeader, Step};
pub use meaning::ByModel;
pub use plan::{Doubt, Since};
pub use run::{Agent, AgentParts, Ended, Terms};
pub use state::{RunState, Standing, Stop};
pub use watch::Watcher;
