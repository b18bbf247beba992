//! What the model is shown: parts, each within its budget.
//!
//! The same header, steps and tools give the same request, byte for byte. The instructions and the task are always there, whole.
//! Recent steps are there word for word. When they pass their budget, the oldest of them become lines of what was verified,
//! each with the number by which the model can look at the call again; then nothing changes at the front of the request until
//! the next time, so that a provider's cache keeps what it has.

mod assemble;
mod compact;
mod estimate;
pub mod output;
mod show;
pub mod window;

pub use assemble::Part;
pub(crate) use assemble::{Assembled, CUT_BYTES, assemble, cut, fixed, size, written};
pub(crate) use compact::Facts;
pub(crate) use estimate::Estimate;
pub use output::OutputTokens;
pub(crate) use show::digest;
pub use show::{Shown, show};
pub use window::Window;
