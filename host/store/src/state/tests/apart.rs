//! Who may enter a state folder, and where it may lie.

use std::{fs, os::unix::fs::PermissionsExt as _, os::unix::fs::symlink, path::Path};

use cofferdam_base::{Class, Diagnostic as _};
use tempfile::TempDir;

use crate::{
    state::{Folder, StateDir, StateError},
    workspace::Workspace,
};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn open(workspace: &Path, state: &Path) -> Result<StateDir, StateError> {
    StateDir::open_ambient(state, &Workspace::open_ambient(workspace).unwrap())
}

#[test]
fn missing_folders_are_made_private() {
    let root = TempDir::new().unwrap();
    let state = root.path().join("share/cofferdam/project");
    Folder::open_ambient(&state).unwrap().folder("journal").unwrap().replace("f", b"x").unwrap();
    for made in ["share", "share/cofferdam", "share/cofferdam/project", "share/cofferdam/project/journal"] {
        assert_eq!(mode(&root.path().join(made)), 0o700, "{made}");
    }
    assert_eq!(mode(&state.join("journal/f")), 0o600);
}

#[test]
fn refuses_a_folder_that_others_can_enter() {
    let root = TempDir::new().unwrap();
    for bits in [0o755, 0o710, 0o701, 0o770] {
        fs::set_permissions(root.path(), fs::Permissions::from_mode(bits)).unwrap();
        let error = Folder::open_ambient(root.path()).unwrap_err();
        assert_eq!((error.code(), error.class()), ("store.state-not-private", Class::NotVerified), "{bits:o}");
        assert!(error.hint().unwrap().contains("chmod 700"));
    }
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let folder = Folder::open_ambient(root.path()).unwrap();
    folder.folder("inner").unwrap();
    fs::set_permissions(root.path().join("inner"), fs::Permissions::from_mode(0o750)).unwrap();
    assert!(matches!(folder.folder("inner"), Err(StateError::NotPrivate { .. })));
}

#[test]
fn refuses_a_state_folder_in_the_workspace_and_the_reverse() {
    let root = TempDir::new().unwrap();
    for (workspace, state) in [("w", "w/state"), ("w", "w/deep/er/state"), ("w", "w"), ("s/workspace", "s")] {
        fs::create_dir_all(root.path().join(workspace)).unwrap();
        let state = root.path().join(state);
        fs::create_dir_all(&state).unwrap();
        fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).unwrap();
        let error = open(&root.path().join(workspace), &state).unwrap_err();
        assert_eq!((error.code(), error.class()), ("store.state-not-apart", Class::NotVerified), "{workspace} and {}", state.display());
    }
}

#[test]
fn refuses_a_state_folder_that_a_link_leads_to_in_the_workspace() {
    let root = TempDir::new().unwrap();
    fs::create_dir_all(root.path().join("w/hidden")).unwrap();
    fs::set_permissions(root.path().join("w/hidden"), fs::Permissions::from_mode(0o700)).unwrap();
    symlink(root.path().join("w/hidden"), root.path().join("state")).unwrap();
    assert!(matches!(open(&root.path().join("w"), &root.path().join("state")), Err(StateError::NotApart { .. })));
}

#[test]
fn a_state_folder_beside_the_workspace_is_fine() {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("w")).unwrap();
    open(&root.path().join("w"), &root.path().join("w-state")).unwrap();
}

#[test]
fn a_file_in_the_place_of_the_folder_is_named() {
    let root = TempDir::new().unwrap();
    fs::write(root.path().join("f"), "").unwrap();
    let error = Folder::open_ambient(&root.path().join("f/state")).unwrap_err();
    assert_eq!(error.code(), "store.state-unusable");
    assert!(std::error::Error::source(&error).is_some());
}
