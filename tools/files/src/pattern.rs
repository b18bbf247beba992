//! Glob patterns for paths.

use cofferdam_tool_sdk::WorkspacePath;
use globset::{GlobBuilder, GlobMatcher};

use crate::{problem::Problem, walk::below};

/// A glob pattern. Without `/` it is matched with a file's name in any folder, with `/` with the path below the folder
/// that the call names. `*` and `?` do not match `/`, `**` does; `{a,b}` and `[a-z]` are alternatives.
pub(crate) struct PathPattern {
    matcher: GlobMatcher,
    by_name: bool,
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`Problem::Pattern`].
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let fail = |error: globset::Error| Problem::Pattern { pattern: text.to_owned(), reason: error.kind().to_string() };
        let glob = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build().map_err(fail)?;
        Ok(Self { matcher: glob.compile_matcher(), by_name: !text.contains('/') })
    }

    /// Whether it matches `path`, found below `start`.
    pub(crate) fn matches(&self, start: &WorkspacePath, path: &WorkspacePath) -> bool {
        let subject = if self.by_name { path.name().unwrap_or_default() } else { below(start, path) };
        self.matcher.is_match(subject)
    }
}
