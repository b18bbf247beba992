//! `files.read`: the content of a file.

use cofferdam_tool_sdk::{Digest, Evidence, Failure, Function, JsonSchema, Refuted, Verdict, Verification, Workspace, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::{problem::Problem, text::decode};

/// Most bytes of text in one result. Six times as much, the worst that JSON makes of it, stays below the host's limit.
const MAX_BYTES: u32 = 512 * 1024;
/// Fewest bytes that a call may ask for: the longest character, so that there is always something to give.
const MIN_BYTES: u32 = 4;

/// Reads a file: text, whole or some of its lines, with the digest of the whole file. Text is UTF-8 without NUL and is
/// given exactly, with its line ends; any other file is reported as binary, with size and digest only.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The file, from the workspace's root.
    pub path: WorkspacePath,
    /// First line to give, counted from 1.
    #[serde(default = "default_start")]
    #[schemars(range(min = 1))]
    pub start: u32,
    /// Last line to give; the file's last line if left out or beyond it.
    #[schemars(range(min = 1))]
    pub end: Option<u32>,
    /// Most bytes of text to give, in whole lines.
    #[serde(default = "default_bytes")]
    #[schemars(range(min = MIN_BYTES, max = MAX_BYTES))]
    pub max_bytes: u32,
}

fn default_start() -> u32 {
    1
}

fn default_bytes() -> u32 {
    64 * 1024
}

/// What the file holds.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReadFile {
    /// The file.
    pub path: WorkspacePath,
    /// Bytes of the whole file.
    pub size: u64,
    /// Digest of the whole file.
    pub sha256: Digest,
    /// The content.
    pub content: Content,
}

/// The content of a file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// Text.
    Text {
        /// The lines from `start` to `end`, exactly as in the file.
        text: String,
        /// First line given, counted from 1.
        start: u32,
        /// Last line given; 0 if the file is empty.
        end: u32,
        /// Lines of the whole file.
        lines: u32,
        /// Whether `max_bytes` cut off some of what was asked for.
        truncated: bool,
        /// What to do to see the rest.
        advice: Option<String>,
    },
    /// Not text; it is not shown.
    Binary,
}

impl Read {
    fn max_bytes(&self) -> usize {
        usize::try_from(self.max_bytes).unwrap_or(usize::MAX)
    }

    fn section(&self, text: &str) -> Result<Content, Problem> {
        let lines = u32::try_from(text.split_inclusive('\n').count()).unwrap_or(u32::MAX);
        let (start, last) = (self.start, self.end.unwrap_or(u32::MAX));
        if start > lines.max(1) || last < start {
            return Err(Problem::Range { path: self.path.clone(), lines });
        }
        let last = last.min(lines);
        let mut section = String::new();
        let mut end = start - 1;
        for (number, line) in (1..=last).zip(text.split_inclusive('\n')).skip_while(|(number, _)| *number < start) {
            if section.len() + line.len() > self.max_bytes() {
                break;
            }
            section.push_str(line);
            end = number;
        }
        let mut advice = (end < last).then(|| format!("read on from `start` {}", end + 1));
        if end < start && start <= last {
            // Not even one line fits: its beginning is given.
            let line = text.split_inclusive('\n').zip(1..=start).last().map_or("", |(line, _)| line);
            section.push_str(line.split_at_checked(line.floor_char_boundary(self.max_bytes())).map_or("", |(head, _)| head));
            end = start;
            advice = Some(format!("line {start} is cut: raise `max_bytes` (at most {MAX_BYTES})"));
        }
        Ok(Content::Text { text: section, start, end, lines, truncated: advice.is_some(), advice })
    }

    /// Checks a section of `whole` by its properties, not by cutting it out once more.
    fn check_section(&self, whole: &str, content: &Content) -> Verdict {
        let Content::Text { text, start, end, lines, truncated, advice } = content else {
            return Err(Refuted::new("the file is text and was called binary"));
        };
        let newlines = whole.bytes().filter(|byte| *byte == b'\n').count();
        let total = newlines + usize::from(!whole.is_empty() && !whole.ends_with('\n'));
        let skipped = usize::try_from(*start).unwrap_or(usize::MAX).saturating_sub(1);
        let offset = match skipped.checked_sub(1) {
            None => Some(0),
            Some(nth) => whole.match_indices('\n').nth(nth).map(|(at, _)| at + 1),
        };
        let rest = offset.and_then(|offset| whole.get(offset..)).ok_or_else(|| Refuted::new("the file has no such first line"))?;
        let after = rest.strip_prefix(text.as_str()).ok_or_else(|| Refuted::new("the text is not what the file holds there"))?;
        let given = text.bytes().filter(|byte| *byte == b'\n').count() + usize::from(!text.is_empty() && !text.ends_with('\n'));
        let whole_lines = after.is_empty() || text.is_empty() || text.ends_with('\n');
        let next_line = after.find('\n').map_or(after.len(), |at| at + 1);
        let wanted_end = usize::try_from(self.end.unwrap_or(u32::MAX)).unwrap_or(usize::MAX).min(total);
        let end = usize::try_from(*end).unwrap_or(usize::MAX);
        Evidence::new()
            .check(format!("the text is lines {start} to {end} of {total}, exactly"), *start == self.start && skipped + given == end)?
            .check(format!("the file has {total} lines"), usize::try_from(*lines) == Ok(total))?
            .check(
                "the text ends where it was asked to, or where the next line would not fit",
                if *truncated {
                    let one_cut_line = given == 1 && !whole_lines;
                    text.len() <= self.max_bytes()
                        && text.len() + next_line > self.max_bytes()
                        && (whole_lines || one_cut_line)
                        && (end < wanted_end || one_cut_line)
                } else {
                    whole_lines && end == wanted_end
                },
            )?
            .check("a result that was cut says what to do", *truncated == advice.is_some())
    }
}

impl Function for Read {
    const NAME: &'static str = "read";
    type Output = ReadFile;

    fn invoke(&self, workspace: &Workspace) -> Result<ReadFile, Failure> {
        let bytes = workspace.read(&self.path)?;
        let content = match decode(&bytes) {
            Some(text) => self.section(text)?,
            None => Content::Binary,
        };
        Ok(ReadFile { path: self.path.clone(), size: bytes.len() as u64, sha256: Digest::of(&bytes), content })
    }

    fn verify(&self, output: &ReadFile, world: &Verification) -> Verdict {
        let bytes = world.now.read(&self.path)?;
        let evidence = match decode(&bytes) {
            Some(text) => self.check_section(text, &output.content)?,
            None => Evidence::new().check("the file is not text", output.content == Content::Binary)?,
        };
        evidence
            .check(format!("the file that was read is `{}`", self.path), output.path == self.path)?
            .check(format!("it has {} bytes", output.size), output.size == bytes.len() as u64)?
            .check(format!("its digest is {}", output.sha256), output.sha256 == Digest::of(&bytes))
    }
}
