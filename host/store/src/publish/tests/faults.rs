//! Full disks and single failures.

use std::io::ErrorKind;

use cofferdam_base::Diagnostic as _;

use crate::{
    publish::{
        Conflicts, PublishError,
        tests::{
            cases::all,
            scene::{Scene, call, changes, plain},
        },
    },
    state::tests::faulty::{Faulty, Operation, Verdict},
};

fn takes_space(operation: Operation) -> bool {
    matches!(operation, Operation::CreateFile | Operation::Write | Operation::MakeFolder)
}

#[test]
fn a_full_disk_leaves_everything_as_it_was() {
    for case in all() {
        let set = changes(&case.from, &case.to);
        for point in 0.. {
            let scene = Scene::new(&case.from);
            let disk = Faulty::new(plain(), move |at, operation| {
                if at >= point && takes_space(operation) { Verdict::FailsMidway(ErrorKind::StorageFull) } else { Verdict::Happens }
            });
            let published = scene.publish(disk, &call(1), &set);
            let Err(error) = published else {
                assert_eq!(scene.tree(), case.to, "{}", case.name);
                break;
            };
            // Where a name changes between file and folder, a full disk can stop it half-way: then recovery is needed.
            if matches!(error, PublishError::Interrupted { .. }) {
                assert!(case.turns, "{}, full at {point}: {error:?}", case.name);
            } else {
                assert!(error.code().ends_with("disk-full"), "{error:?}");
                assert_eq!(scene.tree(), case.from, "{}, full at {point}", case.name);
            }
            scene.check(&call(1), &case.from, &case.to).unwrap_or_else(|why| panic!("{}, full at {point}: {why}", case.name));
        }
    }
}

#[test]
fn any_single_failure_is_taken_back_or_recovered() {
    for case in all() {
        let set = changes(&case.from, &case.to);
        let operations = {
            let disk = Faulty::new(plain(), |_, _| Verdict::Happens);
            Scene::new(&case.from).publish(disk.clone(), &call(1), &set).unwrap();
            disk.count()
        };
        for point in 0..operations {
            let scene = Scene::new(&case.from);
            let fails = move |at, _| if at == point { Verdict::FailsMidway(ErrorKind::PermissionDenied) } else { Verdict::Happens };
            match scene.publish(Faulty::new(plain(), fails), &call(1), &set) {
                Ok(_) => panic!("{}: failure {point} went unnoticed", case.name),
                Err(PublishError::Interrupted { .. }) => {}
                Err(_) => assert_eq!(scene.tree(), case.from, "{}, failure at {point}", case.name),
            }
            scene.check(&call(1), &case.from, &case.to).unwrap_or_else(|why| panic!("{}, failure at {point}: {why}", case.name));
        }
    }
}

#[test]
fn recovery_on_a_full_disk_takes_back_or_says_that_it_cannot_and_succeeds_later() {
    let mut stuck = 0;
    for case in all() {
        let set = changes(&case.from, &case.to);
        for point in 0.. {
            let scene = Scene::new(&case.from);
            let published = scene.publish(Faulty::killed_before(plain(), point), &call(1), &set);
            let full = |_, operation| if takes_space(operation) { Verdict::Fails(ErrorKind::StorageFull) } else { Verdict::Happens };
            match scene.recover(Faulty::new(plain(), full), Conflicts::Refuse) {
                Ok(_) => {}
                // Killed before there was a lock file: recovery does not begin.
                Err(error) if error.code() == "store.state-disk-full" => {}
                Err(PublishError::Interrupted { call: interrupted, stuck: Some(_), .. }) => {
                    assert_eq!(interrupted, call(1));
                    stuck += 1;
                }
                Err(error) => panic!("{}, killed at {point}: {error:?}", case.name),
            }
            scene.check(&call(1), &case.from, &case.to).unwrap_or_else(|why| panic!("{}, killed at {point}: {why}", case.name));
            if published.is_ok() {
                break;
            }
        }
    }
    // Some points leave a mixture that needs space in either direction.
    assert!(stuck > 0);
}
