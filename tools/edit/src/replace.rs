//! `edit.replace`: one occurrence of a text becomes another text.

use std::borrow::Cow;

use cofferdam_tool_sdk::{Digest, Evidence, Failure, Function, JsonSchema, Verdict, Verification, Workspace, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::{
    problem::{Count, LineEnds, Problem},
    surroundings,
    text::{count_lines, line_number, line_of, read_text},
};

/// Occurrences that are counted, at most. Keeps a text of one repeated character from costing its length squared.
const MAX_COUNTED: usize = 1000;
/// Occurrences whose line is named, at most. Keeps the message short.
const MAX_NAMED: usize = 10;

/// Replaces the one occurrence of a text in a file. Refuses, with the count and the lines, a text that occurs never or more
/// than once: take more of what is around it. Both texts are taken exactly, with their line ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    /// The file, from the workspace's root. It must be UTF-8 text.
    pub path: WorkspacePath,
    /// The text to replace.
    #[schemars(length(min = 1))]
    pub find: String,
    /// The text to put there; an empty one removes.
    pub put: String,
}

/// What was replaced.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Replaced {
    /// The file.
    pub path: WorkspacePath,
    /// Its digest now.
    pub sha256: Digest,
    /// Its bytes now.
    pub size: u64,
    /// Its bytes before.
    pub size_before: u64,
    /// First line that was changed, counted from 1.
    pub first_line: u32,
    /// Last line of what was put, in the file as it is now.
    pub last_line: u32,
}

impl Replace {
    /// Where the text is.
    fn place(&self, text: &str) -> Result<usize, Problem> {
        let places = occurrences(text, &self.find);
        match places.as_slice() {
            [place] => Ok(*place),
            [] => {
                let unified = |text: &str| text.replace("\r\n", "\n");
                let differ = unified(text).contains(&unified(&self.find));
                let line_ends = if differ { LineEnds::Differ } else { LineEnds::Irrelevant };
                Err(Problem::NoMatch { path: self.path.clone(), line_ends })
            }
            several => {
                let count = if several.len() < MAX_COUNTED { Count::Exactly(several.len()) } else { Count::AtLeast(MAX_COUNTED) };
                let lines = several.iter().take(MAX_NAMED).map(|place| line_of(text, *place)).collect();
                Err(Problem::Ambiguous { path: self.path.clone(), count, lines })
            }
        }
    }

    fn replace(&self, workspace: &Workspace) -> Result<Replaced, Problem> {
        if self.find == self.put {
            return Err(Problem::NoChange(self.path.clone()));
        }
        let before = read_text(workspace, &self.path)?;
        let place = self.place(&before)?;
        let now = before.replacen(&self.find, &self.put, 1);
        workspace.overwrite(&self.path, now.as_bytes())?;
        let first_line = line_of(&before, place);
        Ok(Replaced {
            path: self.path.clone(),
            sha256: Digest::of(now.as_bytes()),
            size: now.len() as u64,
            size_before: before.len() as u64,
            first_line: line_number(first_line),
            last_line: line_number(first_line + count_lines(&self.put).saturating_sub(1)),
        })
    }
}

/// Where `find` starts, at most [`MAX_COUNTED`] times. Occurrences may overlap: `aa` occurs twice in `aaa`, and which one is
/// meant is not clear.
fn occurrences(text: &str, find: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(place) = text.get(from..).and_then(|rest| rest.find(find)) {
        places.push(from + place);
        if places.len() == MAX_COUNTED {
            break;
        }
        let step = text.get(from + place..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        from += place + step;
    }
    places
}

impl Function for Replace {
    const NAME: &'static str = "replace";
    type Output = Replaced;

    fn invoke(&self, workspace: &Workspace) -> Result<Replaced, Failure> {
        Ok(self.replace(workspace)?)
    }

    fn verify(&self, output: &Replaced, world: &Verification) -> Verdict {
        let (before, now) = (world.before.read(&self.path)?, world.now.read(&self.path)?);
        let text = String::from_utf8_lossy(&before);
        // The first occurrence is the last one: there is one, and nothing overlaps it.
        let (first, last) = (text.find(&self.find), text.rfind(&self.find));
        let (head, tail) = text.split_once(&self.find).unwrap_or_default();
        let newlines = |text: &str| text.matches('\n').count();
        let first_line = newlines(head) + 1;
        let last_line = first_line + newlines(self.put.strip_suffix('\n').unwrap_or(&self.put));
        let evidence = Evidence::new()
            .check(format!("`{}` was UTF-8 text", self.path), matches!(text, Cow::Borrowed(_)))?
            .check("the text to replace occurred in it exactly once", first.is_some() && first == last)?
            .check("the file is what it was with that one text replaced", now == [head, &self.put, tail].concat().into_bytes())?
            .check("the file differs from what it was", now != before)?
            .check("the outcome names the file", output.path == self.path)?
            .check(format!("its digest is {}", output.sha256), output.sha256 == Digest::of(&now))?
            .check(
                format!("it had {} bytes and has {}", output.size_before, output.size),
                output.size_before == before.len() as u64 && output.size == now.len() as u64,
            )?
            .check(
                format!("the change is in lines {} to {}", output.first_line, output.last_line),
                usize::try_from(output.first_line) == Ok(first_line) && usize::try_from(output.last_line) == Ok(last_line),
            )?;
        surroundings::check_unchanged(evidence, world, &[&self.path])
    }
}
