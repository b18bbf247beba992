//! One holder at a time.

use std::{fs, ops::ControlFlow, path::Path};

use cofferdam_base::Diagnostic as _;
use tempfile::TempDir;

use crate::{
    state::{StateDir, StateError},
    workspace::Workspace,
};

fn open(root: &Path) -> StateDir {
    fs::create_dir_all(root.join("w")).unwrap();
    StateDir::open_ambient(&root.join("s"), &Workspace::open_ambient(&root.join("w")).unwrap()).unwrap()
}

#[test]
fn the_second_waits_for_the_first_as_long_as_its_caller_likes() {
    let root = TempDir::new().unwrap();
    let (first, second) = (open(root.path()), open(root.path()));
    let held = first.try_lock().unwrap();
    let error = second.try_lock().unwrap_err();
    assert_eq!(error.code(), "store.workspace-busy");
    assert!(error.hint().unwrap().contains("cofferdam"));
    let mut held = Some(held);
    let mut asked = 0;
    let lock = second.lock(|| {
        asked += 1;
        if asked == 3 {
            held = None;
        }
        ControlFlow::Continue(())
    });
    assert!(lock.is_ok());
    drop(lock);
    assert_eq!(asked, 3);
    assert!(first.try_lock().is_ok());
}

#[test]
fn a_lock_file_that_was_removed_does_not_let_two_in() {
    let root = TempDir::new().unwrap();
    let (first, second) = (open(root.path()), open(root.path()));
    drop(first.try_lock().unwrap());
    fs::remove_file(root.path().join("s/lock")).unwrap();
    // A new file is made, and it is the one that everybody locks.
    let _held = first.try_lock().unwrap();
    assert!(matches!(second.try_lock(), Err(StateError::Busy)));
}

#[test]
fn a_lock_file_that_is_replaced_while_waiting_is_followed() {
    let root = TempDir::new().unwrap();
    let (first, second) = (open(root.path()), open(root.path()));
    let mut held = Some(first.try_lock().unwrap());
    let lock = second.lock(|| {
        fs::remove_file(root.path().join("s/lock")).unwrap();
        held = None;
        ControlFlow::Continue(())
    });
    let lock = lock.unwrap();
    assert!(matches!(first.try_lock(), Err(StateError::Busy)));
    drop(lock);
}

#[test]
fn a_link_in_the_place_of_the_lock_file_is_not_followed() {
    let root = TempDir::new().unwrap();
    let state = open(root.path());
    std::os::unix::fs::symlink("/etc/hostname", root.path().join("s/lock")).unwrap();
    assert_eq!(state.try_lock().unwrap_err().code(), "store.state-not-file");
}
