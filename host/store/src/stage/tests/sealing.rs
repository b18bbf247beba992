//! What is left of a call: only what differs from the base, each change with what it relies on.

use cofferdam_base::Digest;

use super::*;
use crate::change::{ChangeKind, ChangeSet, ChangeSummary};

fn sealed(files: &[(&str, &str)], act: impl Fn(&mut Stage)) -> Staged {
    let scene = Scene::with(files);
    let mut stage = scene.stage();
    act(&mut stage);
    stage.seal().unwrap()
}

#[test]
fn names_what_it_replaces_and_what_it_writes() {
    let staged = sealed(&[("a", "old"), ("b", "gone"), ("empty/", "")], |stage| {
        stage.write("a", b"new").unwrap();
        stage.remove_file(&path("b")).unwrap();
        stage.remove_folder(&path("empty")).unwrap();
        stage.make_folder(&path("c")).unwrap();
        stage.write("c/d", b"").unwrap();
    });
    let line = |at: &str, kind, bytes, before: Option<&str>, after: Option<&str>| {
        let digest = |text: &str| Digest::of(text.as_bytes());
        ChangeSummary { path: path(at), kind, bytes, before: before.map(digest), after: after.map(digest) }
    };
    let expected = [
        line("a", ChangeKind::Replace, 3, Some("old"), Some("new")),
        line("b", ChangeKind::Delete, 0, Some("gone"), None),
        line("c", ChangeKind::MakeFolder, 0, None, None),
        line("c/d", ChangeKind::Create, 0, None, Some("")),
        line("empty", ChangeKind::RemoveFolder, 0, None, None),
    ];
    assert_eq!(staged.changes().summary(), expected);
    let text = serde_json::to_string(&expected[2]).unwrap();
    assert_eq!(text, r#"{"path":"c","kind":"make-folder","bytes":0}"#);
}

#[test]
fn what_ends_as_it_was_is_no_change() {
    let staged = sealed(&[("a", "same"), ("f/x", "1"), ("bit", "#!")], |stage| {
        stage.write("a", b"same").unwrap();
        stage.write("new", b"1").unwrap();
        stage.remove_file(&path("new")).unwrap();
        stage.make_folder(&path("made")).unwrap();
        stage.rename(&path("made"), &path("made-2")).unwrap();
        stage.remove_folder(&path("made-2")).unwrap();
        stage.remove_file(&path("f/x")).unwrap();
        stage.remove_folder(&path("f")).unwrap();
        stage.make_folder(&path("f")).unwrap();
        stage.write("f/x", b"1").unwrap();
        stage.remove_file(&path("bit")).unwrap();
        stage.write("bit", b"#!").unwrap();
    });
    assert!(staged.changes().is_empty(), "{:?}", kinds(&staged));
    assert_eq!(staged.changes().len(), 0);
}

#[test]
fn removed_and_written_again_is_one_replacement() {
    let staged = sealed(&[("a", "old")], |stage| {
        stage.remove_file(&path("a")).unwrap();
        stage.write("a", b"new").unwrap();
    });
    let before = Some(Digest::of(b"old"));
    assert!(matches!(staged.changes().get(&path("a")), Some(Change::Write { before: found, .. }) if *found == before));
    assert_eq!(written(&staged, "a"), b"new");
}

#[test]
fn a_change_of_kind_is_one_change() {
    let staged = sealed(&[("a", "1"), ("b/c", "2")], |stage| {
        stage.remove_file(&path("a")).unwrap();
        stage.make_folder(&path("a")).unwrap();
        stage.remove_file(&path("b/c")).unwrap();
        stage.remove_folder(&path("b")).unwrap();
        stage.write("b", b"#!").unwrap();
    });
    let expected = [("a", ChangeKind::FileToFolder), ("b", ChangeKind::FolderToFile), ("b/c", ChangeKind::Delete)];
    assert_eq!(kinds(&staged), expected.map(|(name, kind)| (name.to_owned(), kind)));
    let bytes: Arc<[u8]> = Arc::from(*b"#!");
    let file = Change::FolderToFile { bytes, executable: false, after: Digest::of(b"#!") };
    assert_eq!(staged.changes().get(&path("b")), Some(&file));
    assert_eq!((file.before(), file.after()), (None, Some(&Digest::of(b"#!"))));
    let folder = Change::FileToFolder { before: Digest::of(b"1") };
    assert_eq!(staged.changes().get(&path("a")), Some(&folder));
    assert_eq!((folder.before(), folder.after(), folder.bytes()), (Some(&Digest::of(b"1")), None, None));
}

#[test]
fn the_executable_bit_is_not_the_guests_to_give() {
    let executable = |act: fn(&mut Stage), at: &str| {
        let staged = sealed(&[("run", "#!"), ("plain", "text")], act);
        match staged.changes().get(&path(at)) {
            Some(Change::Write { executable, .. }) => *executable,
            other => panic!("{other:?}"),
        }
    };
    assert!(executable(|stage| stage.write("run", b"#! new").unwrap(), "run"));
    assert!(!executable(|stage| stage.write("new", b"#!").unwrap(), "new"));
    assert!(executable(|stage| stage.rename(&path("run"), &path("moved")).unwrap(), "moved"));
    assert!(!executable(|stage| stage.rename(&path("plain"), &path("run")).unwrap(), "run"));
    // How editors save: a new file over the old one.
    let save = |stage: &mut Stage| {
        stage.write("temp", b"#! new").unwrap();
        stage.rename(&path("temp"), &path("run")).unwrap();
        assert!(stage.stat(&path("run"), Follow::Yes).unwrap().executable);
    };
    assert!(executable(save, "run"));
    let away = |stage: &mut Stage| {
        stage.write("temp", b"#! new").unwrap();
        stage.rename(&path("temp"), &path("run")).unwrap();
        stage.rename(&path("run"), &path("other")).unwrap();
    };
    assert!(!executable(away, "other"));
}

#[test]
fn the_same_bytes_without_the_bit_are_a_change() {
    let staged = sealed(&[("run", "#!"), ("plain", "#! ")], |stage| {
        let file = stage.open(&path("plain"), WRITE, Follow::Yes).unwrap();
        stage.set_len(file, 2).unwrap();
        stage.rename(&path("plain"), &path("run")).unwrap();
    });
    assert!(matches!(staged.changes().get(&path("plain")), Some(Change::Delete { .. })));
    // `plain` starts with `#!` too, so both have the bit and the same bytes.
    assert!(staged.changes().get(&path("run")).is_none());
    let staged = sealed(&[("run", "#!"), ("plain", "text")], |stage| {
        let file = stage.open(&path("plain"), WRITE, Follow::Yes).unwrap();
        stage.write_at(file, 0, b"#!").unwrap();
        stage.set_len(file, 2).unwrap();
        stage.rename(&path("plain"), &path("run")).unwrap();
    });
    let change = staged.changes().get(&path("run"));
    assert!(matches!(change, Some(Change::Write { before: Some(before), after, executable: false, .. }) if before == after));
}

#[test]
fn the_base_is_not_touched_and_a_dropped_stage_leaves_no_trace() {
    let scene = Scene::with(&[("a", "1"), ("f/b", "2")]);
    let before = tree(&mut scene.stage());
    let mut stage = scene.stage();
    stage.write("a", b"changed").unwrap();
    stage.rename(&path("f"), &path("g")).unwrap();
    drop(stage);
    assert_eq!(tree(&mut scene.stage()), before);
}

#[test]
fn something_that_appears_where_the_call_writes_is_a_conflict_at_the_recheck() {
    let scene = Scene::with(&[]);
    let mut stage = scene.stage();
    stage.write("a", b"1").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", scene.root().join("a")).unwrap();
    let staged = stage.seal().unwrap();
    assert!(staged.reads().recheck(&scene.workspace).is_err());
}

#[test]
fn a_change_set_that_comes_from_no_stage_relies_on_what_it_names() {
    let scene = Scene::with(&[("a", "1"), ("f/", ""), ("b", "2"), ("g/", "")]);
    let write = |before: Option<&[u8]>| Change::Write {
        before: before.map(Digest::of),
        bytes: Arc::default(),
        executable: false,
        after: Digest::of(b""),
    };
    let changes = |change: Change, at: &str| ChangeSet::from_iter([(path(at), change)]);
    let holds = |change: Change, at: &str| reads::ReadSet::of_changes(&changes(change, at)).recheck(&scene.workspace).is_ok();
    assert!(holds(write(Some(b"1")), "a") && !holds(write(Some(b"2")), "a") && !holds(write(None), "a"));
    assert!(holds(write(None), "new") && !holds(write(Some(b"")), "new"));
    assert!(holds(Change::Delete { before: Digest::of(b"2") }, "b") && !holds(Change::Delete { before: Digest::of(b"") }, "g"));
    assert!(holds(Change::RemoveFolder, "f") && !holds(Change::RemoveFolder, "a") && !holds(Change::RemoveFolder, "new"));
    assert!(holds(Change::MakeFolder, "new") && !holds(Change::MakeFolder, "f"));
    assert!(holds(Change::FileToFolder { before: Digest::of(b"1") }, "a") && !holds(Change::FileToFolder { before: Digest::of(b"") }, "a"));
    let to_file = || Change::FolderToFile { bytes: Arc::default(), executable: false, after: Digest::of(b"") };
    assert!(holds(to_file(), "g") && !holds(to_file(), "a"));
}
