//! One line that matches.

use cofferdam_tool_sdk::{JsonSchema, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::text::excerpt;

/// One line that matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// The file, from the workspace's root.
    pub path: WorkspacePath,
    /// The line, counted from 1.
    pub line: u32,
    /// Where the match starts in the line, in characters from 1.
    pub column: u32,
    /// The line without its end. Of a line longer than 300 characters the part around the match, with `…` where it is cut.
    pub text: String,
    /// Lines before it, cut in the same way.
    pub before: Option<Vec<String>>,
    /// Lines after it, cut in the same way.
    pub after: Option<Vec<String>>,
}

impl Hit {
    /// The hit in line `index` (from 0) at byte `start`, with up to `context` lines on both sides.
    pub(crate) fn new(path: &WorkspacePath, lines: &[&str], index: usize, start: usize, context: usize) -> Self {
        let line = lines.get(index).copied().unwrap_or_default();
        let column = line.get(..start).unwrap_or_default().chars().count();
        let around = |range: std::ops::Range<usize>| {
            let shown = lines.get(range).unwrap_or_default().iter().map(|line| excerpt(line, 0)).collect();
            (context > 0).then_some(shown)
        };
        Self {
            path: path.clone(),
            line: u32::try_from(index + 1).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
            text: excerpt(line, column),
            before: around(index.saturating_sub(context)..index),
            after: around((index + 1).min(lines.len())..(index + 1 + context).min(lines.len())),
        }
    }

    /// Bytes of its texts, for the bound of a result.
    pub(crate) fn size(&self) -> usize {
        let around = self.before.iter().chain(&self.after).flatten().map(String::len).sum::<usize>();
        self.path.as_str().len() + self.text.len() + around
    }
}
