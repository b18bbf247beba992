//! Every limit ends its own excess, and what it ended has changed nothing.

use std::time::Instant;

use super::*;
use crate::stage::reads::MAX_FACTS;

fn limited(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

fn quota<T>(result: Result<T, FsError>) -> &'static str {
    match result {
        Err(FsError::Quota { limit }) => limit,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("no limit was reached"),
    }
}

#[test]
fn a_file_larger_than_allowed_is_neither_read_nor_replaced_nor_removed() {
    let scene = Scene::with(&[("large", "12345"), ("small", "1234")]);
    let mut stage = scene.stage_with(&limited(|limits| limits.file_bytes = 4));
    assert_eq!(quota(stage.read("large")), "file_bytes");
    assert_eq!(quota(stage.write("large", b"")), "file_bytes");
    assert_eq!(quota(stage.remove_file(&path("large"))), "file_bytes");
    assert_eq!(quota(stage.rename(&path("large"), &path("x"))), "file_bytes");
    assert_eq!(stage.stat(&path("large"), Follow::Yes).unwrap().size, 5);
    let file = stage.open(&path("small"), WRITE, Follow::Yes).unwrap();
    assert_eq!(quota(stage.append(file, b"5")), "file_bytes");
    assert_eq!(quota(stage.write_at(file, 1 << 40, b"5")), "file_bytes");
    assert_eq!(quota(stage.set_len(file, u64::MAX)), "file_bytes");
    assert!(matches!(stage.write_at(file, u64::MAX, b"5"), Err(FsError::Invalid)));
    assert!(stage.seal().unwrap().changes().is_empty());
}

#[test]
fn all_bytes_read_count_together() {
    let scene = Scene::with(&[("a", "123"), ("b", "123"), ("c", "123")]);
    let mut stage = scene.stage_with(&limited(|limits| limits.read_bytes = 8));
    stage.read("a").unwrap();
    stage.read("b").unwrap();
    stage.read("a").unwrap();
    assert_eq!(quota(stage.read("c")), "read_bytes");
}

#[test]
fn all_entries_listed_count_together() {
    let scene = Scene::with(&[("a", ""), ("b", ""), ("f/c", "")]);
    let mut stage = scene.stage_with(&limited(|limits| limits.listed_entries = 4));
    stage.list(&path(".")).unwrap();
    stage.list(&path("f")).unwrap();
    assert_eq!(quota(stage.list(&path("."))), "listed_entries");
}

#[test]
fn changed_paths_count_and_what_was_taken_back_does_not() {
    let scene = Scene::with(&[("f/a", ""), ("f/b", "")]);
    let mut stage = scene.stage_with(&limited(|limits| limits.staged_files = 3));
    for round in 0..10 {
        stage.write(&format!("temp{round}"), b"").unwrap();
        stage.remove_file(&path(&format!("temp{round}"))).unwrap();
    }
    assert_eq!(quota(stage.rename(&path("f"), &path("g"))), "staged_files");
    stage.write("x", b"").unwrap();
    stage.remove_file(&path("f/a")).unwrap();
    stage.make_folder(&path("y")).unwrap();
    assert_eq!(quota(stage.write("z", b"")), "staged_files");
    assert_eq!(quota(stage.make_folder(&path("z"))), "staged_files");
    assert_eq!(quota(stage.remove_file(&path("f/b"))), "staged_files");
    assert_eq!(quota(stage.write("f/b", b"1")), "staged_files");
    stage.rename(&path("x"), &path("z")).unwrap();
    assert_eq!(tree(&mut stage).into_keys().collect::<Vec<_>>(), ["f", "f/b", "y", "z"]);
    assert_eq!(stage.seal().unwrap().changes().len(), 3);
}

#[test]
fn staged_bytes_count_as_long_as_they_are_held() {
    let scene = Scene::with(&[("base", "12345678")]);
    let mut stage = scene.stage_with(&limited(|limits| limits.staged_bytes = 10));
    stage.write("a", b"12345").unwrap();
    assert_eq!(quota(stage.write("b", b"123456")), "staged_bytes");
    assert_eq!(quota(stage.rename(&path("base"), &path("moved"))), "staged_bytes");
    let file = stage.open(&path("base"), WRITE, Follow::Yes).unwrap();
    assert_eq!(quota(stage.append(file, b"9")), "staged_bytes");
    stage.set_len(file, 3).unwrap();
    stage.write("b", b"12").unwrap();
    assert_eq!(quota(stage.append(file, b"4")), "staged_bytes");
    // Removed, but open: still held.
    stage.remove_file(&path("base")).unwrap();
    assert_eq!(quota(stage.write("c", b"1")), "staged_bytes");
    stage.close(file).unwrap();
    stage.write("c", b"123").unwrap();
    stage.remove_file(&path("a")).unwrap();
    stage.write("d", b"12345").unwrap();
    assert_eq!(quota(stage.write("e", b"1")), "staged_bytes");
}

#[test]
fn memory_of_what_was_cut_goes_back() {
    let scene = Scene::with(&[]);
    let mut stage = scene.stage();
    let file = stage.open(&path("a"), NEW, Follow::Yes).unwrap();
    stage.set_len(file, 1 << 20).unwrap();
    stage.set_len(file, 1).unwrap();
    let Some(overlay::Node::File(object)) = stage.overlay.node(&path("a")) else { panic!("no file") };
    assert!(stage.overlay.resize(object, 1, 0).unwrap().capacity() <= 4096 + 2);
}

#[test]
fn open_handles_count() {
    let scene = Scene::with(&[("a", "1")]);
    let mut stage = scene.stage_with(&limited(|limits| limits.resources = 2));
    let first = stage.open(&path("a"), READ, Follow::Yes).unwrap();
    stage.open(&path("a"), READ, Follow::Yes).unwrap();
    assert_eq!(quota(stage.open(&path("a"), READ, Follow::Yes)), "resources");
    stage.close(first).unwrap();
    stage.open(&path("a"), READ, Follow::Yes).unwrap();
}

#[test]
fn names_asked_for_count() {
    let scene = Scene::with(&[]);
    let mut stage = scene.stage();
    // Of the greatest length, so that the bytes end it before the number does.
    let long = |index: usize| path(&format!("{index:0>255}/{0}/{0}/{0}", "n".repeat(255)));
    let asked = (0..MAX_FACTS).find_map(|index| match stage.stat(&long(index), Follow::Yes) {
        Err(FsError::NotFound) => None,
        other => Some((index, quota(other))),
    });
    let (index, limit) = asked.unwrap();
    assert_eq!(limit, "read_set");
    assert!(index > 1000);
}

#[test]
fn nothing_happens_after_the_deadline() {
    let scene = Scene::with(&[("a", "1"), ("f/", "")]);
    let mut stage = scene.stage();
    let file = stage.open(&path("a"), WRITE, Follow::Yes).unwrap();
    stage.set_deadline(Instant::now());
    let late = |result: Result<(), FsError>| assert!(matches!(result, Err(FsError::Deadline)), "{result:?}");
    late(stage.stat(&path("a"), Follow::Yes).map(drop));
    late(stage.resolve(&path("."), "a", Follow::Yes).map(drop));
    late(stage.list(&path(".")).map(drop));
    late(stage.open(&path("a"), READ, Follow::Yes).map(drop));
    late(stage.read_at(file, 0, 1).map(drop));
    late(stage.write_at(file, 0, b"x"));
    late(stage.append(file, b"x"));
    late(stage.set_len(file, 0));
    late(stage.file_stat(file).map(drop));
    late(stage.make_folder(&path("b")));
    late(stage.remove_folder(&path("f")));
    late(stage.remove_file(&path("a")));
    late(stage.rename(&path("a"), &path("b")));
    // Closing frees: it never waits.
    stage.close(file).unwrap();
}

#[test]
fn contents_beyond_the_snapshot_budget_are_read_again_and_must_be_the_same() {
    let scene = Scene::with(&[("a", "first"), ("b", "second")]);
    let mut stage = scene.stage();
    stage.base.keep_at_most(6);
    let a = stage.open(&path("a"), READ, Follow::Yes).unwrap();
    stage.read("b").unwrap();
    assert_eq!(stage.read_at(a, 0, 9).unwrap(), b"first");
    stage.read("b").unwrap();
    fs::write(scene.root().join("a"), "FIRST").unwrap();
    assert_eq!(stage.read("b").unwrap(), b"second");
    assert!(matches!(stage.read_at(a, 0, 9), Err(FsError::Conflict(_))));
}
