//! How many syncs a publish takes, and that each of them is needed.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    publish::{
        Conflicts,
        tests::{
            cases::{Case, all},
            scene::{Node, Scene, call, changes, path, plain, tree},
        },
    },
    state::{
        disk::Disk,
        tests::{
            faulty::{Faulty, Operation, Verdict},
            forgetful::{Forgetful, Loss},
        },
    },
};

/// A scene in which the first publish has made the folders of the state.
fn steady(case: &Case) -> Scene {
    let scene = Scene::new(&case.from);
    let first = tree(&["first=1"]);
    scene.publish(plain(), &call(1), &changes(&Default::default(), &first)).unwrap();
    scene.undo(&call(1), &call(2)).unwrap();
    scene
}

fn syncs(case: &Case) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let disk = Faulty::new(plain(), move |_, operation| {
        counted.fetch_add(usize::from(operation.is_sync()), Ordering::SeqCst);
        Verdict::Happens
    });
    steady(case).publish(disk, &call(3), &changes(&case.from, &case.to)).unwrap();
    count.load(Ordering::SeqCst)
}

#[test]
fn a_one_file_edit_takes_five_syncs_and_every_more_file_or_folder_one() {
    let count = |name: &str| syncs(all().iter().find(|case| case.name == name).unwrap());
    // Record, journal folder, temporary file, the file's folder, history folder.
    assert_eq!(count("one file"), 5);
    // Six files in three folders instead of one in one.
    assert_eq!(count("many files"), 5 + 5 + 2);
    // Content and both folders.
    assert_eq!(count("a rename"), 6);
}

/// A disk on which the n-th sync from now on does nothing, and the process dies before the operation with number `point`.
fn lying(inner: Arc<dyn Disk>, skipped: usize, point: usize) -> Arc<Faulty> {
    let seen = AtomicUsize::new(0);
    Faulty::new(inner, move |at, operation: Operation| {
        if at >= point {
            return Verdict::Fails(std::io::ErrorKind::Other);
        }
        let lies = operation.is_sync() && seen.fetch_add(1, Ordering::SeqCst) == skipped;
        if lies { Verdict::Skipped } else { Verdict::Happens }
    })
}

/// What goes wrong at some point and loss when the n-th sync is left out.
fn harm_without(skipped: usize, case: &Case) -> Option<String> {
    let set = changes(&case.from, &case.to);
    for point in 0.. {
        let scene = steady(case);
        let forgetful = scene.forgetful();
        let published = scene.publish(lying(forgetful.clone(), skipped, point), &call(3), &set).is_ok();
        for loss in Loss::some(point, 30) {
            if let Err(why) = Scene::after(&forgetful, loss).check(&call(3), &case.from, &case.to) {
                return Some(why);
            }
        }
        if published {
            return edited_afterwards(&forgetful);
        }
    }
    None
}

/// Somebody edits a file that was published, and then the power fails: recovery has nothing to do with it.
fn edited_afterwards(forgetful: &Forgetful) -> Option<String> {
    (0..30).find_map(|seed| {
        let later = Scene::after(forgetful, Loss::Random(seed));
        fs::write(later.workspace_path().join("a"), "edited by hand").unwrap();
        match later.recover(plain(), Conflicts::Refuse) {
            Ok(_) => {
                let kept = later.tree().get(&path("a")) == Some(&Node::File { bytes: b"edited by hand".to_vec(), executable: false });
                (!kept).then(|| "overwrote an edit".to_owned())
            }
            Err(error) => Some(error.to_string()),
        }
    })
}

#[test]
fn no_sync_can_be_left_out() {
    let case = all().into_iter().find(|case| case.name == "one file").unwrap();
    // The check itself finds nothing when all syncs happen.
    assert_eq!(harm_without(usize::MAX, &case), None);
    for skipped in 0..syncs(&case) {
        assert!(harm_without(skipped, &case).is_some(), "sync {skipped} makes no difference");
    }
}
