//! What a guest sees of the workspace, and what it does not.

use cofferdam_base::WorkspacePath;
use cofferdam_sandbox::Prepared;
use cofferdam_store::ChangeSet;

use crate::support::{Place, call, component, content, guest, limits, prepared};

/// WASI's error numbers, as the guest gives them.
const OK: &str = "00";
const BAD_DESCRIPTOR: &str = "08";
const INVALID: &str = "28";
const IS_DIRECTORY: &str = "31";
const NO_ENTRY: &str = "44";
const NOT_DIRECTORY: &str = "54";
const NOT_PERMITTED: &str = "63";

fn paths() -> Prepared {
    prepared(&component(guest!("paths")))
}

/// What the guest answers, and what it would change.
fn attack(guest: &Prepared, place: &Place, function: &str, path: &str) -> (String, ChangeSet) {
    let limits = limits();
    let done = guest.invoke(&call(function, path), place.stage(&limits), None, &limits).unwrap();
    (done.result.unwrap(), done.stage.seal().unwrap().changes().clone())
}

#[test]
fn reads_what_is_there() {
    let (guest, place) = (paths(), Place::new());
    for (path, answer) in
        [("file", "what is here"), ("folder/inner", "inner"), ("./folder/../file", "what is here"), ("inside", "what is here")]
    {
        let (read, changes) = attack(&guest, &place, "read", path);
        assert_eq!(read, answer, "{path}");
        assert!(changes.is_empty());
    }
}

#[test]
fn nothing_leads_out_of_the_workspace() {
    let (guest, place) = (paths(), Place::new());
    let above = format!("{}/", place.beside().display());
    for path in [
        "..",
        "../",
        "../beside",
        "../beside/",
        "folder/../../beside",
        "folder/../../workspace/file",
        "up",
        "up/",
        "up/beside",
        "up/beside/",
        "up/workspace/file",
        "outside",
        "outside/",
        "outside/.",
        "/",
        "//",
        "/etc/passwd",
        "/workspace/file",
        "file/../../beside",
        "inside/../../beside",
        above.as_str(),
        above.trim_end_matches('/'),
    ] {
        for function in ["read", "write", "truncate", "dir", "make", "unlink", "name", "put", "filestat", "change", "symlink", "hardlink"] {
            let (answer, changes) = attack(&guest, &place, function, path);
            // What a link is may be told, and the link itself is not there.
            assert_ne!(answer, OK, "{function} {path}");
            assert!(answer.len() == 2 && answer.bytes().all(|byte| byte.is_ascii_digit()), "{function} {path} read: {answer}");
            assert!(changes.is_empty(), "{function} {path}");
        }
    }
    assert_eq!(content(&place.beside()), "nobody may see this");
}

#[test]
fn a_trailing_slash_demands_a_folder() {
    let (guest, place) = (paths(), Place::new());
    assert_eq!(attack(&guest, &place, "read", "file/").0, NOT_DIRECTORY);
    assert_eq!(attack(&guest, &place, "read", "inside/").0, NOT_DIRECTORY);
    assert_eq!(attack(&guest, &place, "dir", "folder/").0, OK);
    assert_eq!(attack(&guest, &place, "write", "folder/").0, IS_DIRECTORY);
}

#[test]
fn writing_changes_the_stage_and_nothing_else() {
    let (guest, place) = (paths(), Place::new());
    let (answer, changes) = attack(&guest, &place, "write", "folder/new");
    let path = WorkspacePath::parse("folder/new").unwrap();
    assert_eq!((answer.as_str(), changes.len()), (OK, 1));
    assert_eq!(&**changes.get(&path).unwrap().bytes().unwrap(), b"planted");
    assert_eq!(attack(&guest, &place, "read", "folder/new").0, NO_ENTRY, "another call does not see it");
    assert_eq!(content(&place.root().join("planted")), "old");
}

#[test]
fn a_file_opened_for_reading_is_not_emptied() {
    let (guest, place) = (paths(), Place::new());
    let (answer, changes) = attack(&guest, &place, "truncate", "file");
    assert_eq!(answer, NOT_PERMITTED);
    assert!(changes.is_empty());
}

#[test]
fn links_are_not_made() {
    let (guest, place) = (paths(), Place::new());
    assert_eq!(attack(&guest, &place, "symlink", "new").0, NOT_PERMITTED);
    assert_eq!(attack(&guest, &place, "hardlink", "file").0, NOT_PERMITTED);
}

#[test]
fn what_is_refused_is_refused_however_it_is_spelled() {
    let (guest, place) = (paths(), Place::new());
    for path in ["secret/key", "./secret//key", "folder/../secret/key", "up/workspace/secret/key"] {
        for function in ["read", "write", "unlink", "name", "filestat"] {
            let (answer, changes) = attack(&guest, &place, function, path);
            assert!(answer == NOT_PERMITTED || answer == NO_ENTRY, "{function} {path}: {answer}");
            assert!(changes.is_empty());
        }
    }
}

#[test]
fn folders_and_names_are_as_posix_has_them() {
    let (guest, place) = (paths(), Place::new());
    for (function, path, answer) in [
        ("make", "made", OK),
        ("make", "made/", OK),
        ("make", "missing/made", NO_ENTRY),
        ("make", "folder", "20"),
        ("unlink", "file", OK),
        ("unlink", "folder", IS_DIRECTORY),
        ("unlink", "missing", NO_ENTRY),
        ("name", "file", OK),
        ("name", "missing", NO_ENTRY),
        ("put", "folder/inner", OK),
        ("put", "folder", IS_DIRECTORY),
        ("filestat", "folder", OK),
        ("dir", "file", NOT_DIRECTORY),
        ("write", "folder", IS_DIRECTORY),
        ("read", "folder", BAD_DESCRIPTOR),
        ("read", "a\0b", INVALID),
        ("change", "file", OK),
        ("change", "missing", NO_ENTRY),
    ] {
        assert_eq!(attack(&guest, &place, function, path).0, answer, "{function} {path:?}");
    }
}

#[test]
fn setting_times_changes_nothing() {
    let (guest, place) = (paths(), Place::new());
    assert!(attack(&guest, &place, "change", "file").1.is_empty());
}
