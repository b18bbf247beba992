//! What every crate shares, without I/O: digests, validated names and paths, clock, identifiers, error codes, limits.

pub mod bounded;
pub mod canonical;
pub mod clock;
pub mod digest;
pub mod entropy;
pub mod error;
pub mod id;
pub mod interrupt;
pub mod limits;
pub mod name;
pub mod path;
pub mod text;

pub use clock::{Clock, Timestamp};
pub use digest::Digest;
pub use entropy::Entropy;
pub use error::{Class, Diagnostic};
pub use id::{CallId, EntryId, RunId};
pub use interrupt::Interrupt;
pub use limits::Limits;
pub use name::{FunctionName, ToolName};
pub use path::WorkspacePath;
