//! Where there is no list: errors with their codes, and reports that say why they are empty.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::error::Error as _;

use cofferdam_base::{Class, Diagnostic as _, WorkspacePath};
use cofferdam_package_audit::{AuditError, DiskTree, Ecosystem, Entry, MemoryTree, Source, Stat, Tree, TreeError, inspect};
use support::{path, tree};

fn error(text: &str, ecosystem: Option<Ecosystem>) -> AuditError {
    inspect(&tree(text), &WorkspacePath::root(), ecosystem).unwrap_err()
}

fn reason(text: &str) -> String {
    let report = inspect(&tree(text), &WorkspacePath::root(), None).unwrap();
    assert!(report.files.is_empty() && report.findings.is_empty() && !report.is_complete());
    report.unsupported.concat()
}

#[test]
fn every_error_has_its_code_and_class() {
    for (text, ecosystem, code) in [
        ("== x\n", None, "package.no-project"),
        ("== package.json\n{}== Cargo.toml\n", None, "package.several-projects"),
        ("== x\n", Some(Ecosystem::Npm), "package.no-manifest"),
        ("== x\n", Some(Ecosystem::Cargo), "package.no-manifest"),
        ("== package.json\n{", None, "package.bad-manifest"),
        ("== package.json\n[]", None, "package.bad-manifest"),
        ("== Cargo.toml\n[", None, "package.bad-manifest"),
        ("== pyproject.toml\n[", None, "package.bad-manifest"),
    ] {
        let error = error(text, ecosystem);
        assert_eq!((error.code(), error.class()), (code, Class::Failed), "{text}");
        assert!(!error.to_string().ends_with('.'));
    }
}

#[test]
fn a_manifest_that_is_too_large_is_a_limit() {
    let huge = MemoryTree::default().with_file(path("package.json"), vec![b' '; (4 << 20) + 1]);
    let error = inspect(&huge, &WorkspacePath::root(), None).unwrap_err();
    assert_eq!((error.code(), error.class()), ("package.too-large", Class::Limit));
    assert_eq!(error.source().unwrap().to_string(), "`package.json` is larger than 4194304 bytes");
}

#[test]
fn a_tree_nested_without_end_is_a_limit() {
    let deep = tree("== package.json\n{\"name\":\"p\",\"version\":\"1.0.0\"}").with_file(path(&format!("{}x", "d/".repeat(150))), "");
    assert_eq!(inspect(&deep, &WorkspacePath::root(), None).unwrap_err().code(), "package.too-large");
}

/// A tree in which nothing can be read.
struct Closed;

impl Tree for Closed {
    fn list(&self, folder: &WorkspacePath) -> Result<Vec<Entry>, TreeError> {
        Err(TreeError::Io { path: folder.clone(), source: std::io::ErrorKind::PermissionDenied.into() })
    }

    fn stat(&self, path: &WorkspacePath) -> Result<Option<Stat>, TreeError> {
        Err(TreeError::Io { path: path.clone(), source: std::io::ErrorKind::PermissionDenied.into() })
    }

    fn open(&self, path: &WorkspacePath) -> Result<Box<dyn Source + '_>, TreeError> {
        Err(TreeError::Io { path: path.clone(), source: std::io::ErrorKind::PermissionDenied.into() })
    }

    fn link(&self, path: &WorkspacePath) -> Result<String, TreeError> {
        Err(TreeError::NotUnicode { path: path.clone() })
    }
}

#[test]
fn a_tree_that_cannot_be_read_is_an_error() {
    assert_eq!(inspect(&Closed, &WorkspacePath::root(), None).unwrap_err().code(), "package.unreadable");
}

#[test]
fn says_what_is_not_modelled_and_lists_nothing() {
    let python = |backend: &str| format!("== pyproject.toml\n[project]\nname='x'\n[build-system]\nbuild-backend='{backend}'\n");
    for (text, expected) in [
        (python("poetry.core.masonry.api"), "build backend `poetry.core.masonry.api`"),
        (python("flit_core.buildapi"), "build backend `flit_core.buildapi`"),
        ("== pyproject.toml\n[project]\nname='x'\n== setup.py\nimport os\n".to_owned(), "setup.py runs code that may change the list"),
        ("== setup.py\nsetup()\n".to_owned(), "without pyproject.toml the project's own setup code decides what is published"),
        ("== package.json\n{\"name\":\"p\"}".to_owned(), "npm refuses this project: package.json has no `name` or no `version`"),
        (
            "== package.json\n{\"name\":\"p\",\"version\":\"1.0.0\"}\n== .npmignore\n[[:alpha:]]\n".to_owned(),
            "pattern `[[:alpha:]]` in `.npmignore` uses a POSIX character class, which is not modelled",
        ),
        ("== Cargo.toml\n[workspace]\n".to_owned(), "Cargo.toml describes a workspace without a package of its own"),
        (
            "== Cargo.toml\n[package]\nname='p'\nversion='1.0.0'\n== .git\n== sub/.git/HEAD\nx\n".to_owned(),
            "`sub` is a repository of its own, which is not modelled",
        ),
        (
            "== Cargo.toml\n[package]\nname='p'\nversion='1.0.0'\n== out -> ../elsewhere\n".to_owned(),
            "`out` is a link that leads to no file in the tree, which is not modelled",
        ),
    ] {
        assert_eq!(reason(&text), expected, "{text}");
    }
}

#[test]
fn a_manifest_cannot_name_a_file_behind_a_link() {
    let outside = tempfile::tempdir().unwrap();
    let inside = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test writes its trees")]
    {
        std::fs::write(outside.path().join("secret"), "-----BEGIN PRIVATE KEY-----").unwrap();
        std::fs::write(inside.path().join("Cargo.toml"), "[package]\nname='p'\nversion='1.0.0'\nreadme='link/secret'\ninclude=['src']\n")
            .unwrap();
        std::os::unix::fs::symlink(outside.path(), inside.path().join("link")).unwrap();
    }
    let report = inspect(&DiskTree::open_ambient(inside.path()), &WorkspacePath::root(), None).unwrap();
    assert_eq!(report.files, []);
    assert_eq!(report.unsupported.len(), 1, "{report:?}");
}
