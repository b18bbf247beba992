//! `files.search`: lines that match a regular expression.

mod budget;
mod check;
mod hit;

use cofferdam_tool_sdk::{Failure, Function, JsonSchema, Kind, Verdict, Verification, View, Workspace, WorkspacePath};
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

pub use hit::Hit;

use budget::Budget;

use crate::{
    page::{Page, Rest},
    pattern::PathPattern,
    problem::Problem,
    skipped::{Reason, Skipped, Skips},
    text::decode,
    walk::{MAX_NAMES, Scope, walk},
};

/// Most hits of one result.
const MAX_LIMIT: u32 = 1000;
/// Most lines shown before and after each hit.
const MAX_CONTEXT: u32 = 5;
/// Largest file that is searched. Larger ones are data rather than text, and are named in `skipped`.
const MAX_FILE_BYTES: u64 = 8 << 20;
/// Most text that one call searches. Keeps a huge workspace from using up the call's time without a result.
const MAX_TEXT_BYTES: usize = 128 << 20;
/// Largest compiled expression in bytes. Keeps `(a{1000}){1000}` from taking the memory.
const MAX_EXPRESSION_BYTES: usize = 1 << 20;
/// Deepest nesting of groups in an expression.
const MAX_EXPRESSION_DEPTH: u32 = 50;

/// Searches text files for lines that match a regular expression, sorted by path and line. Binary files and what
/// `.gitignore` files and `.git/info/exclude` ignore are left out. Links are not followed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The regular expression, in the syntax of Rust's `regex` crate (no look-around, no back-references). It is matched
    /// with one line at a time, without the line end.
    #[schemars(length(min = 1, max = 1000))]
    pub pattern: String,
    /// The folder or file to search, from the workspace's root.
    #[serde(default = "WorkspacePath::root")]
    pub path: WorkspacePath,
    /// Only files whose path matches this glob pattern. Without `/` it is matched with file names in any folder (`*.rs`),
    /// with `/` with the path below `path` (`src/**/*.rs`).
    #[schemars(length(min = 1, max = 1000))]
    pub glob: Option<String>,
    /// How letters are compared.
    #[serde(default)]
    pub case: Case,
    /// Lines to show before and after each hit.
    #[serde(default)]
    #[schemars(range(max = MAX_CONTEXT))]
    pub context: u32,
    /// Also names that start with a dot. Folders named `.git` are never searched.
    #[serde(default)]
    pub hidden: bool,
    /// Most hits to give.
    #[serde(default = "default_limit")]
    #[schemars(range(min = 1, max = MAX_LIMIT))]
    pub limit: u32,
}

fn default_limit() -> u32 {
    100
}

/// How letters are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// As written.
    #[default]
    Sensitive,
    /// Upper and lower case are the same.
    Insensitive,
    /// Upper and lower case are the same unless the pattern has an upper-case letter.
    Smart,
}

/// What was found.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Searched {
    /// The lines that match.
    pub hits: Vec<Hit>,
    /// Text files that were searched, up to the last hit if `truncated`.
    pub files: u32,
    /// Binary files that were left out.
    pub binary: u32,
    /// Whether more lines match than are given.
    pub truncated: bool,
    /// What to do to see the rest.
    pub advice: Option<String>,
    /// Files and folders that could not be searched.
    pub skipped: Option<Skips>,
}

fn advice() -> String {
    format!("narrow `pattern`, `path` or `glob`, or raise `limit` (at most {MAX_LIMIT})")
}

impl Search {
    fn scope(&self) -> Scope {
        Scope { hidden: self.hidden, depth: u32::MAX, names: MAX_NAMES }
    }

    fn context(&self) -> usize {
        usize::try_from(self.context).unwrap_or(0)
    }

    fn expression(&self) -> Result<Regex, Problem> {
        let insensitive = match self.case {
            Case::Sensitive => false,
            Case::Insensitive => true,
            Case::Smart => !self.pattern.chars().any(char::is_uppercase),
        };
        RegexBuilder::new(&self.pattern)
            .case_insensitive(insensitive)
            .size_limit(MAX_EXPRESSION_BYTES)
            .dfa_size_limit(2 * MAX_EXPRESSION_BYTES)
            .nest_limit(MAX_EXPRESSION_DEPTH)
            .build()
            .map_err(|error| Problem::Expression { expression: self.pattern.clone(), reason: error.to_string() })
    }

    fn filter(&self) -> Result<Option<PathPattern>, Problem> {
        self.glob.as_deref().map(PathPattern::parse).transpose()
    }

    /// The files among what was found that this search looks into.
    fn files(&self, entries: Vec<(WorkspacePath, Kind)>) -> Result<impl Iterator<Item = WorkspacePath>, Problem> {
        let filter = self.filter()?;
        let wanted = move |path: &WorkspacePath| filter.as_ref().is_none_or(|filter| filter.matches(&self.path, path));
        Ok(entries.into_iter().filter(|(_, kind)| *kind == Kind::File).map(|(path, _)| path).filter(wanted))
    }

    fn search(&self, workspace: &Workspace) -> Result<Searched, Problem> {
        let expression = self.expression()?;
        let found = walk(workspace, &self.path, self.scope())?;
        let mut skipped = found.skipped;
        let mut page = Page::new(self.limit);
        let (mut files, mut binary, mut budget) = (0, 0, Budget::new(MAX_TEXT_BYTES));
        'files: for path in self.files(found.entries)? {
            let bytes = match load(workspace, &path) {
                Ok(bytes) => bytes,
                Err(reason) => {
                    skipped.push(reason);
                    continue;
                }
            };
            let Some(text) = decode(&bytes) else {
                binary += 1;
                continue;
            };
            budget = budget.spend(&self.path, text.len())?;
            files += 1;
            let lines: Vec<&str> = text.lines().collect();
            for (index, line) in lines.iter().enumerate() {
                let Some(place) = expression.find(line) else { continue };
                let hit = Hit::new(&path, &lines, index, place.start(), self.context());
                let size = hit.size();
                if page.push(hit, size) == Rest::More {
                    break 'files;
                }
            }
        }
        let (hits, rest) = page.into_parts();
        let advice = rest.advice(advice);
        Ok(Searched { hits, files, binary, truncated: rest.truncated(), advice, skipped: Skips::of(skipped) })
    }
}

/// The content of a file to search. A file that is too large is not even opened.
///
/// # Errors
/// Why it is not searched.
fn load(view: &View, path: &WorkspacePath) -> Result<Vec<u8>, Skipped> {
    let skipped = |error| Skipped::new(path, &error);
    match view.stat(path).map_err(skipped)? {
        Some(stat) if stat.size > MAX_FILE_BYTES => Err(Skipped { path: path.clone(), reason: Reason::TooLarge }),
        Some(_) | None => view.read(path).map_err(skipped),
    }
}

impl Function for Search {
    const NAME: &'static str = "search";
    type Output = Searched;

    fn invoke(&self, workspace: &Workspace) -> Result<Searched, Failure> {
        Ok(self.search(workspace)?)
    }

    fn verify(&self, output: &Searched, world: &Verification) -> Verdict {
        check::verify(self, output, &world.now)
    }
}
