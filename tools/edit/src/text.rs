//! Text files: UTF-8, lines and their ends.

use cofferdam_tool_sdk::{View, WorkspacePath};

use crate::problem::Problem;

/// The byte order mark, which belongs to the file and not to its first line.
pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a text file, with its byte order mark.
pub(crate) fn read_text(view: &View, path: &WorkspacePath) -> Result<String, Problem> {
    String::from_utf8(view.read(path)?).map_err(|_| Problem::NotText(path.clone()))
}

/// Lines of a text; a line end at the very end starts no further line.
pub(crate) fn count_lines(text: &str) -> usize {
    text.split_inclusive('\n').count()
}

/// The line, from 1, that holds the byte at `offset`.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// A line number as outputs have it.
pub(crate) fn line_number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// How the lines of a file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
}

impl LineEnd {
    /// The end of the first line; [`LineEnd::Lf`] where no line ends.
    pub(crate) fn of(text: &str) -> Self {
        match text.split_once('\n') {
            Some((first, _)) if first.ends_with('\r') => Self::CrLf,
            Some(_) | None => Self::Lf,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}
