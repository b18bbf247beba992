//! Control paths: version control's own files and the product's. No tool changes them, and no policy can grant it.

use std::fmt;

use cofferdam_base::{Class, Diagnostic, WorkspacePath, text::inline};

use crate::fold::fold_path;

/// What a control path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlKind {
    /// Hooks and settings in it run commands.
    VersionControl,
    /// The product's own settings, lock and rules.
    Product,
    /// The workspace itself, which holds all of them.
    Root,
}

/// Folders of version control systems; files in them name commands that are run without asking.
const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn", ".jj", ".bzr"];
/// What the product reads from a workspace.
const PRODUCT: &[&str] = &[".cofferdam", "cofferdam.toml", "tools.lock"];

/// A path that is no control path: what a tool may be allowed to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncontrolledPath(WorkspacePath);

impl UncontrolledPath {
    /// Checks every component in all its spellings: case, Unicode forms, invisible characters, trailing dots and spaces,
    /// NTFS streams, backslashes, 8.3 short names.
    ///
    /// # Errors
    /// A control path.
    pub fn verify(path: WorkspacePath) -> Result<Self, ControlPathError> {
        match control_kind(&fold_path(&path)) {
            Some(kind) => Err(ControlPathError { path, kind }),
            None => Ok(Self(path)),
        }
    }

    /// The path.
    #[must_use]
    pub fn as_path(&self) -> &WorkspacePath {
        &self.0
    }
}

/// A tool wanted to change a control path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPathError {
    path: WorkspacePath,
    kind: ControlKind,
}

impl ControlPathError {
    /// What it belongs to.
    #[must_use]
    pub fn kind(&self) -> ControlKind {
        self.kind
    }
}

impl fmt::Display for ControlPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = match self.kind {
            ControlKind::VersionControl => "belongs to version control",
            ControlKind::Product => "belongs to cofferdam",
            ControlKind::Root => "is the workspace itself",
        };
        write!(f, "`{}` {whose}, and no tool may change it", inline(self.path.as_str(), 120))
    }
}

impl std::error::Error for ControlPathError {}

impl Diagnostic for ControlPathError {
    fn code(&self) -> &'static str {
        "policy.control-path"
    }

    fn class(&self) -> Class {
        Class::Denied
    }

    fn hint(&self) -> Option<String> {
        Some("change it by hand; no policy can grant this to a tool".to_owned())
    }
}

/// What a path belongs to, if it is a control path; `folded` are its components, folded, from the root down.
pub(crate) fn control_kind(folded: &[String]) -> Option<ControlKind> {
    if folded.is_empty() {
        return Some(ControlKind::Root);
    }
    folded.iter().find_map(|component| component_kind(component))
}

fn component_kind(folded: &str) -> Option<ControlKind> {
    // Folding can bring separators out of compatibility forms, and on Windows a backslash is one.
    folded.split(['/', '\\']).find_map(|name| {
        // `.git::$INDEX_ALLOCATION` is `.git` on NTFS (CVE-2019-1352).
        let name = name.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
        let is = |control: &str| name == control || is_short_name(name, control);
        if VERSION_CONTROL.iter().any(|control| is(control)) {
            Some(ControlKind::VersionControl)
        } else if PRODUCT.iter().any(|control| is(control)) {
            Some(ControlKind::Product)
        } else {
            None
        }
    })
}

/// Whether Windows could give `long` the 8.3 name `name`: its first letters, or two of them and four hex digits of a
/// checksum, then `~` and a number. More is refused than Windows makes; nothing that it makes is missed.
fn is_short_name(name: &str, long: &str) -> bool {
    let (stem, extension) = long.trim_start_matches('.').split_once('.').unwrap_or((long.trim_start_matches('.'), ""));
    let Some((start, tail)) = name.split_once('~') else { return false };
    let (number, tail) = tail.split_once('.').unwrap_or((tail, ""));
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let letters = start.len() >= 2 && stem.starts_with(start);
    let checksum =
        start.len() == 6 && start.chars().take(2).eq(stem.chars().take(2)) && start.chars().skip(2).all(|c| c.is_ascii_hexdigit());
    numbered && (letters || checksum) && extension.starts_with(tail) && (tail.len() == 3 || extension.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<ControlKind> {
        UncontrolledPath::verify(WorkspacePath::parse(text).unwrap()).err().map(|error| error.kind())
    }

    #[test]
    fn cve_2014_9390_case_and_ignored_characters_of_git() {
        for path in [
            ".git/config",
            ".GIT/config",
            ".Git/hooks/post-checkout",
            ".g\u{200c}it/config",
            ".gi\u{200d}t/config",
            "\u{feff}.git/config",
            ".git\u{202e}/x",
            "sub/module/.gIt",
            "git~1/config",
            "GIT~2/config",
        ] {
            assert_eq!(refused(path), Some(ControlKind::VersionControl), "{path:?}");
        }
    }

    #[test]
    fn cve_2019_1352_streams_and_backslashes_of_ntfs() {
        for path in [
            ".git::$INDEX_ALLOCATION/config",
            ".git:x",
            ".git .:x",
            ".git./config",
            ".git /config",
            ".git\\config",
            "a\\.git\\config",
            "a\\GIT~1",
        ] {
            assert_eq!(refused(path), Some(ControlKind::VersionControl), "{path:?}");
        }
    }

    #[test]
    fn compatibility_forms_of_unicode_are_seen_through() {
        for path in ["．ｇｉｔ/config", "\u{2024}git/config", ".git／config", ".git＼config", ".git：x", ".ſvn/x", ".gi\u{fe0f}t/x"]
        {
            assert_eq!(refused(path), Some(ControlKind::VersionControl), "{path:?}");
        }
    }

    #[test]
    fn the_product_protects_its_own_files_at_every_depth() {
        for path in [
            ".cofferdam/policy.cedar",
            "tools.lock",
            "sub/Tools.Lock",
            "cofferdam.toml",
            "COFFER~1/x",
            "coffer~1.tom",
            "TOOLS~1.LOC",
            "CO1A2B~1",
        ] {
            assert_eq!(refused(path), Some(ControlKind::Product), "{path:?}");
        }
        assert_eq!(refused("."), Some(ControlKind::Root));
    }

    #[test]
    fn other_files_are_not_held_back() {
        for path in [
            "src/lib.rs",
            ".github/workflows/ci.yml",
            ".gitignore",
            "git",
            "a.git",
            "tools.lock.md",
            "backup~1",
            "g~1",
            "cofferdam",
            "a:b",
            "toolsx~1.loc",
            "tools~1.txt",
        ] {
            assert_eq!(refused(path), None, "{path:?}");
        }
    }

    #[test]
    fn the_denial_names_path_and_reason() {
        let error = UncontrolledPath::verify(WorkspacePath::parse("a/.git/config").unwrap()).unwrap_err();
        assert_eq!((error.code(), error.class()), ("policy.control-path", Class::Denied));
        assert_eq!(error.to_string(), "`a/.git/config` belongs to version control, and no tool may change it");
        assert!(error.hint().is_some());
    }
}
