//! The JSON Schema of a function's input or output: a closed subset of draft 2020-12, compiled once.
//!
//! What is not in the subset is refused, because a keyword that nobody enforces looks like a check and is none. Nothing
//! is ever fetched: the only references are to the schema's own `$defs`.

mod compiled;
mod error;
mod members;
mod subset;

pub use compiled::{Fault, MAX_FAULTS, MAX_SCHEMA_BYTES, Mismatch, Schema, Side};
pub use error::{SchemaError, SubsetError};
pub(crate) use members::Shape;
pub use subset::{MAX_PATTERN_BYTES, MAX_SCHEMA_DEPTH, MAX_SCHEMA_SIZE};
