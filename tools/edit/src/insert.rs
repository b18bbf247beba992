//! `edit.insert`: new lines between two lines.

use cofferdam_tool_sdk::{Digest, Evidence, Failure, Function, JsonSchema, Refuted, Verdict, Verification, Workspace, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::{
    problem::Problem,
    surroundings,
    text::{BYTE_ORDER_MARK, LineEnd, count_lines, line_number, read_text},
};

/// Inserts lines into a text file, before a line. The file keeps its style: the new lines get the line end of the file's
/// first line, whatever line ends `text` has. After the last line, a file that ended without a line end still does; an
/// empty file gets one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Insert {
    /// The file, from the workspace's root. It must be UTF-8 text.
    pub path: WorkspacePath,
    /// The line, counted from 1, before which to insert; the number of lines plus 1 appends.
    #[schemars(range(min = 1))]
    pub line: u32,
    /// The lines. A line end at the very end makes no further line; carriage returns before a line end belong to it.
    #[schemars(length(min = 1))]
    pub text: String,
}

/// What was inserted.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Inserted {
    /// The file.
    pub path: WorkspacePath,
    /// Its digest now.
    pub sha256: Digest,
    /// Its bytes now.
    pub size: u64,
    /// Its bytes before.
    pub size_before: u64,
    /// First line that was inserted, counted from 1.
    pub first_line: u32,
    /// Last line that was inserted.
    pub last_line: u32,
}

impl Insert {
    fn insert(&self, workspace: &Workspace) -> Result<Inserted, Problem> {
        let before = read_text(workspace, &self.path)?;
        let (mark, body) = match before.strip_prefix(BYTE_ORDER_MARK) {
            Some(body) => (Some(BYTE_ORDER_MARK), body),
            None => (None, before.as_str()),
        };
        let lines = count_lines(body);
        let line = usize::try_from(self.line).unwrap_or(usize::MAX);
        if line > lines + 1 {
            return Err(Problem::NoSuchLine { path: self.path.clone(), line: self.line, lines });
        }
        let end = LineEnd::of(body).as_str();
        let mut now: String = mark.into_iter().collect();
        now.extend(body.split_inclusive('\n').take(line - 1));
        // Behind a last line without a line end, the new lines bring it along and go without one themselves.
        let open = line == lines + 1 && !body.is_empty() && !body.ends_with('\n');
        for inserted in self.text.lines() {
            let (head, tail) = if open { (end, "") } else { ("", end) };
            now.extend([head, inserted.trim_end_matches('\r'), tail]);
        }
        now.extend(body.split_inclusive('\n').skip(line - 1));
        workspace.overwrite(&self.path, now.as_bytes())?;
        Ok(Inserted {
            path: self.path.clone(),
            sha256: Digest::of(now.as_bytes()),
            size: now.len() as u64,
            size_before: before.len() as u64,
            first_line: self.line,
            last_line: line_number(line + self.text.lines().count() - 1),
        })
    }
}

impl Function for Insert {
    const NAME: &'static str = "insert";
    type Output = Inserted;

    fn invoke(&self, workspace: &Workspace) -> Result<Inserted, Failure> {
        Ok(self.insert(workspace)?)
    }

    fn verify(&self, output: &Inserted, world: &Verification) -> Verdict {
        let (before, now) = (world.before.read(&self.path)?, world.now.read(&self.path)?);
        let lines: Vec<&str> =
            self.text.strip_suffix('\n').unwrap_or(&self.text).split('\n').map(|line| line.trim_end_matches('\r')).collect();
        let expected = expected(&before, self.line, &lines)?;
        let last_line = usize::try_from(self.line).unwrap_or(usize::MAX) + lines.len() - 1;
        let evidence = Evidence::new()
            .check(format!("`{}` was UTF-8 text", self.path), std::str::from_utf8(&before).is_ok())?
            .check(
                format!("`{}` is what it was with exactly these lines before line {}, in its style", self.path, self.line),
                now == expected,
            )?
            .check(
                format!("the outcome names `{}` and lines {} to {}", output.path, output.first_line, output.last_line),
                output.path == self.path && output.first_line == self.line && usize::try_from(output.last_line) == Ok(last_line),
            )?
            .check(format!("its digest is {}", output.sha256), output.sha256 == Digest::of(&now))?
            .check(
                format!("it had {} bytes and has {}", output.size_before, output.size),
                output.size_before == before.len() as u64 && output.size == now.len() as u64,
            )?;
        surroundings::check_unchanged(evidence, world, &[&self.path])
    }
}

/// What the file must be, cut and joined by bytes where `invoke` walks over lines.
fn expected(before: &[u8], line: u32, inserted: &[&str]) -> Result<Vec<u8>, Refuted> {
    let mark: &[u8] = if before.starts_with(b"\xef\xbb\xbf") { b"\xef\xbb\xbf" } else { b"" };
    let body = before.get(mark.len()..).unwrap_or_default();
    let feeds: Vec<usize> = body.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    let crlf = feeds.first().and_then(|feed| feed.checked_sub(1)).and_then(|at| body.get(at)) == Some(&b'\r');
    let end = if crlf { "\r\n" } else { "\n" };
    let text = inserted.join(end);
    let above = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
    let starts = above.checked_sub(1).map_or(Some(0), |nth| feeds.get(nth).map(|feed| feed + 1));
    let parts = match starts {
        Some(at) => {
            let (head, tail) = body.split_at_checked(at).unwrap_or_default();
            [mark, head, text.as_bytes(), end.as_bytes(), tail]
        }
        // No line end comes before: only the place behind an open last line is left.
        None if above == feeds.len() + 1 && !body.is_empty() && !body.ends_with(b"\n") => {
            [mark, body, end.as_bytes(), text.as_bytes(), b""]
        }
        None => return Err(Refuted::new(format!("the file had no line {line} and none before it"))),
    };
    Ok(parts.concat())
}
