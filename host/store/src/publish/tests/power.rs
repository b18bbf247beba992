//! The power fails before every operation, and takes what was not synced.

use crate::{
    publish::{
        Conflicts, Prepared,
        tests::{
            cases::{Case, all},
            scene::{Scene, call, changes, unchanged},
        },
    },
    state::tests::{faulty::Faulty, forgetful::Loss},
};

fn lost_at_every_point(case: &Case) {
    let set = changes(&case.from, &case.to);
    for point in 0.. {
        let scene = Scene::new(&case.from);
        let forgetful = scene.forgetful();
        let published = scene.publish(Faulty::killed_in(forgetful.clone(), point), &call(1), &set);
        for loss in Loss::some(point, 6) {
            let there = Scene::after(&forgetful, loss).check(&call(1), &case.from, &case.to);
            let there = there.unwrap_or_else(|why| panic!("{}, {loss:?} at {point}: {why}", case.name));
            assert!(there || published.is_err(), "{}, {loss:?}: published and lost", case.name);
        }
        if published.is_ok() {
            return;
        }
    }
}

#[test]
fn a_power_loss_at_any_point_leaves_the_old_or_the_new_workspace() {
    for case in all() {
        lost_at_every_point(&case);
    }
}

#[test]
fn what_is_committed_survives_a_power_loss_at_once() {
    for case in all() {
        let set = changes(&case.from, &case.to);
        let scene = Scene::new(&case.from);
        let forgetful = scene.forgetful();
        let (workspace, state) = scene.open(forgetful.clone());
        let lock = state.try_lock().unwrap();
        let committed = Prepared::prepare(&workspace, &lock, &call(1), &set, unchanged(&workspace, &set)).unwrap().commit().unwrap();
        for loss in Loss::some(0, 6) {
            assert_eq!(Scene::after(&forgetful, loss).check(&call(1), &case.from, &case.to), Ok(true), "{}, {loss:?}", case.name);
        }
        assert_eq!(scene.tree(), case.from);
        drop(committed);
    }
}

#[test]
fn a_power_loss_during_recovery_is_recovered_too() {
    for case in all() {
        let set = changes(&case.from, &case.to);
        for point in (0..).step_by(3) {
            let scene = Scene::new(&case.from);
            if scene.publish(Faulty::killed_in(scene.forgetful(), point), &call(1), &set).is_ok() {
                break;
            }
            // Nothing of the interrupted publish was lost here; recovery's own work is.
            let forgetful = scene.forgetful();
            let disk = Faulty::killed_in(forgetful.clone(), point / 2);
            // It may be killed or come to its end: both have to survive.
            let _ = scene.recover(disk, Conflicts::Refuse);
            for loss in Loss::some(point, 6) {
                let checked = Scene::after(&forgetful, loss).check(&call(1), &case.from, &case.to);
                assert!(checked.is_ok(), "{}, {loss:?} at {point}: {checked:?}", case.name);
            }
        }
    }
}
