//! Both ways of opening, side by side: whatever one refuses, the other refuses.

#![expect(clippy::disallowed_methods, reason = "tests build real folders")]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use cofferdam_base::{Diagnostic as _, Digest, WorkspacePath};

use super::*;
use crate::{deadline::Deadline, error::FsError};

fn path(text: &str) -> WorkspacePath {
    WorkspacePath::parse(text).unwrap()
}

fn openers() -> Vec<Opener> {
    vec![
        #[cfg(target_os = "linux")]
        Opener::Kernel,
        Opener::Walk,
    ]
}

fn each(build: impl Fn(&Path), check: impl Fn(&Workspace, &Path)) {
    for opener in openers() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("workspace");
        fs::create_dir(&root).unwrap();
        build(&root);
        check(&Workspace::open_ambient_by(&root, opener), &root);
    }
}

fn fifo(at: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, at, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
}

#[test]
fn opens_only_a_folder() {
    let outer = tempfile::tempdir().unwrap();
    fs::write(outer.path().join("file"), "").unwrap();
    let error = Workspace::open_ambient(&outer.path().join("file")).unwrap_err();
    assert_eq!(error.code(), "store.workspace-not-folder");
    let error = Workspace::open_ambient(&outer.path().join("missing")).unwrap_err();
    assert_eq!(error.code(), "store.workspace-unusable");
    assert!(error.to_string().contains("missing"));
    assert!(std::error::Error::source(&error).is_some() && error.hint().is_some());
    assert!(Workspace::open_ambient(outer.path()).is_ok());
}

#[test]
fn looks_without_following() {
    let build = |root: &Path| {
        fs::create_dir(root.join("folder")).unwrap();
        fs::write(root.join("folder/file"), "four").unwrap();
        fs::set_permissions(root.join("folder/file"), fs::Permissions::from_mode(0o544)).unwrap();
        std::os::unix::fs::symlink("folder", root.join("link")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", root.join("out")).unwrap();
        fifo(&root.join("fifo"));
        drop(std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap());
    };
    each(build, |workspace, _| {
        let look = |text| workspace.look(&path(text)).unwrap();
        assert_eq!(look("."), Looked::Folder);
        assert_eq!(look("folder"), Looked::Folder);
        assert_eq!(look("folder/file"), Looked::File(FileStat { size: 4, executable: true, read_only: true }));
        assert_eq!(look("link"), Looked::Link);
        assert_eq!(look("out"), Looked::Link);
        assert_eq!(look("link/file"), Looked::BehindLink);
        assert_eq!(look("fifo"), Looked::Special);
        assert_eq!(look("socket"), Looked::Special);
        assert_eq!(look("missing"), Looked::Absent);
        assert_eq!(look("missing/file"), Looked::Absent);
        assert_eq!(look("folder/file/below"), Looked::Absent);
        assert_eq!(workspace.read_link(&path("link")).unwrap().as_deref(), Some("folder"));
        assert!(workspace.read_link(&path("folder")).is_err());
    });
}

#[test]
fn opens_nothing_but_regular_files_and_never_through_a_link() {
    let build = |root: &Path| {
        fs::create_dir(root.join("folder")).unwrap();
        fs::write(root.join("folder/file"), "four").unwrap();
        fs::write(root.parent().unwrap().join("outside"), "secret").unwrap();
        std::os::unix::fs::symlink("folder/file", root.join("link")).unwrap();
        std::os::unix::fs::symlink("folder", root.join("to-folder")).unwrap();
        std::os::unix::fs::symlink("../outside", root.join("out")).unwrap();
        // Opening it for reading would wait for a writer.
        fifo(&root.join("fifo"));
        drop(std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap());
    };
    each(build, |workspace, _| {
        for text in ["folder", "link", "to-folder/file", "out", "fifo", "socket", "missing", "folder/file/below"] {
            assert!(workspace.open_file(&path(text)).unwrap().is_none(), "{text}");
        }
        let file = || workspace.open_file(&path("folder/file")).unwrap().unwrap();
        assert_eq!(&file().read(&path("folder/file"), Deadline::NONE).unwrap()[..], b"four");
        assert_eq!(file().digest(Deadline::NONE).unwrap(), Digest::of(b"four"));
        assert!(workspace.open_folder(&path("folder")).is_ok());
        assert!(workspace.open_folder(&path("to-folder")).is_err());
        assert!(workspace.open_folder(&path("folder/file")).is_err());
    });
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_a_conflict_and_one_that_grows_has_another_digest() {
    let build = |root: &Path| fs::write(root.join("file"), "four").unwrap();
    each(build, |workspace, root| {
        let file = workspace.open_file(&path("file")).unwrap().unwrap();
        fs::write(root.join("file"), "4").unwrap();
        assert!(matches!(file.read(&path("file"), Deadline::NONE), Err(FsError::Conflict(_))));
        let file = workspace.open_file(&path("file")).unwrap().unwrap();
        fs::write(root.join("file"), "4+1").unwrap();
        assert_ne!(file.digest(Deadline::NONE).unwrap(), Digest::of(b"4"));
    });
}

#[test]
fn lists_everything_sorted_and_digests_what_no_guest_sees() {
    use std::os::unix::ffi::OsStrExt as _;
    let odd = std::ffi::OsStr::from_bytes(b"not\xffutf8");
    let build = |root: &Path| {
        fs::create_dir(root.join("b")).unwrap();
        fs::write(root.join("a\n\u{1b}"), "").unwrap();
        std::os::unix::fs::symlink("b", root.join("c")).unwrap();
        fifo(&root.join("d"));
    };
    each(build, |workspace, root| {
        let list = || workspace.list(&path("."), 10, Deadline::NONE).unwrap().unwrap();
        let before = list();
        let expected = [("a\n\u{1b}", RawKind::File), ("b", RawKind::Folder), ("c", RawKind::Link), ("d", RawKind::Special)];
        assert_eq!(before.entries, expected.map(|(name, kind)| (name.to_owned(), kind)));
        assert_eq!((before.digest, before.not_utf8), (list().digest, 0));
        fs::write(root.join(odd), "").unwrap();
        let after = list();
        assert_eq!((after.entries.len(), after.not_utf8), (4, 1));
        assert_ne!(after.digest, before.digest);
        assert!(matches!(workspace.list(&path("."), 4, Deadline::NONE), Err(FsError::Quota { limit: "listed_entries" })));
        assert!(workspace.list(&path("b"), 0, Deadline::NONE).unwrap().unwrap().entries.is_empty());
        for text in ["a\n\u{1b}", "c", "missing"] {
            assert!(workspace.list(&path(text), 10, Deadline::NONE).unwrap().is_none(), "{text:?}");
        }
    });
}

#[test]
fn a_folder_swapped_for_a_link_is_not_followed() {
    let build = |root: &Path| {
        fs::create_dir(root.join("folder")).unwrap();
        fs::write(root.join("folder/file"), "mine").unwrap();
        fs::create_dir(root.parent().unwrap().join("outside")).unwrap();
        fs::write(root.parent().unwrap().join("outside/file"), "secret").unwrap();
    };
    each(build, |workspace, root| {
        assert!(matches!(workspace.look(&path("folder/file")).unwrap(), Looked::File(_)));
        fs::rename(root.join("folder"), root.join("moved")).unwrap();
        std::os::unix::fs::symlink("../outside", root.join("folder")).unwrap();
        assert!(workspace.open_file(&path("folder/file")).unwrap().is_none());
        assert!(workspace.list(&path("folder"), 10, Deadline::NONE).unwrap().is_none());
        assert!(workspace.open_folder(&path("folder")).is_err());
    });
}

#[test]
fn names_as_deep_and_long_as_the_file_system_takes_are_found() {
    let long = "ü".repeat(127);
    let build = |root: &Path| {
        let mut at = root.to_owned();
        for _ in 0..8 {
            at.push("ü".repeat(127));
        }
        fs::create_dir_all(&at).unwrap();
        fs::write(at.join("file"), "deep").unwrap();
    };
    each(build, |workspace, _| {
        let deep = path(&format!("{}file", format!("{long}/").repeat(8)));
        assert!(matches!(workspace.look(&deep).unwrap(), Looked::File(_)));
        assert!(workspace.open_file(&deep).unwrap().is_some());
    });
}
