//! Each code, and what triggers it.

use std::{fs, io::ErrorKind};

use cofferdam_base::{Class, Diagnostic as _, Digest};

use crate::{
    change::{Change, ChangeSet},
    publish::{
        Conflicts, MAX_KEPT_BYTES, PublishError, Undo, history,
        tests::scene::{Scene, call, changes, path, plain, tree, unchanged},
    },
    state::tests::faulty::{Faulty, Verdict},
};

fn published() -> Scene {
    let scene = Scene::new(&tree(&[]));
    scene.publish(plain(), &call(1), &changes(&tree(&[]), &tree(&["a=1"]))).unwrap();
    scene
}

/// Kills a publish right after its commit.
fn interrupted() -> Scene {
    let scene = Scene::new(&tree(&["a=old"]));
    let set = changes(&tree(&["a=old"]), &tree(&["a=new one"]));
    let (workspace, state) = scene.open(plain());
    let lock = state.try_lock().unwrap();
    let prepared = crate::publish::Prepared::prepare(&workspace, &lock, &call(1), &set, unchanged(&workspace, &set)).unwrap();
    drop(prepared.commit().unwrap());
    scene
}

fn one(name: &str, change: Change) -> ChangeSet {
    [(path(name), change)].into_iter().collect()
}

fn write(bytes: &[u8], after: Digest) -> Change {
    Change::Write { before: None, bytes: bytes.into(), executable: false, after }
}

#[test]
fn an_empty_change_set_is_not_published() {
    let error = Scene::empty().publish(plain(), &call(1), &ChangeSet::default()).unwrap_err();
    assert_eq!((error.code(), error.class()), ("publish.nothing-changed", Class::Failed));
    assert_eq!(error.to_string(), "the call changes nothing");
}

#[test]
fn contradictory_changes_are_a_bug() {
    let wrong_digest = one("a", write(b"x", Digest::of(b"y")));
    let in_a_file = one("a", write(b"x", Digest::of(b"x")));
    let in_a_file = in_a_file
        .iter()
        .chain(one("a/b", write(b"x", Digest::of(b"x"))).iter())
        .map(|(path, change)| (path.clone(), change.clone()))
        .collect();
    for set in [wrong_digest, in_a_file] {
        let scene = Scene::empty();
        let error = scene.publish(plain(), &call(1), &set).unwrap_err();
        assert_eq!((error.code(), error.class()), ("publish.inconsistent-changes", Class::Bug), "{error:?}");
        assert!(scene.tree().is_empty());
    }
}

#[test]
fn what_would_take_too_much_to_keep_is_refused_unread() {
    let scene = Scene::empty();
    let large = fs::File::create(scene.workspace_path().join("large")).unwrap();
    large.set_len(MAX_KEPT_BYTES + 1).unwrap();
    let set = one("large", Change::Delete { before: Digest::of(b"") });
    let (workspace, state) = scene.open(plain());
    let lock = state.try_lock().unwrap();
    // The recheck would read the file; that it is what it was is not what is tested here.
    let unchanged = unchanged(&workspace, &ChangeSet::default());
    let error = crate::publish::publish(&workspace, &lock, &call(1), &set, unchanged).unwrap_err();
    assert_eq!((error.code(), error.class()), ("publish.too-much-to-keep", Class::Limit));
}

#[test]
fn a_call_is_published_once() {
    let error = published().publish(plain(), &call(1), &changes(&tree(&["a=1"]), &tree(&["a=2"]))).unwrap_err();
    assert_eq!((error.code(), error.class()), ("publish.published-before", Class::Bug));
}

#[test]
fn an_interrupted_call_has_to_be_recovered_first() {
    let error = interrupted().publish(plain(), &call(2), &changes(&tree(&[]), &tree(&["b=2"]))).unwrap_err();
    assert_eq!((error.code(), error.class()), ("publish.unrecovered", Class::Failed));
    assert!(error.hint().unwrap().starts_with("run the `cofferdam` command again"));
}

#[test]
fn a_change_meanwhile_and_a_change_since_have_codes_of_their_own() {
    let scene = interrupted();
    fs::write(scene.workspace_path().join("a"), "theirs").unwrap();
    assert_eq!(scene.recover(plain(), Conflicts::Refuse).unwrap_err().code(), "publish.recovery-conflict");
    let scene = published();
    fs::write(scene.workspace_path().join("a"), "theirs").unwrap();
    let error = scene.undo(&call(1), &call(2)).unwrap_err();
    assert_eq!(error.code(), "publish.changed-since");
    assert_eq!(error.to_string(), format!("changed since call `{}` was published: `a`", call(1)));
    let (workspace, state) = scene.open(plain());
    let set = changes(&tree(&["a=1"]), &tree(&["a=2"]));
    let none = unchanged(&workspace, &ChangeSet::default());
    let error = crate::publish::publish(&workspace, &state.try_lock().unwrap(), &call(3), &set, none).unwrap_err();
    assert_eq!((error.code(), error.class()), ("publish.changed-meanwhile", Class::Failed));
}

#[test]
fn only_a_published_call_is_taken_back() {
    let scene = Scene::empty();
    let (workspace, state) = scene.open(plain());
    let error = Undo::verify(&workspace, &state.try_lock().unwrap(), &call(1)).unwrap_err();
    assert_eq!(error.code(), "publish.unknown-call");
}

#[test]
fn a_damaged_record_is_named_and_nothing_is_guessed() {
    let name = format!("calls/{}.record", call(1));
    type Damage = fn(&mut Vec<u8>);
    let damages: [(Damage, &str); 6] = [
        (|bytes| bytes.truncate(3), "is cut short"),
        (|bytes| bytes.truncate(bytes.len() - 1), "has no footer"),
        (|bytes| *bytes.last_mut().unwrap() = b' ', "has no footer"),
        (|bytes| bytes[10] ^= 1, "has a plan with another digest"),
        (|bytes| *bytes = bytes.split_off(1), "has more or fewer contents than its plan"),
        (|bytes| bytes.insert(0, b'x'), "has more or fewer contents than its plan"),
    ];
    for (damage, why) in damages {
        let scene = published();
        let at = scene.state_path().join(&name);
        let mut bytes = fs::read(&at).unwrap();
        damage(&mut bytes);
        fs::write(&at, bytes).unwrap();
        let error = history::find(&scene.open(plain()).1, &call(1)).unwrap_err();
        assert_eq!((error.code(), error.class()), ("publish.record-damaged", Class::NotVerified));
        assert!(error.to_string().ends_with(why), "{error} is not: {why}");
    }
}

#[test]
fn a_damaged_content_is_not_put_into_the_workspace() {
    let scene = interrupted();
    let at = scene.state_path().join(format!("journal/{}.committed", call(1)));
    let mut bytes = fs::read(&at).unwrap();
    bytes[4] ^= 1;
    fs::write(&at, bytes).unwrap();
    // It cannot be completed, so it is taken back.
    assert_eq!(scene.recover(plain(), Conflicts::Refuse).unwrap(), [(call(1), crate::publish::Outcome::RolledBack)]);
    assert_eq!(scene.tree(), tree(&["a=old"]));
}

#[test]
fn a_strange_file_in_the_journal_is_named() {
    let scene = published();
    fs::write(scene.state_path().join("journal/x.committed"), "").unwrap();
    let error = scene.recover(plain(), Conflicts::Refuse).unwrap_err();
    assert_eq!(error.to_string(), "`journal/x.committed` does not belong in the state folder");
}

#[test]
fn a_record_under_the_name_of_another_call_is_damaged() {
    let scene = published();
    let of = |n| scene.state_path().join(format!("calls/{}.record", call(n)));
    fs::copy(of(1), of(2)).unwrap();
    let error = history::find(&scene.open(plain()).1, &call(2)).unwrap_err();
    assert!(error.to_string().ends_with("is the record of another call"));
}

#[test]
fn failures_of_the_file_system_have_codes_and_causes() {
    let codes = |kind: ErrorKind| {
        let mut seen = std::collections::BTreeSet::new();
        for point in 0..60 {
            let scene = Scene::new(&tree(&["a=old"]));
            let disk = Faulty::new(plain(), move |at, _| if at >= point { Verdict::Fails(kind) } else { Verdict::Happens });
            if let Err(error) = scene.publish(disk, &call(1), &changes(&tree(&["a=old"]), &tree(&["a=new one"]))) {
                seen.insert(error.code());
                assert!(std::error::Error::source(&error).is_some());
                if let PublishError::Interrupted { cause, .. } = &error {
                    assert!(error.hint().unwrap().starts_with("run the `cofferdam` command again"));
                    seen.insert(cause.code());
                }
            }
        }
        seen.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(codes(ErrorKind::PermissionDenied), ["publish.interrupted", "publish.io", "store.state-io"]);
    assert_eq!(codes(ErrorKind::StorageFull), ["publish.disk-full", "publish.interrupted", "store.state-disk-full"]);
}

#[test]
fn a_long_list_of_paths_is_cut_and_escaped() {
    let paths = (0..7).map(|n| path(&format!("f{n}\u{1b}"))).collect();
    let text = PublishError::Changed(paths).to_string();
    assert_eq!(text, "changed since the call saw it: `f0\\u{1b}`, `f1\\u{1b}`, `f2\\u{1b}`, `f3\\u{1b}`, `f4\\u{1b}`, 2 more");
}
