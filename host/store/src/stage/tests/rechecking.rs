//! What a call relied on is looked at again before anything becomes real.

use super::*;
use crate::{
    Conflict, Drift,
    stage::reads::{Fact, ReadSet},
};
use cofferdam_base::{Class, Diagnostic as _};

/// What a call does, what another process does then, and what the recheck says.
fn drift(act: impl Fn(&mut Stage), meddle: impl Fn(&Path)) -> Option<(String, Drift)> {
    let scene = Scene::with(&[
        ("file", "one"),
        ("run", "#!"),
        ("folder/a", "1"),
        ("folder/sub/", ""),
        ("link", "-> file"),
        ("to-folder", "-> folder"),
        ("bare", "#!"),
    ]);
    let mut stage = scene.stage();
    act(&mut stage);
    let staged = stage.seal().unwrap();
    let _ = staged.reads().recheck(&scene.workspace).unwrap();
    meddle(&scene.root());
    staged.reads().recheck(&scene.workspace).err().map(|conflict| {
        assert_eq!((conflict.code(), conflict.class()), ("store.conflict", Class::Failed));
        assert!(conflict.to_string().contains(conflict.path.as_str()) && conflict.hint().is_some());
        (conflict.path.to_string(), conflict.drift)
    })
}

fn read(stage: &mut Stage) {
    stage.read("file").unwrap();
}

fn rewrite(root: &Path, name: &str, content: &str) {
    fs::write(root.join(name), content).unwrap();
}

#[test]
fn a_file_that_was_read_must_have_the_same_bytes() {
    // The same size: only the digest tells.
    assert!(matches!(drift(read, |root| rewrite(root, "file", "two")), Some((path, Drift::Content)) if path == "file"));
    assert!(matches!(drift(read, |root| rewrite(root, "file", "longer")), Some((_, Drift::Content))));
    assert!(matches!(drift(read, |root| fs::remove_file(root.join("file")).unwrap()), Some((_, Drift::Vanished))));
    // Written again with the same bytes, whatever its times are: unchanged.
    assert!(drift(read, |root| rewrite(root, "file", "one")).is_none());
    assert!(drift(read, |root| rewrite(root, "folder/a", "other")).is_none());
}

#[test]
fn a_file_that_became_something_else_is_told() {
    let gone = |root: &Path| fs::remove_file(root.join("file")).unwrap();
    let folder = |root: &Path| {
        gone(root);
        fs::create_dir(root.join("file")).unwrap();
    };
    let link = |root: &Path| {
        fs::rename(root.join("file"), root.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", root.join("file")).unwrap();
    };
    let mode = |root: &Path| fs::set_permissions(root.join("file"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(drift(read, folder), Some((_, Drift::Kind))));
    assert!(matches!(drift(read, link), Some((_, Drift::Kind))));
    assert!(matches!(drift(read, mode), Some((_, Drift::Mode))));
}

#[test]
fn a_folder_on_the_way_that_became_a_link_is_told() {
    let act = |stage: &mut Stage| drop(stage.read("folder/a").unwrap());
    let meddle = |root: &Path| {
        fs::rename(root.join("folder"), root.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", root.join("folder")).unwrap();
    };
    assert!(matches!(drift(act, meddle), Some((path, Drift::Kind)) if path == "folder/a"));
}

#[test]
fn absence_stat_listing_and_links_are_relied_on() {
    let missing = |stage: &mut Stage| assert!(stage.stat(&path("none"), Follow::Yes).is_err());
    assert!(matches!(drift(missing, |root| rewrite(root, "none", "")), Some((path, Drift::Appeared)) if path == "none"));
    let stat = |stage: &mut Stage| assert!(stage.stat(&path("run"), Follow::Yes).is_ok());
    assert!(matches!(drift(stat, |root| rewrite(root, "run", "#!longer")), Some((_, Drift::Content))));
    assert!(drift(stat, |root| rewrite(root, "run", "!#")).is_none());
    let list = |stage: &mut Stage| drop(stage.list(&path("folder")).unwrap());
    assert!(matches!(drift(list, |root| rewrite(root, "folder/new", "")), Some((path, Drift::Listing)) if path == "folder"));
    assert!(drift(list, |root| rewrite(root, "folder/sub/new", "")).is_none());
    let follow = |stage: &mut Stage| assert!(stage.stat(&path("link"), Follow::Yes).is_ok());
    let turn = |root: &Path| {
        fs::remove_file(root.join("link")).unwrap();
        std::os::unix::fs::symlink("run", root.join("link")).unwrap();
    };
    assert!(matches!(drift(follow, turn), Some((path, Drift::Link)) if path == "link"));
}

#[test]
fn a_link_above_a_file_that_turned_elsewhere_is_told() {
    let act = |stage: &mut Stage| drop(stage.read("to-folder/a").unwrap());
    let turn = |root: &Path| {
        fs::create_dir(root.join("other")).unwrap();
        rewrite(root, "other/a", "1");
        fs::remove_file(root.join("to-folder")).unwrap();
        std::os::unix::fs::symlink("other", root.join("to-folder")).unwrap();
    };
    assert!(matches!(drift(act, turn), Some((path, Drift::Link)) if path == "to-folder"));
}

#[test]
fn every_path_that_changes_is_relied_on_though_it_was_never_read() {
    let replace = |stage: &mut Stage| stage.write("file", b"new").unwrap();
    assert!(matches!(drift(replace, |root| rewrite(root, "file", "two")), Some((_, Drift::Content))));
    let remove = |stage: &mut Stage| stage.remove_file(&path("file")).unwrap();
    assert!(matches!(drift(remove, |root| rewrite(root, "file", "two")), Some((_, Drift::Content))));
    let over = |stage: &mut Stage| stage.rename(&path("run"), &path("file")).unwrap();
    assert!(matches!(drift(over, |root| rewrite(root, "file", "two")), Some((path, Drift::Content)) if path == "file"));
    let make = |stage: &mut Stage| stage.write("folder/new", b"").unwrap();
    assert!(matches!(drift(make, |root| rewrite(root, "folder/new", "")), Some((_, Drift::Appeared))));
    assert!(
        matches!(drift(make, |root| fs::remove_dir_all(root.join("folder")).unwrap()), Some((path, Drift::Vanished)) if path == "folder")
    );
    let clear = |stage: &mut Stage| stage.remove_folder(&path("folder/sub")).unwrap();
    assert!(matches!(drift(clear, |root| rewrite(root, "folder/sub/x", "")), Some((_, Drift::Listing))));
}

#[test]
fn what_changes_during_the_call_is_told_in_the_call() {
    let scene = Scene::with(&[("file", "one"), ("folder/a", "")]);
    let mut stage = scene.stage();
    stage.stat(&path("file"), Follow::Yes).unwrap();
    stage.list(&path("folder")).unwrap();
    rewrite(&scene.root(), "file", "longer");
    rewrite(&scene.root(), "folder/b", "");
    for error in [stage.read("file").unwrap_err(), stage.list(&path("folder")).unwrap_err()] {
        assert_eq!(error.code(), "store.conflict");
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[test]
fn what_was_read_stays_what_was_read() {
    let scene = Scene::with(&[("file", "one")]);
    let mut stage = scene.stage();
    stage.read("file").unwrap();
    assert!(matches!(stage.read("none"), Err(FsError::NotFound)));
    rewrite(&scene.root(), "file", "two");
    rewrite(&scene.root(), "none", "now");
    assert_eq!(stage.read("file").unwrap(), b"one");
    assert!(matches!(stage.read("none"), Err(FsError::NotFound)));
}

#[test]
fn sets_join_unless_they_disagree() {
    let scene = Scene::with(&[("file", "one"), ("other", "1")]);
    let reads = |text: &str| {
        let mut stage = scene.stage();
        stage.read(text).unwrap();
        stage.into_reads()
    };
    let first = reads("file");
    let joined = first.clone().joined(reads("other")).unwrap();
    assert_eq!(joined.iter().count(), 2);
    assert!(matches!(joined.get(&path("file")), Some(Fact::File { stat: Some(_), content: Some(_) })));
    rewrite(&scene.root(), "file", "two");
    let conflict: Conflict = joined.joined(reads("file")).unwrap_err();
    assert!(matches!(conflict.drift, Drift::Content));
    assert!(first.joined(ReadSet::default()).unwrap().recheck(&scene.workspace).is_err());
}

#[test]
fn is_written_as_a_list_in_the_order_of_the_paths() {
    let scene = Scene::with(&[("ü/link", "-> ../a"), ("a", "1")]);
    let mut stage = scene.stage();
    stage.read("ü/link").unwrap();
    stage.list(&path("ü")).unwrap();
    assert!(stage.stat(&path("none"), Follow::Yes).is_err());
    let reads = stage.into_reads();
    let text = String::from_utf8(cofferdam_base::canonical::to_vec(&reads).unwrap()).unwrap();
    let (start, listing) = text.split_once("\"listing\":\"sha256:").unwrap();
    let digest = cofferdam_base::Digest::of(b"1");
    let file = format!(
        "{{\"content\":\"{digest}\",\"kind\":\"file\",\"path\":\"a\",\"stat\":{{\"executable\":false,\"read_only\":false,\"size\":1}}}}"
    );
    let rest = "{\"kind\":\"absent\",\"path\":\"none\"},{\"kind\":\"folder\",";
    assert!(start.contains(&file) && start.ends_with(rest), "{text}");
    assert!(listing.ends_with("\"path\":\"ü\"},{\"kind\":\"link\",\"path\":\"ü/link\",\"target\":\"../a\"}]"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_read_any_more_is_a_conflict() {
    // Reading this file fails, for everybody, at its first byte.
    let workspace = Workspace::open_ambient(Path::new("/proc/self")).unwrap();
    let delete = Change::Delete { before: cofferdam_base::Digest::of(b"") };
    let reads = ReadSet::of_changes(&[(path("mem"), delete)].into_iter().collect());
    let conflict = reads.recheck(&workspace).unwrap_err();
    assert!(matches!(conflict.drift, Drift::Unreadable(_)), "{conflict:?}");
    assert!(std::error::Error::source(&conflict).is_some());
}
