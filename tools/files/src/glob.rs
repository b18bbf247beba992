//! `files.glob`: files whose path matches a pattern.

use cofferdam_tool_sdk::{Evidence, Failure, Function, JsonSchema, Kind, Verdict, Verification, Workspace, WorkspacePath};
use serde::{Deserialize, Serialize};

use crate::{
    page::{Page, Rest},
    pattern::PathPattern,
    problem::Problem,
    rescan::rescan,
    skipped::Skips,
    walk::{Found, MAX_NAMES, Scope, walk},
};

/// Most paths of one result.
const MAX_LIMIT: u32 = 2000;

/// Finds files by a glob pattern on their path, sorted by path. What `.gitignore` files and `.git/info/exclude` ignore is
/// left out. Links are not followed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Glob {
    /// The pattern. Without `/` it is matched with file names in any folder (`*.rs`), with `/` with the path below `path`
    /// (`src/**/*.rs`). `*` and `?` do not match `/`, `**` does; `[a-z]` and `{a,b}` are alternatives.
    #[schemars(length(min = 1, max = 1000))]
    pub pattern: String,
    /// The folder to look in, from the workspace's root.
    #[serde(default = "WorkspacePath::root")]
    pub path: WorkspacePath,
    /// Also names that start with a dot. Folders named `.git` are never looked into.
    #[serde(default)]
    pub hidden: bool,
    /// Most paths to give.
    #[serde(default = "default_limit")]
    #[schemars(range(min = 1, max = MAX_LIMIT))]
    pub limit: u32,
}

fn default_limit() -> u32 {
    500
}

/// The files that were found.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Globbed {
    /// Paths from the workspace's root.
    pub paths: Vec<WorkspacePath>,
    /// Whether more files match than are given.
    pub truncated: bool,
    /// What to do to see the rest.
    pub advice: Option<String>,
    /// Folders and ignore files that could not be read.
    pub skipped: Option<Skips>,
}

impl Glob {
    fn scope(&self) -> Scope {
        Scope { hidden: self.hidden, depth: u32::MAX, names: MAX_NAMES }
    }

    /// The result that follows from what was found.
    fn globbed(&self, found: Found) -> Result<Globbed, Problem> {
        let pattern = PathPattern::parse(&self.pattern)?;
        let mut page = Page::new(self.limit);
        for (path, kind) in found.entries {
            let bytes = path.as_str().len();
            if kind == Kind::File && pattern.matches(&self.path, &path) && page.push(path, bytes) == Rest::More {
                break;
            }
        }
        let (paths, rest) = page.into_parts();
        let advice = rest.advice(|| format!("name a deeper `path`, a narrower `pattern`, or raise `limit` (at most {MAX_LIMIT})"));
        Ok(Globbed { paths, truncated: rest.truncated(), advice, skipped: Skips::of(found.skipped) })
    }
}

impl Function for Glob {
    const NAME: &'static str = "glob";
    type Output = Globbed;

    fn invoke(&self, workspace: &Workspace) -> Result<Globbed, Failure> {
        Ok(self.globbed(walk(workspace, &self.path, self.scope())?)?)
    }

    fn verify(&self, output: &Globbed, world: &Verification) -> Verdict {
        let expected = self.globbed(rescan(&world.now, &self.path, self.scope())?)?;
        Evidence::new()
            .check(
                format!("the {} paths are the matching files that a second walk of `{}` finds, in order", output.paths.len(), self.path),
                output.paths == expected.paths,
            )?
            .check(
                "the result says correctly whether there are more",
                output.truncated == expected.truncated && output.advice == expected.advice,
            )?
            .check("what could not be read is named", output.skipped == expected.skipped)
    }
}
