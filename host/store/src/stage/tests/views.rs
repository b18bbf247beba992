//! The two read-only stages that a verification gets.

use super::*;
use crate::Drift;

fn staged(scene: &Scene) -> Staged {
    let mut stage = scene.stage();
    assert_eq!(stage.read("read").unwrap(), b"seen");
    stage.write("a", b"after").unwrap();
    stage.rename(&path("f"), &path("g")).unwrap();
    stage.remove_file(&path("gone")).unwrap();
    stage.write("new/file", b"").unwrap_err();
    stage.make_folder(&path("new")).unwrap();
    stage.write("new/file", b"made").unwrap();
    stage.seal().unwrap()
}

const FILES: [(&str, &str); 6] = [("read", "seen"), ("a", "before"), ("f/b", "#!"), ("gone", "1"), ("other", "2"), ("to-a", "-> a")];

#[test]
fn the_view_has_the_state_that_the_call_would_leave_and_before_the_one_it_found() {
    let scene = Scene::with(&FILES);
    let base = tree(&mut scene.stage());
    let staged = staged(&scene);
    let mut view = staged.view();
    let names: Vec<String> = tree(&mut view).into_keys().collect();
    assert_eq!(names, ["a", "g", "g/b", "new", "new/file", "other", "read"]);
    assert_eq!(view.read("to-a").unwrap(), b"after");
    assert!(view.stat(&path("g/b"), Follow::Yes).unwrap().executable);
    assert!(matches!(view.read("gone"), Err(FsError::NotFound)));
    assert_eq!(tree(&mut staged.before()), base);
    assert_eq!(staged.before().read("to-a").unwrap(), b"before");
}

#[test]
fn neither_takes_a_change() {
    let scene = Scene::with(&FILES);
    let staged = staged(&scene);
    let read_only = || Stage::read_only(Arc::clone(&scene.workspace), Arc::new(Guard::default()), &Limits::default());
    for mut stage in [staged.view(), staged.before(), read_only()] {
        let refused = |result: Result<(), FsError>| assert!(matches!(result, Err(FsError::ReadOnly)), "{result:?}");
        refused(stage.open(&path("a"), WRITE, Follow::Yes).map(drop));
        refused(stage.open(&path("a"), REPLACE, Follow::Yes).map(drop));
        refused(stage.open(&path("x"), NEW, Follow::Yes).map(drop));
        refused(stage.open(&path("x"), OpenOptions { create: Create::IfMissing, ..READ }, Follow::Yes).map(drop));
        refused(stage.make_folder(&path("x")));
        refused(stage.remove_file(&path("a")));
        refused(stage.remove_folder(&path("new")));
        refused(stage.rename(&path("a"), &path("x")));
        let file = stage.open(&path("a"), OpenOptions { create: Create::IfMissing, ..READ }, Follow::Yes).unwrap();
        refused(stage.set_len(file, 0));
        refused(stage.write_at(file, 0, b"x"));
        assert_eq!(stage.read("other").unwrap(), b"2");
    }
    assert!(read_only().seal().unwrap().changes().is_empty());
    // Sealed, it would be the call without what the call relied on.
    assert!(matches!(staged.view().seal(), Err(FsError::ReadOnly)));
    assert!(matches!(staged.before().seal(), Err(FsError::ReadOnly)));
}

#[test]
fn before_has_the_bytes_that_the_call_saw_though_they_changed_since() {
    let scene = Scene::with(&FILES);
    let staged = staged(&scene);
    for name in ["read", "a", "f/b"] {
        fs::write(scene.root().join(name), "meddled").unwrap();
    }
    let mut before = staged.before();
    for (name, content) in [("read", "seen"), ("a", "before"), ("f/b", "#!")] {
        assert_eq!(before.read(name).unwrap(), content.as_bytes(), "{name}");
    }
    assert_eq!(staged.view().read("read").unwrap(), b"seen");
}

#[test]
fn where_the_bytes_are_not_kept_they_must_have_the_digest_that_the_call_saw() {
    let scene = Scene::with(&FILES);
    let staged = staged(&scene);
    let mut before = staged.before();
    before.base.keep_at_most(0);
    assert_eq!(before.read("read").unwrap(), b"seen");
    fs::write(scene.root().join("read"), "SEEN").unwrap();
    assert!(before.read("read").is_ok());
    before.base.keep_at_most(0);
    assert!(matches!(before.read("read"), Err(FsError::Conflict(_))));
    let mut before = staged.before();
    before.base.keep_at_most(0);
    assert!(matches!(before.read("read"), Err(FsError::Conflict(conflict)) if matches!(conflict.drift, Drift::Content)));
}

#[test]
fn what_the_verification_read_is_rechecked_too() {
    let scene = Scene::with(&FILES);
    let staged = staged(&scene);
    let mut view = staged.view();
    view.read("other").unwrap();
    let all = staged.clone().with_reads(view.into_reads()).unwrap();
    fs::write(scene.root().join("other"), "3").unwrap();
    let _ = staged.reads().recheck(&scene.workspace).unwrap();
    assert!(matches!(all.reads().recheck(&scene.workspace), Err(conflict) if conflict.path == path("other")));
    assert_eq!(staged.changes(), all.changes());
    // A verification that read other bytes than an earlier one is not joined to it.
    let mut later = staged.before();
    later.read("other").unwrap();
    assert!(all.with_reads(later.into_reads()).is_err());
}

#[test]
fn the_guard_decides_for_the_verification_too_and_refusals_go_with_the_call() {
    let scene = Scene::with(&[("a", "1"), ("b", "2")]);
    let (mut stage, _) = scene.guarded(&[(PathAccess::Read, "b")]);
    assert!(stage.read("b").is_err());
    let staged = stage.seal().unwrap();
    assert_eq!(staged.refusals(), [Refusal { access: PathAccess::Read, path: path("b") }]);
    assert!(matches!(staged.view().read("b"), Err(FsError::Refused)));
    assert!(matches!(staged.before().read("b"), Err(FsError::Refused)));
    assert_eq!(staged.before().read("a").unwrap(), b"1");
}
