//! The process gives up what it does not need: files, programs, ports, other processes. The kernel holds it to that.
//!
//! Policy, stage and sandbox decide what a tool does. This is the wall behind them: should one of them be wrong, or a library
//! that this program is made of, the process still reaches its workspace and its own folders and nothing else of the user's.
//!
//! ```text
//! Reach ── confine ──▶ Confined    what a command opens after that lies in the reach, in every thread that it starts
//! ```
//!
//! It is done with Landlock, as far as the kernel has it. How far that was is a [`State`], which `cofferdam doctor` prints and
//! [`escape`] puts to the test.

mod confined;
pub mod escape;
#[cfg(target_os = "linux")]
mod landlocked;
mod reach;
mod state;

pub use confined::Confined;
pub use reach::Reach;
pub use state::{Restriction, State, Why};
