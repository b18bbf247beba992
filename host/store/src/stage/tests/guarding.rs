//! The guard is asked about resolved paths, once, and what it refuses tells nothing.

use super::*;

use PathAccess::{Delete, Read, Write};

#[test]
fn decides_on_the_resolved_path_and_only_once() {
    let scene = Scene::with(&[("dir/file", "1"), ("link", "-> dir"), ("alias", "-> link/file")]);
    let (mut stage, guard) = scene.guarded(&[]);
    for text in ["dir/file", "link/file", "alias", "dir/../link/file", "./dir//file"] {
        stage.read(text).unwrap();
    }
    assert_eq!(*guard.asked.lock().unwrap(), [(Read, path("dir/file"))]);
    stage.write("alias", b"2").unwrap();
    assert_eq!(*guard.asked.lock().unwrap(), [(Read, path("dir/file")), (Write, path("dir/file"))]);
    // The verification of a call hears what the call heard.
    let staged = stage.seal().unwrap();
    for mut view in [staged.view(), staged.before()] {
        view.stat(&path("dir/file"), Follow::Yes).unwrap();
    }
    assert_eq!(guard.asked.lock().unwrap().len(), 2);
}

#[test]
fn a_link_does_not_lead_past_a_refusal() {
    let scene = Scene::with(&[("private/key", "1"), ("open/link", "-> ../private/key"), ("open/dir", "-> ../private")]);
    let (mut stage, _) = scene.guarded(&[(Read, "private")]);
    for text in ["private/key", "open/link", "open/dir/key", "open/../private/key", "open/dir/../private/key"] {
        assert!(matches!(stage.read(text), Err(FsError::Refused)), "{text}");
    }
    assert!(matches!(stage.list(&path("open/dir")), Err(FsError::Refused)));
    assert_eq!(stage.refusals(), [Refusal { access: Read, path: path("private/key") }, Refusal { access: Read, path: path("private") }]);
}

#[test]
fn a_refused_path_looks_the_same_whether_something_is_there_or_not() {
    let scene = Scene::with(&[("private/key", "1"), ("private/dir/", "")]);
    let (mut stage, _) = scene.guarded(&[(Read, "private"), (Write, "private"), (Delete, "private")]);
    for text in ["private/key", "private/dir", "private/none"] {
        let at = path(text);
        assert!(matches!(stage.stat(&at, Follow::Yes), Err(FsError::Refused)), "{text}");
        assert!(matches!(stage.open(&at, READ, Follow::Yes), Err(FsError::Refused)), "{text}");
        assert!(matches!(stage.open(&at, NEW, Follow::Yes), Err(FsError::Refused)), "{text}");
        assert!(matches!(stage.list(&at), Err(FsError::Refused)), "{text}");
        assert!(matches!(stage.make_folder(&at), Err(FsError::Refused)), "{text}");
        assert!(matches!(stage.remove_file(&at), Err(FsError::Refused)), "{text}");
        assert!(matches!(stage.remove_folder(&at), Err(FsError::Refused)), "{text}");
        assert!(matches!(stage.rename(&at, &path("x")), Err(FsError::Refused)), "{text}");
    }
    for text in ["private/none/below", "private/key/below", "private/key/", "private/none/", "private/none/../x", "private/key/../x"] {
        assert!(matches!(stage.resolve(&path("."), text, Follow::Yes), Err(FsError::Refused)), "{text}");
    }
}

#[test]
fn writing_needs_write_and_creating_too() {
    let scene = Scene::with(&[("a", "1")]);
    let (mut stage, _) = scene.guarded(&[(Write, ".")]);
    assert!(matches!(stage.open(&path("a"), WRITE, Follow::Yes), Err(FsError::Refused)));
    assert!(matches!(stage.open(&path("b"), OpenOptions { create: Create::IfMissing, ..READ }, Follow::Yes), Err(FsError::Refused)));
    // It exists: nothing is made.
    assert!(stage.open(&path("a"), OpenOptions { create: Create::IfMissing, ..READ }, Follow::Yes).is_ok());
    assert!(matches!(stage.make_folder(&path("c")), Err(FsError::Refused)));
    assert!(stage.seal().unwrap().changes().is_empty());
}

#[test]
fn a_file_that_may_not_be_read_cannot_be_renamed_to_where_it_may() {
    let scene = Scene::with(&[("private/key", "1"), ("private/dir/key", "2")]);
    let (mut stage, _) = scene.guarded(&[(Read, "private")]);
    assert!(matches!(stage.rename(&path("private/key"), &path("key")), Err(FsError::Refused)));
    let file = stage.open(&path("private/key"), OpenOptions { read: false, ..WRITE }, Follow::Yes).unwrap();
    stage.append(file, b"!").unwrap();
    assert!(matches!(stage.rename(&path("private/key"), &path("key")), Err(FsError::Refused)));
    let (mut stage, _) = scene.guarded(&[(Read, "private/dir/key")]);
    assert!(matches!(stage.rename(&path("private"), &path("public")), Err(FsError::Refused)));
    assert_eq!(stage.names("private"), ["dir", "key"]);
    assert!(stage.seal().unwrap().changes().is_empty());
}

#[test]
fn every_file_below_a_moved_folder_is_decided_at_both_ends() {
    let scene = Scene::with(&[("f/a", "1"), ("f/deep/b", "2")]);
    for refused in [(Delete, "f/deep/b"), (Write, "g/deep/b"), (Write, "g/deep"), (Delete, "f/a")] {
        let (mut stage, _) = scene.guarded(&[refused]);
        assert!(matches!(stage.rename(&path("f"), &path("g")), Err(FsError::Refused)), "{refused:?}");
        assert!(stage.seal().unwrap().changes().is_empty());
    }
}

#[test]
fn what_the_call_made_it_may_take_back_without_delete() {
    let scene = Scene::with(&[("a", "1")]);
    let (mut stage, _) = scene.guarded(&[(Delete, "."), (Read, "temp")]);
    stage.write("temp", b"2").unwrap();
    stage.rename(&path("temp"), &path("a")).unwrap();
    stage.make_folder(&path("folder")).unwrap();
    stage.remove_folder(&path("folder")).unwrap();
    stage.write("other", b"3").unwrap();
    stage.remove_file(&path("other")).unwrap();
    assert!(matches!(stage.remove_file(&path("a")), Err(FsError::Refused)));
    assert_eq!(written(&stage.seal().unwrap(), "a"), b"2");
}
