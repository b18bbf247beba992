//! The ignore rules of one folder, in the format of gitignore(5).

use cofferdam_tool_sdk::{Kind, View, WorkspaceError, WorkspacePath};
use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use crate::walk::below;

/// Largest file of ignore rules that is honoured. Keeps a hostile one from becoming an endless matcher.
const MAX_RULES_BYTES: usize = 256 * 1024;

/// The rules that one file of them sets for the folder that it speaks of.
pub(crate) struct Rules {
    folder: WorkspacePath,
    matcher: Gitignore,
}

/// What rules say about a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Say {
    /// It is ignored.
    Ignored,
    /// It is not, whatever rules further up say.
    Kept,
}

impl Rules {
    /// The rules of `folder`'s own `.gitignore`; `None` if it has none.
    ///
    /// # Errors
    /// A file of rules that cannot be read, with its path.
    pub(crate) fn of_folder(view: &View, folder: &WorkspacePath) -> Result<Option<Self>, (WorkspacePath, WorkspaceError)> {
        Self::load(view, folder, ".gitignore")
    }

    /// The rules of the repository at the workspace's root that are not committed: `.git/info/exclude`.
    ///
    /// # Errors
    /// A file of rules that cannot be read, with its path.
    pub(crate) fn of_repository(view: &View) -> Result<Option<Self>, (WorkspacePath, WorkspaceError)> {
        Self::load(view, &WorkspacePath::root(), ".git/info/exclude")
    }

    fn load(view: &View, folder: &WorkspacePath, name: &str) -> Result<Option<Self>, (WorkspacePath, WorkspaceError)> {
        // A folder whose path is too long for another component has no such file.
        let Ok(path) = folder.join(name) else { return Ok(None) };
        match view.read(&path) {
            Ok(bytes) if bytes.len() > MAX_RULES_BYTES => Err((path.clone(), WorkspaceError::TooLarge(path))),
            Ok(bytes) => match Self::parse(folder, &bytes) {
                Some(rules) => Ok(Some(rules)),
                None => Err((path.clone(), WorkspaceError::TooLarge(path))),
            },
            Err(WorkspaceError::NotFound(_) | WorkspaceError::NotFolder(_) | WorkspaceError::IsFolder(_)) => Ok(None),
            Err(error) => Err((path, error)),
        }
    }

    /// `None` if the rules together make too large a matcher.
    fn parse(folder: &WorkspacePath, bytes: &[u8]) -> Option<Self> {
        let mut builder = GitignoreBuilder::new("");
        // Lines that are not UTF-8 match nothing that has a UTF-8 name.
        for line in String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').lines() {
            // Git overlooks a line that is no pattern, and so does this.
            let _ = builder.add_line(None, line);
        }
        Some(Self { folder: folder.clone(), matcher: builder.build().ok()? })
    }

    /// What the rules say about a path in the folder or below it; `None` if nothing.
    pub(crate) fn say(&self, path: &WorkspacePath, kind: Kind) -> Option<Say> {
        match self.matcher.matched(below(&self.folder, path), kind == Kind::Folder) {
            Match::None => None,
            Match::Ignore(_) => Some(Say::Ignored),
            Match::Whitelist(_) => Some(Say::Kept),
        }
    }
}
