//! `include` and `exclude`: patterns of gitignore, matched with the crate that cargo itself uses.

use cofferdam_base::text;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::plan::NoPlan;

/// Stands for the package's folder: paths are given relative to it, so that nothing is ever stripped from them.
const ROOT: &str = "/package-root";

/// Which paths of the package's folder may be in the package.
#[derive(Debug)]
pub(super) enum Filter {
    /// All but these.
    Exclude(Gitignore),
    /// These alone; folders are always looked into.
    Include(Gitignore),
}

impl Filter {
    /// All but the patterns; without git, names that start with a dot are out too.
    pub(super) fn exclude(patterns: &[String], hidden: bool) -> Result<Self, NoPlan> {
        let hidden = hidden.then(|| ".*".to_owned());
        rules(hidden.iter().chain(patterns)).map(Self::Exclude)
    }

    /// The patterns alone.
    pub(super) fn include(patterns: &[String]) -> Result<Self, NoPlan> {
        rules(patterns.iter()).map(Self::Include)
    }

    /// Whether a path, relative to the package's folder, may be in.
    pub(super) fn accepts(&self, path: &str, is_folder: bool) -> bool {
        if path == "Cargo.lock" || path == "Cargo.toml" {
            return true;
        }
        match self {
            Self::Exclude(rules) => !rules.matched_path_or_any_parents(path, is_folder).is_ignore(),
            Self::Include(_) if is_folder => true,
            Self::Include(rules) => rules.matched_path_or_any_parents(path, false).is_ignore(),
        }
    }
}

fn rules<'p>(patterns: impl Iterator<Item = &'p String>) -> Result<Gitignore, NoPlan> {
    let refused = |pattern: &str| {
        let shown = text::inline(pattern, 80);
        NoPlan::unsupported(format!("cargo refuses this package: `{shown}` is no pattern"))
    };
    let mut builder = GitignoreBuilder::new(ROOT);
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|_| refused(pattern))?;
    }
    builder.build().map_err(|_| refused("the patterns together"))
}
