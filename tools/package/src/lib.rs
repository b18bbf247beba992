//! Tool `package`: what a project would publish, and what in it leaks.
//!
//! The rules are those of the ecosystem's own packager, computed without running it: `audit/package` has them, and the same
//! code is a gate of our own releases.

use cofferdam_tool_sdk::tool;

mod inspect;
mod recheck;

pub use inspect::Inspect;

tool!(Inspect);
