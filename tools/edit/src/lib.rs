//! Tool `edit`: changes files of the workspace, one well-defined change per call.
//!
//! Every change either is exactly what was asked for or is refused: nothing that exists is overwritten by `create` and
//! `move`, a text to replace must occur exactly once. Text files are UTF-8; byte order mark and line ends stay as they are.

use cofferdam_tool_sdk::tool;

mod create;
mod delete;
mod insert;
mod problem;
mod relocate;
mod replace;
mod surroundings;
mod text;

pub use create::{Create, Created};
pub use delete::{Delete, Deleted};
pub use insert::{Insert, Inserted};
pub use relocate::{Move, Moved};
pub use replace::{Replace, Replaced};

tool!(Create, Replace, Insert, Delete, Move);
