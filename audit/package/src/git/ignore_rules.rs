//! Ignore files from the root of a working tree down.

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

/// Stands for the folder of an ignore file: paths are given relative to it, so that nothing is ever stripped from them.
const ROOT: &str = "/ignore-root";

/// The rules of one ignore file.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// The folder of the file, relative to the root of the working tree.
    folder: String,
    rules: Gitignore,
}

impl Rules {
    /// Reads an ignore file. A line that is no pattern is left out, as git does.
    pub(crate) fn parse(text: &str, folder: &str) -> Self {
        let mut builder = GitignoreBuilder::new(ROOT);
        for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
            // An invalid pattern matches nothing in git, and is not added here.
            let _ = builder.add_line(None, line);
        }
        Self { folder: folder.to_owned(), rules: builder.build().unwrap_or_else(|_| Gitignore::empty()) }
    }

    fn decide(&self, path: &str, is_folder: bool) -> Option<Ignored> {
        let inner = if self.folder.is_empty() { path } else { path.strip_prefix(&self.folder)?.strip_prefix('/')? };
        match self.rules.matched(inner, is_folder) {
            Match::None => None,
            Match::Ignore(_) => Some(Ignored::Yes),
            Match::Whitelist(_) => Some(Ignored::No),
        }
    }
}

/// Whether git would leave an untracked path out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ignored {
    Yes,
    No,
}

/// The rules that apply in a folder: those of its own ignore file last.
#[derive(Debug, Clone, Default)]
pub(crate) struct IgnoreStack {
    rules: Vec<Rules>,
}

impl IgnoreStack {
    /// Adds rules that take precedence over all that are there.
    pub(crate) fn push(&mut self, rules: Rules) {
        self.rules.push(rules);
    }

    /// Whether a path is ignored, its folders not asked.
    pub(crate) fn decide(&self, path: &str, is_folder: bool) -> Ignored {
        self.rules.iter().rev().find_map(|rules| rules.decide(path, is_folder)).unwrap_or(Ignored::No)
    }

    /// How many sets of rules there are, to go back to with [`Self::truncate`].
    pub(crate) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Forgets the rules that were added last.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.rules.truncate(length);
    }
}
