//! Somebody else changes the workspace before, during and after a publish: nothing of theirs is overwritten.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use cofferdam_base::Diagnostic as _;

use crate::{
    publish::{
        Conflicts, Outcome, Prepared, PublishError, Standing,
        tests::{
            cases::{Case, all},
            scene::{Scene, call, changes, path, plain, tree, unchanged},
        },
        unfinished,
    },
    state::tests::faulty::Faulty,
};

/// A scene whose call is committed and not applied: the process died there.
fn committed(case: &Case) -> Scene {
    let scene = Scene::new(&case.from);
    let set = changes(&case.from, &case.to);
    let (workspace, state) = scene.open(plain());
    let lock = state.try_lock().unwrap();
    drop(Prepared::prepare(&workspace, &lock, &call(1), &set, unchanged(&workspace, &set)).unwrap().commit().unwrap());
    scene
}

fn find(name: &str) -> Case {
    all().into_iter().find(|case| case.name == name).unwrap()
}

#[test]
fn an_edit_between_the_recheck_and_the_publish_is_not_overwritten() {
    for interferes in [|at: &Path| fs::write(at, "theirs").unwrap(), |at: &Path| fs::remove_file(at).unwrap()] {
        let case = find("many files");
        let set = changes(&case.from, &case.to);
        let scene = Scene::new(&case.from);
        let (workspace, state) = scene.open(plain());
        let lock = state.try_lock().unwrap();
        let unchanged = unchanged(&workspace, &set);
        interferes(&scene.workspace_path().join("d/a"));
        let before = scene.tree();
        let error = Prepared::prepare(&workspace, &lock, &call(1), &set, unchanged).unwrap_err();
        assert!(matches!(&error, PublishError::Changed(paths) if *paths == [path("d/a")]), "{error:?}");
        assert_eq!(scene.tree(), before);
    }
}

#[test]
fn an_edit_between_commit_and_apply_is_not_overwritten() {
    let case = find("many files");
    let set = changes(&case.from, &case.to);
    let scene = Scene::new(&case.from);
    let (workspace, state) = scene.open(plain());
    let lock = state.try_lock().unwrap();
    let prepared = Prepared::prepare(&workspace, &lock, &call(1), &set, unchanged(&workspace, &set)).unwrap();
    let committed = prepared.commit().unwrap();
    fs::write(scene.workspace_path().join("e/a"), "theirs").unwrap();
    let before = scene.tree();
    let error = committed.apply().unwrap_err();
    assert!(matches!(&error, PublishError::Changed(paths) if *paths == [path("e/a")]), "{error:?}");
    assert_eq!(scene.tree(), before);
    drop(lock);
    assert_eq!(scene.recover(plain(), Conflicts::Refuse).unwrap(), []);
}

#[test]
fn recovery_names_what_somebody_changed_after_the_crash_and_changes_nothing() {
    let case = find("many files");
    let scene = committed(&case);
    fs::write(scene.workspace_path().join("top"), "theirs").unwrap();
    let before = scene.tree();
    for _ in 0..2 {
        let error = scene.recover(plain(), Conflicts::Refuse).unwrap_err();
        assert!(matches!(&error, PublishError::Conflict { paths, .. } if *paths == [path("top")]), "{error:?}");
        assert!(error.hint().unwrap().contains("`cofferdam recover`"));
        assert_eq!(scene.tree(), before);
    }
    // Until somebody decides, nothing is published.
    let error = scene.publish(plain(), &call(2), &changes(&tree(&[]), &tree(&["n=1"]))).unwrap_err();
    assert!(matches!(error, PublishError::Unrecovered(other) if other == call(1)));
}

#[test]
fn what_is_half_done_is_told_and_left_as_it_is() {
    let case = find("many files");
    let scene = committed(&case);
    fs::write(scene.workspace_path().join("top"), "theirs").unwrap();
    fs::write(scene.workspace_path().join("d/a"), "one").unwrap();
    let before = scene.tree();
    let (workspace, state) = scene.open(plain());
    for _ in 0..2 {
        let found = unfinished(&workspace, &state.try_lock().unwrap()).unwrap();
        let [unfinished] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(unfinished.call, call(1));
        assert_eq!(unfinished.theirs().collect::<Vec<_>>(), [&path("top")]);
        assert_eq!(unfinished.paths.get(&path("d/a")), Some(&Standing::Done));
        assert_eq!(unfinished.paths.values().filter(|standing| **standing == Standing::Open).count(), unfinished.paths.len() - 2);
        assert_eq!(scene.tree(), before);
    }
    drop(state);
    scene.recover(plain(), Conflicts::KeepTheirs).unwrap();
    let (workspace, state) = scene.open(plain());
    assert_eq!(unfinished(&workspace, &state.try_lock().unwrap()).unwrap(), []);
}

#[test]
fn a_call_that_was_not_committed_is_not_half_done() {
    let case = find("one file");
    let scene = Scene::new(&case.from);
    let set = changes(&case.from, &case.to);
    scene.publish(Faulty::killed_before(plain(), 5), &call(1), &set).unwrap_err();
    let (workspace, state) = scene.open(plain());
    assert_eq!(unfinished(&workspace, &state.try_lock().unwrap()).unwrap(), []);
}

#[test]
fn putting_a_file_back_as_it_was_lets_recovery_go_on() {
    let case = find("many files");
    let scene = committed(&case);
    fs::write(scene.workspace_path().join("top"), "theirs").unwrap();
    scene.recover(plain(), Conflicts::Refuse).unwrap_err();
    fs::write(scene.workspace_path().join("top"), "5").unwrap();
    assert_eq!(scene.check(&call(1), &case.from, &case.to), Ok(true));
}

#[test]
fn keeping_theirs_takes_the_rest_back_and_keeps_ours_aside() {
    let case = find("many files");
    let scene = committed(&case);
    fs::write(scene.workspace_path().join("top"), "theirs").unwrap();
    // Part of the call is applied already.
    fs::write(scene.workspace_path().join("d/a"), "one").unwrap();
    assert_eq!(scene.recover(plain(), Conflicts::KeepTheirs).unwrap(), [(call(1), Outcome::RolledBack)]);
    let mut expected = case.from.clone();
    expected.extend(tree(&["top=theirs"]));
    assert_eq!(scene.tree(), expected);
    assert!(fs::exists(scene.state_path().join(format!("aside/{}.record", call(1)))).unwrap());
    assert_eq!(scene.recover(plain(), Conflicts::Refuse).unwrap(), []);
}

#[test]
fn whatever_somebody_puts_at_any_path_is_kept() {
    type Put = fn(&Path);
    let puts: [Put; 4] = [
        |at| fs::write(at, "theirs").unwrap(),
        |at| fs::create_dir_all(at.join("theirs")).unwrap(),
        |at| symlink("/etc", at).unwrap(),
        |at| drop(std::os::unix::net::UnixListener::bind(at).unwrap()),
    ];
    for case in all() {
        for (at, _) in changes(&case.from, &case.to).iter() {
            for put in puts {
                let scene = committed(&case);
                let place = scene.workspace_path().join(at.as_str());
                if !place.parent().unwrap().is_dir() {
                    continue;
                }
                remove(&place);
                put(&place);
                let theirs = listing(&place);
                // It may be refused or, where it happens to be one of the two sides, accepted; it is never followed or lost.
                let _ = scene.recover(plain(), Conflicts::Refuse);
                let kept = scene.recover(plain(), Conflicts::KeepTheirs);
                assert!(kept.is_ok(), "{} at {at}: {kept:?}", case.name);
                let now = listing(&place);
                assert!(theirs.iter().all(|there| now.contains(there)), "{} at {at}: {theirs:?} became {now:?}", case.name);
                assert_eq!(scene.recover(plain(), Conflicts::Refuse).unwrap(), []);
            }
        }
    }
}

#[test]
fn a_folder_that_became_a_link_is_not_followed() {
    let (from, to) = (tree(&["d", "d/a=1"]), tree(&["d", "d/a=22", "d/new=3"]));
    let case = Case { name: "link", from, to, turns: false };
    let scene = committed(&case);
    let outside = scene.state_path().join("outside");
    fs::rename(scene.workspace_path().join("d"), &outside).unwrap();
    symlink(&outside, scene.workspace_path().join("d")).unwrap();
    let error = scene.recover(plain(), Conflicts::Refuse).unwrap_err();
    assert!(matches!(&error, PublishError::Conflict { paths, .. } if *paths == [path("d/a"), path("d/new")]), "{error:?}");
    assert_eq!(fs::read(outside.join("a")).unwrap(), b"1");
    assert!(!fs::exists(outside.join("new")).unwrap());
}

#[test]
fn a_planted_temporary_name_is_removed_and_not_written_through() {
    let case = find("one file");
    let scene = committed(&case);
    let victim = scene.state_path().join("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, scene.workspace_path().join(format!(".cofferdam-{}-0.tmp", call(1)))).unwrap();
    assert_eq!(scene.recover(plain(), Conflicts::Refuse).unwrap(), [(call(1), Outcome::Completed)]);
    assert_eq!((scene.tree(), fs::read(&victim).unwrap()), (case.to, b"precious".to_vec()));
}

#[test]
fn a_folder_that_is_not_empty_after_all_is_not_removed() {
    let case = find("a folder goes");
    let scene = Scene::new(&case.from);
    let set = changes(&case.from, &case.to);
    fs::write(scene.workspace_path().join("d/e/theirs"), "x").unwrap();
    let before = scene.tree();
    let error = scene.publish(plain(), &call(1), &set).unwrap_err();
    assert!(matches!(&error, PublishError::Changed(paths) if *paths == [path("d/e/theirs")]), "{error:?}");
    assert_eq!(scene.tree(), before);
}

fn remove(at: &Path) {
    match fs::symlink_metadata(at) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(at).unwrap(),
        Ok(_) => fs::remove_file(at).unwrap(),
        Err(_) => {}
    }
}

/// What somebody put there: kinds, and the bytes of files.
fn listing(at: &Path) -> Vec<(PathBuf, String)> {
    let meta = fs::symlink_metadata(at).unwrap();
    let mut all = vec![(at.to_owned(), format!("{:?}", meta.file_type()))];
    if meta.is_dir() {
        all.extend(fs::read_dir(at).unwrap().flat_map(|entry| listing(&entry.unwrap().path())));
    } else if meta.is_file() {
        all.push((at.to_owned(), String::from_utf8(fs::read(at).unwrap()).unwrap()));
    }
    all
}
