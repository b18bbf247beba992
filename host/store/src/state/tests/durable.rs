//! Replacing and appending when the process dies or the power fails.

use std::{fs, io::ErrorKind, os::unix::fs::PermissionsExt as _, sync::Arc};

use cofferdam_base::Diagnostic as _;
use tempfile::TempDir;

use crate::state::{
    Folder,
    disk::Disk,
    tests::{
        faulty::{Faulty, Verdict},
        forgetful::{Forgetful, Loss},
    },
};

/// An empty private folder.
fn folder() -> TempDir {
    let root = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o700)).unwrap();
    root
}

fn open(root: &TempDir, disk: Arc<dyn Disk>) -> Folder {
    Folder::open_ambient_on(root.path(), disk).unwrap()
}

fn read(root: &TempDir, name: &str) -> Option<Vec<u8>> {
    Folder::open_ambient(root.path()).unwrap().read(name, 100).unwrap()
}

#[test]
fn a_replaced_file_has_its_old_or_its_new_content_whatever_happens() {
    for point in 0.. {
        let root = folder();
        fs::write(root.path().join("f"), "old").unwrap();
        let forgetful = Arc::new(Forgetful::new(&[root.path()]));
        let replaced = open(&root, Faulty::killed_in(forgetful.clone(), point)).replace("f", b"new content");
        for loss in Loss::some(point, 10) {
            let later = folder();
            forgetful.lose_power(loss, &[later.path()]);
            let now = read(&later, "f").unwrap();
            let expected: &[&[u8]] = if replaced.is_ok() { &[b"new content"] } else { &[b"old", b"new content"] };
            assert!(expected.contains(&now.as_slice()), "{loss:?} at {point}: {now:?}");
        }
        if replaced.is_ok() {
            return;
        }
    }
}

#[test]
fn a_failed_replace_leaves_no_file_behind() {
    for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied] {
        // Created, written, synced, renamed: the last sync of the folder is no failure of the file.
        for point in 0..4 {
            let root = folder();
            let fails = move |at, _| if at == point { Verdict::FailsMidway(kind) } else { Verdict::Happens };
            let error = open(&root, Faulty::new(Arc::new(Forgetful::new(&[root.path()])), fails)).replace("f", b"content").unwrap_err();
            let code = if kind == ErrorKind::StorageFull { "store.state-disk-full" } else { "store.state-io" };
            assert_eq!(error.code(), code, "{point}");
            assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0, "{point}");
        }
    }
}

#[test]
fn what_was_appended_and_synced_survives() {
    let root = folder();
    let forgetful = Arc::new(Forgetful::new(&[root.path()]));
    let mut log = open(&root, forgetful.clone()).append("log").unwrap();
    log.append(b"one\n").unwrap();
    log.sync().unwrap();
    log.append(b"two\n").unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for loss in Loss::some(0, 40) {
        let later = folder();
        forgetful.lose_power(loss, &[later.path()]);
        let now = read(&later, "log").unwrap();
        seen.insert(now.clone());
        assert!(now.starts_with(b"one\n"), "{loss:?}: {now:?}");
    }
    assert!(seen.contains(b"one\n".as_slice()) && seen.contains(b"one\ntwo\n".as_slice()));
}
