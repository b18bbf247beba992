//! `files.list`: what is in a folder.

use cofferdam_tool_sdk::{
    Evidence, Failure, Function, JsonSchema, Kind, Verdict, Verification, View, Workspace, WorkspaceError, WorkspacePath,
};
use serde::{Deserialize, Serialize};

use crate::{
    page::{Page, Rest},
    problem::Problem,
    rescan::rescan,
    skipped::Skips,
    walk::{Found, MAX_DEPTH, MAX_NAMES, Scope, walk},
};

/// Most entries of one result.
const MAX_LIMIT: u32 = 2000;

/// Lists the files and folders in a folder, sorted by path. What `.gitignore` files and `.git/info/exclude` ignore is left
/// out. Links are named and not followed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The folder, from the workspace's root. An ignored folder is listed if it is named here.
    #[serde(default = "WorkspacePath::root")]
    pub path: WorkspacePath,
    /// Levels to list: 1 lists the folder itself, 2 also the folders in it.
    #[serde(default = "default_depth")]
    #[schemars(range(min = 1, max = MAX_DEPTH))]
    pub depth: u32,
    /// Also names that start with a dot. Folders named `.git` are never listed.
    #[serde(default)]
    pub hidden: bool,
    /// Most entries to give.
    #[serde(default = "default_limit")]
    #[schemars(range(min = 1, max = MAX_LIMIT))]
    pub limit: u32,
}

fn default_depth() -> u32 {
    1
}

fn default_limit() -> u32 {
    500
}

/// What is in the folder.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Listed {
    /// The entries, each folder before what is in it.
    pub entries: Vec<ListedEntry>,
    /// Whether there are more entries than are given.
    pub truncated: bool,
    /// What to do to see the rest.
    pub advice: Option<String>,
    /// Folders and ignore files that could not be read.
    pub skipped: Option<Skips>,
}

/// One file, folder or link.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListedEntry {
    /// Path from the workspace's root.
    pub path: WorkspacePath,
    /// File, folder or link.
    pub kind: Kind,
    /// Bytes of a file; left out where the policy refuses to tell.
    pub size: Option<u64>,
}

impl List {
    fn scope(&self) -> Scope {
        Scope { hidden: self.hidden, depth: self.depth, names: MAX_NAMES }
    }

    /// The result that follows from what was found.
    fn listed(&self, view: &View, found: Found) -> Listed {
        let mut page = Page::new(self.limit);
        for (path, kind) in found.entries {
            // The size costs a look at the file, so entries that are not shown are not looked at.
            if page.push((path.clone(), kind), path.as_str().len()) == Rest::More {
                break;
            }
        }
        let (entries, rest) = page.into_parts();
        let entries = entries.into_iter().map(|(path, kind)| ListedEntry { size: size(view, &path, kind), path, kind }).collect();
        Listed {
            entries,
            truncated: rest.truncated(),
            advice: rest.advice(|| format!("list a deeper `path`, lower `depth`, or raise `limit` (at most {MAX_LIMIT})")),
            skipped: Skips::of(found.skipped),
        }
    }

    fn require_folder(&self, view: &View) -> Result<(), Problem> {
        match view.stat(&self.path)?.map(|stat| stat.kind) {
            Some(Kind::File | Kind::Link) => Err(WorkspaceError::NotFolder(self.path.clone()).into()),
            Some(Kind::Folder) => Ok(()),
            None => Err(WorkspaceError::NotFound(self.path.clone()).into()),
        }
    }
}

fn size(view: &View, path: &WorkspacePath, kind: Kind) -> Option<u64> {
    match kind {
        Kind::File => view.stat(path).ok().flatten().map(|stat| stat.size),
        Kind::Folder | Kind::Link => None,
    }
}

impl Function for List {
    const NAME: &'static str = "list";
    type Output = Listed;

    fn invoke(&self, workspace: &Workspace) -> Result<Listed, Failure> {
        self.require_folder(workspace)?;
        let found = walk(workspace, &self.path, self.scope()).map_err(Failure::from)?;
        Ok(self.listed(workspace, found))
    }

    fn verify(&self, output: &Listed, world: &Verification) -> Verdict {
        self.require_folder(&world.now)?;
        let expected = self.listed(&world.now, rescan(&world.now, &self.path, self.scope())?);
        Evidence::new()
            .check(
                format!(
                    "the {} entries are those that a second walk of `{}` finds, in order, with their sizes",
                    output.entries.len(),
                    self.path
                ),
                output.entries == expected.entries,
            )?
            .check(
                "the result says correctly whether there are more",
                output.truncated == expected.truncated && output.advice == expected.advice,
            )?
            .check("what could not be read is named", output.skipped == expected.skipped)
    }
}
