//! The lists of the real packagers, recorded over the trees in `fixtures/` (see `fixtures/record.py`).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{collections::BTreeSet, fs, path::Path};

use cofferdam_base::WorkspacePath;
use cofferdam_package_audit::{DiskTree, Ecosystem, inspect};
use support::{path, tree};

#[expect(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn check(ecosystem: Ecosystem, at_least: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(ecosystem.as_str());
    let mut checked = 0;
    for case in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let tree = tree(&fs::read_to_string(case.join("tree.txt")).unwrap());
        let expected = fs::read_to_string(case.join("expected.txt")).unwrap();
        let report = inspect(&tree, &WorkspacePath::root(), Some(ecosystem)).unwrap();
        assert_eq!(report.unsupported, [""; 0], "{}", case.display());
        let listed: BTreeSet<&str> = report.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(listed, expected.lines().collect::<BTreeSet<_>>(), "{}", case.display());
        checked += 1;
    }
    assert!(checked >= at_least, "only {checked} cases of {}", ecosystem.as_str());
}

#[test]
fn lists_what_npm_lists() {
    check(Ecosystem::Npm, 15);
}

#[test]
fn lists_what_cargo_lists() {
    check(Ecosystem::Cargo, 6);
}

#[test]
fn lists_what_python_builds_list() {
    check(Ecosystem::Python, 8);
}

#[test]
fn a_project_below_a_repository_obeys_the_rules_above_it() {
    let text = "== .git\n== .gitignore\n*.log\n== crates/p/Cargo.toml\n[package]\nname = \"p\"\nversion.workspace = true\nreadme.workspace = true\n== crates/p/src/lib.rs\n== crates/p/a.log\n== Cargo.toml\n[workspace]\n[workspace.package]\nversion = \"3.0.0\"\nreadme = \"TOP.md\"\n== TOP.md\nx\n";
    let report = inspect(&tree(text), &path("crates/p"), None).unwrap();
    let listed: Vec<&str> = report.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(listed, [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig", "TOP.md", "src/lib.rs"]);
    assert_eq!(report.version.as_deref(), Some("3.0.0"));
    assert_eq!(report.files[4].source.as_deref(), Some("TOP.md"));
}

#[test]
fn the_same_tree_on_disk_gives_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("package.json", r#"{"name":"p","version":"1.0.0"}"#), ("a.js", "x"), (".env", "A=1")] {
        #[expect(clippy::disallowed_methods, reason = "a test writes its tree")]
        fs::write(folder.path().join(name), content).unwrap();
    }
    let text = "== package.json\n{\"name\":\"p\",\"version\":\"1.0.0\"}== a.js\nx== .env\nA=1";
    let memory = inspect(&tree(text), &WorkspacePath::root(), None).unwrap();
    assert_eq!(inspect(&DiskTree::open_ambient(folder.path()), &WorkspacePath::root(), None).unwrap(), memory);
    assert_eq!(memory.file_count, 3);
}
