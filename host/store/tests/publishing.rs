//! One call's way through the store, by its public interface alone: stage, seal, lock, recheck, publish, take back.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make and read files beside the code under test, and stop where something fails"
)]

use std::{fs, path::Path, sync::Arc};

use cofferdam_base::{CallId, Limits, Timestamp, WorkspacePath};
use cofferdam_store::{
    Create, Follow, OpenOptions, PathAccess, PathDecision, PathGuard, Stage, Staged, Workspace,
    publish::{Conflicts, Prepared, PublishError, Undo, history, publish, recover},
    state::StateDir,
};
use tempfile::TempDir;

struct Everything;

impl PathGuard for Everything {
    fn decide(&self, _: PathAccess, _: &WorkspacePath) -> PathDecision {
        PathDecision::Allowed
    }
}

fn path(text: &str) -> WorkspacePath {
    WorkspacePath::parse(text).unwrap()
}

fn call(n: u64) -> CallId {
    CallId::new(Timestamp(n), [1; 10])
}

fn open(root: &Path) -> (Arc<Workspace>, StateDir) {
    let workspace = Workspace::open_ambient(&root.join("workspace")).unwrap();
    let state = StateDir::open_ambient(&root.join("state"), &workspace).unwrap();
    (workspace, state)
}

/// A call that edits `a`, removes `b` and makes `new/c`.
fn staged(workspace: &Arc<Workspace>) -> Staged {
    let mut stage = Stage::new(Arc::clone(workspace), Arc::new(Everything), &Limits::default());
    let write = OpenOptions { write: true, ..OpenOptions::default() };
    let file = stage.open(&path("a"), OpenOptions { truncate: true, ..write }, Follow::Yes).unwrap();
    stage.append(file, b"edited").unwrap();
    stage.remove_file(&path("b")).unwrap();
    stage.make_folder(&path("new")).unwrap();
    let file = stage.open(&path("new/c"), OpenOptions { create: Create::New, ..write }, Follow::Yes).unwrap();
    stage.append(file, b"made").unwrap();
    stage.seal().unwrap()
}

fn scene() -> TempDir {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("workspace")).unwrap();
    fs::write(root.path().join("workspace/a"), "first").unwrap();
    fs::write(root.path().join("workspace/b"), "second").unwrap();
    root
}

fn read(root: &TempDir, name: &str) -> Option<String> {
    fs::read_to_string(root.path().join("workspace").join(name)).ok()
}

#[test]
fn a_staged_call_becomes_real_and_is_taken_back() {
    let root = scene();
    let (workspace, state) = open(root.path());
    let staged = staged(&workspace);
    assert_eq!((read(&root, "a").as_deref(), read(&root, "new/c")), (Some("first"), None));
    {
        let lock = state.try_lock().unwrap();
        assert_eq!(recover(&workspace, &lock, Conflicts::Refuse).unwrap(), []);
        let unchanged = staged.reads().recheck(&workspace).unwrap();
        let published = publish(&workspace, &lock, &call(1), staged.changes(), unchanged).unwrap();
        let known = history::find(&state, &call(1)).unwrap().unwrap();
        assert_eq!((known.plan, known.changes), (published.plan, staged.changes().summary()));
    }
    assert_eq!((read(&root, "a").as_deref(), read(&root, "b"), read(&root, "new/c").as_deref()), (Some("edited"), None, Some("made")));
    {
        let lock = state.try_lock().unwrap();
        let undo = Undo::verify(&workspace, &lock, &call(1)).unwrap();
        assert_eq!(undo.changes().len(), 4);
        Prepared::prepare_undo(&workspace, &lock, &call(2), &undo).unwrap().commit().unwrap().apply().unwrap();
    }
    assert_eq!((read(&root, "a").as_deref(), read(&root, "b").as_deref(), read(&root, "new/c")), (Some("first"), Some("second"), None));
    assert!(!fs::exists(root.path().join("workspace/new")).unwrap());
    assert_eq!(history::find(&state, &call(2)).unwrap().unwrap().undoes, Some(call(1)));
}

#[test]
fn a_call_on_files_that_changed_meanwhile_changes_nothing() {
    let root = scene();
    let (workspace, state) = open(root.path());
    let staged = staged(&workspace);
    let lock = state.try_lock().unwrap();
    let unchanged = staged.reads().recheck(&workspace).unwrap();
    fs::write(root.path().join("workspace/b"), "edited by hand").unwrap();
    assert!(staged.reads().recheck(&workspace).is_err());
    // Even with a proof from before the edit.
    let error = publish(&workspace, &lock, &call(1), staged.changes(), unchanged).unwrap_err();
    assert!(matches!(error, PublishError::Changed(paths) if paths == [path("b")]));
    assert_eq!(
        (read(&root, "a").as_deref(), read(&root, "b").as_deref(), read(&root, "new/c")),
        (Some("first"), Some("edited by hand"), None)
    );
}
