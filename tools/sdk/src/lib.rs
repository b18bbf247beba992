//! What a tool author uses: typed functions, derived schemas, invoke and verify.
//!
//! A tool is a crate with one struct per function. The struct is the arguments; its JSON Schema, the tool's exports and
//! the dispatch between them come from [`Function`] and [`tool!`]:
//!
//! ```
//! use cofferdam_tool_sdk::{Evidence, Failure, Function, JsonSchema, Verdict, Verification, Workspace, WorkspacePath, tool};
//! use serde::{Deserialize, Serialize};
//!
//! /// Counts the bytes of a file.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! pub struct Count {
//!     /// The file to look at.
//!     path: WorkspacePath,
//! }
//!
//! /// What was counted.
//! #[derive(Serialize, Deserialize, JsonSchema)]
//! pub struct Counted {
//!     /// Size in bytes.
//!     bytes: u64,
//! }
//!
//! impl Function for Count {
//!     const NAME: &'static str = "count";
//!     type Output = Counted;
//!
//!     fn invoke(&self, workspace: &Workspace) -> Result<Counted, Failure> {
//!         Ok(Counted { bytes: workspace.read(&self.path)?.len() as u64 })
//!     }
//!
//!     fn verify(&self, output: &Counted, world: &Verification) -> Verdict {
//!         let size = world.before.stat(&self.path)?.map(|stat| stat.size);
//!         Evidence::new().check(format!("`{}` has {} bytes", self.path, output.bytes), size == Some(output.bytes))
//!     }
//! }
//!
//! tool!(Count);
//! # fn main() {}
//! ```
//!
//! The crate is ordinary Rust: its tests run natively, with [`testing`]. Compiled for `wasm32-wasip2` as a `cdylib` it is
//! a component of the world `cofferdam:tool/tool`. `docs/writing-a-tool.md` has the whole way.

pub mod failure;
pub mod function;
pub mod http;
pub mod lie;
pub mod mutant;
pub mod scalar;
mod schema;
pub mod tool;
pub mod verdict;
pub mod view;
pub mod workspace;

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod component;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use cofferdam_base::text;
pub use failure::Failure;
pub use function::Function;
pub use lie::Lie;
pub use scalar::{Digest, WorkspacePath};
pub use schemars::JsonSchema;
pub use tool::Tool;
pub use verdict::{Evidence, Refuted, Verdict, Verification};
pub use view::{Entry, Kind, Stat, View, WorkspaceError};
pub use workspace::Workspace;
