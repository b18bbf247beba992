//! Tool `files`: looks at files of the workspace and changes nothing.
//!
//! Results are deterministic: paths are sorted component by component, and everything is bounded. A result that does not
//! hold everything says so (`truncated`) and says what to do (`advice`); what could not be read is named (`skipped`).
//!
//! `list`, `glob` and `search` leave out what `.gitignore` files and `.git/info/exclude` say, from the workspace's root
//! downward and whether or not there is a repository; names that start with a dot, unless `hidden` is set; and folders
//! named `.git`, always. A folder that is named as `path` is looked into even if it is ignored. Links are not followed.

use cofferdam_tool_sdk::tool;

mod glob;
mod list;
mod page;
mod pattern;
mod problem;
mod read;
mod rescan;
mod rules;
mod search;
mod skipped;
mod text;
mod walk;

pub use glob::{Glob, Globbed};
pub use list::{List, Listed, ListedEntry};
pub use page::MAX_RESULT_BYTES;
pub use read::{Content, Read, ReadFile};
pub use search::{Case, Hit, Search, Searched};
pub use skipped::{Reason, Skipped, Skips};

tool!(List, Read, Glob, Search);
