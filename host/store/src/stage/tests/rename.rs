//! Renaming, of files and of whole folders.

use super::*;
use crate::change::ChangeKind;

#[test]
fn renames_over_a_file_and_keeps_open_handles_apart() {
    let scene = Scene::with(&[("a", "from"), ("b", "to")]);
    let mut stage = scene.stage();
    let (a, b) = (stage.open(&path("a"), WRITE, Follow::Yes).unwrap(), stage.open(&path("b"), READ, Follow::Yes).unwrap());
    stage.rename(&path("a"), &path("b")).unwrap();
    stage.append(a, b"!").unwrap();
    assert_eq!(stage.read_at(b, 0, 9).unwrap(), b"to");
    assert_eq!(stage.read("b").unwrap(), b"from!");
    assert_eq!(stage.names("."), ["b"]);
    let staged = stage.seal().unwrap();
    assert_eq!(kinds(&staged), [("a".to_owned(), ChangeKind::Delete), ("b".to_owned(), ChangeKind::Replace)]);
    assert_eq!(written(&staged, "b"), b"from!");
}

#[test]
fn moves_a_folder_with_all_that_is_in_it_base_and_staged() {
    let scene = Scene::with(&[("f/a", "1"), ("f/deep/b", "#!2"), ("f/gone", "3"), ("f/empty/", "")]);
    let mut stage = scene.stage();
    stage.write("f/new", b"4").unwrap();
    stage.remove_file(&path("f/gone")).unwrap();
    let open = stage.open(&path("f/a"), READ, Follow::Yes).unwrap();
    stage.rename(&path("f"), &path("g")).unwrap();
    assert!(matches!(stage.stat(&path("f"), Follow::Yes), Err(FsError::NotFound)));
    assert!(matches!(stage.read("f/a"), Err(FsError::NotFound)));
    assert_eq!(stage.read_at(open, 0, 9).unwrap(), b"1");
    assert!(stage.stat(&path("g/deep/b"), Follow::Yes).unwrap().executable);
    let names: Vec<_> = tree(&mut stage).into_keys().collect();
    assert_eq!(names, ["g", "g/a", "g/deep", "g/deep/b", "g/empty", "g/new"]);
    let staged = stage.seal().unwrap();
    assert_eq!(staged.changes().len(), 6 + 6);
    assert!(matches!(staged.changes().get(&path("g/deep/b")), Some(Change::Write { executable: true, before: None, .. })));
    assert_eq!(staged.changes().get(&path("f/deep")), Some(&Change::RemoveFolder));
}

#[test]
fn moving_there_and_back_changes_nothing() {
    let scene = Scene::with(&[("f/a", "#!1"), ("f/deep/b", "2")]);
    let mut stage = scene.stage();
    stage.rename(&path("f"), &path("g")).unwrap();
    stage.rename(&path("g"), &path("f")).unwrap();
    assert_eq!(stage.read("f/deep/b").unwrap(), b"2");
    assert!(stage.seal().unwrap().changes().is_empty());
}

#[test]
fn refuses_what_the_kinds_do_not_allow() {
    let scene = Scene::with(&[("a", "1"), ("f/b", "2"), ("empty/", "")]);
    let mut stage = scene.stage();
    let mut rename = |from: &str, to: &str| stage.rename(&path(from), &path(to));
    assert!(matches!(rename("none", "x"), Err(FsError::NotFound)));
    assert!(matches!(rename("a", "none/x"), Err(FsError::NotFound)));
    assert!(matches!(rename("a", "f"), Err(FsError::IsFolder)));
    assert!(matches!(rename("f", "a"), Err(FsError::NotFolder)));
    assert!(matches!(rename("empty", "f"), Err(FsError::NotEmpty)));
    assert!(matches!(rename("f", "f/x"), Err(FsError::Invalid)));
    assert!(matches!(rename("f/b", "f"), Err(FsError::NotEmpty)));
    assert!(matches!(rename(".", "x"), Err(FsError::Invalid)));
    assert!(matches!(rename("a", "."), Err(FsError::Invalid)));
    rename("a", "a").unwrap();
    rename("f", "empty").unwrap();
    assert_eq!(stage.read("empty/b").unwrap(), b"2");
}

#[test]
fn a_folder_with_what_cannot_move_stays_whole() {
    let scene = Scene::with(&[("l/file", ""), ("l/link", "-> file"), ("s/deep/file", "")]);
    rustix::fs::mknodat(rustix::fs::CWD, scene.root().join("s/deep/fifo"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let mut stage = scene.stage();
    for folder in ["l", "s"] {
        assert!(matches!(stage.rename(&path(folder), &path("x")), Err(FsError::Unsupported)), "{folder}");
    }
    assert!(matches!(stage.rename(&path("l/link"), &path("x")), Err(FsError::Unsupported)));
    assert!(matches!(stage.rename(&path("l/file"), &path("l/link")), Err(FsError::Unsupported)));
    assert!(matches!(stage.rename(&path("s/deep/fifo"), &path("x")), Err(FsError::Unsupported)));
    assert!(stage.seal().unwrap().changes().is_empty());
}
