//! Undo, and the history that it goes by.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::{
    change::ChangeKind,
    publish::{
        PublishError, history,
        tests::{
            cases::all,
            scene::{Scene, call, changes, path, plain, tree},
        },
    },
};

fn mode(scene: &Scene, name: &str) -> u32 {
    fs::metadata(scene.workspace_path().join(name)).unwrap().permissions().mode() & 0o777
}

fn set_mode(scene: &Scene, name: &str, mode: u32) {
    fs::set_permissions(scene.workspace_path().join(name), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn every_call_can_be_taken_back_and_that_too() {
    for case in all() {
        let scene = Scene::new(&case.from);
        scene.publish(plain(), &call(1), &changes(&case.from, &case.to)).unwrap();
        assert_eq!(scene.tree(), case.to, "{}", case.name);
        scene.undo(&call(1), &call(2)).unwrap();
        assert_eq!(scene.tree(), case.from, "{}: taken back", case.name);
        scene.undo(&call(2), &call(3)).unwrap();
        assert_eq!(scene.tree(), case.to, "{}: and again", case.name);
    }
}

#[test]
fn a_call_is_not_taken_back_over_a_later_change() {
    for case in all() {
        for (at, changed) in changes(&case.from, &case.to).iter() {
            let scene = Scene::new(&case.from);
            scene.publish(plain(), &call(1), &changes(&case.from, &case.to)).unwrap();
            let place = scene.workspace_path().join(at.as_str());
            match changed.kind() {
                // Somebody puts a file into the new folder, or makes one where a file or folder went.
                ChangeKind::MakeFolder | ChangeKind::FileToFolder => fs::write(place.join("theirs"), "x").unwrap(),
                ChangeKind::Delete | ChangeKind::RemoveFolder if place.parent().unwrap().is_dir() => fs::write(&place, "theirs").unwrap(),
                ChangeKind::Delete | ChangeKind::RemoveFolder => continue,
                ChangeKind::Create | ChangeKind::Replace | ChangeKind::FolderToFile => fs::write(&place, "theirs").unwrap(),
            }
            let before = scene.tree();
            let error = scene.undo(&call(1), &call(2)).unwrap_err();
            assert!(matches!(&error, PublishError::ChangedSince { paths, .. } if paths.iter().any(|path| path.is_within(at))), "{error:?}");
            assert_eq!(scene.tree(), before, "{}", case.name);
        }
    }
}

#[test]
fn permissions_survive_an_edit_and_come_back_with_a_removed_file() {
    let from = tree(&["private=1", "shared=1", "gone=1", "secret", "secret/f=1"]);
    let to = tree(&["private=22", "shared*=1"]);
    let scene = Scene::new(&from);
    for (name, bits) in [("private", 0o600), ("shared", 0o664), ("gone", 0o640), ("secret", 0o700), ("secret/f", 0o400)] {
        set_mode(&scene, name, bits);
    }
    scene.publish(plain(), &call(1), &changes(&from, &to)).unwrap();
    assert_eq!((mode(&scene, "private"), mode(&scene, "shared")), (0o600, 0o775));
    scene.undo(&call(1), &call(2)).unwrap();
    for (name, bits) in [("private", 0o600), ("shared", 0o664), ("gone", 0o640), ("secret", 0o700), ("secret/f", 0o400)] {
        assert_eq!(mode(&scene, name), bits, "{name}");
    }
}

#[test]
fn set_user_id_bits_are_not_carried_over() {
    let from = tree(&["a*=1"]);
    let scene = Scene::new(&from);
    set_mode(&scene, "a", 0o4755);
    scene.publish(plain(), &call(1), &changes(&from, &tree(&["a*=2"]))).unwrap();
    let bits = fs::metadata(scene.workspace_path().join("a")).unwrap().permissions().mode() & 0o7777;
    assert_eq!(bits, 0o755);
}

#[test]
fn the_history_says_what_each_call_changed_newest_first() {
    let (empty, one, two) = (tree(&[]), tree(&["a=1"]), tree(&["a=1", "d", "d/b=22"]));
    let scene = Scene::new(&empty);
    scene.publish(plain(), &call(1), &changes(&empty, &one)).unwrap();
    scene.publish(plain(), &call(2), &changes(&one, &two)).unwrap();
    let (_, state) = scene.open(plain());
    let calls = history::newest(&state, 10).unwrap();
    assert_eq!(calls.iter().map(|known| known.call.clone()).collect::<Vec<_>>(), [call(2), call(1)]);
    let told: Vec<_> = calls[0].changes.iter().map(|change| (change.path.clone(), change.kind, change.bytes)).collect();
    assert_eq!(told, [(path("d"), ChangeKind::MakeFolder, 0), (path("d/b"), ChangeKind::Create, 2)]);
    assert_eq!(history::newest(&state, 1).unwrap().len(), 1);
    assert_eq!(history::find(&state, &call(9)).unwrap(), None);
}

#[test]
fn the_next_call_to_take_back_is_the_newest_that_still_stands() {
    let (empty, one, two) = (tree(&[]), tree(&["a=1"]), tree(&["a=1", "b=2"]));
    let scene = Scene::new(&empty);
    let next = || history::newest_to_undo(&scene.open(plain()).1).unwrap().map(|known| known.call);
    assert_eq!(next(), None);
    scene.publish(plain(), &call(1), &changes(&empty, &one)).unwrap();
    scene.publish(plain(), &call(2), &changes(&one, &two)).unwrap();
    assert_eq!(next(), Some(call(2)));
    scene.undo(&call(2), &call(3)).unwrap();
    assert_eq!(next(), Some(call(1)));
    scene.undo(&call(3), &call(4)).unwrap();
    assert_eq!(next(), Some(call(2)));
    scene.undo(&call(4), &call(5)).unwrap();
    scene.undo(&call(1), &call(6)).unwrap();
    assert_eq!(next(), None);
}
