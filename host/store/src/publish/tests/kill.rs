//! `kill -9` before, and in the middle of, every operation.

use crate::{
    publish::{
        Conflicts, Prepared,
        tests::{
            cases::{Case, all},
            scene::{Scene, call, changes, plain, unchanged},
        },
    },
    state::tests::faulty::Faulty,
};

/// Kills publishing on a disk made for each point, until it is not killed any more, and checks what recovery makes of it.
/// Gives how often the call was in the workspace and how often not.
fn killed_at_every_point(case: &Case, disk: impl Fn(usize) -> std::sync::Arc<Faulty>) -> (usize, usize) {
    let set = changes(&case.from, &case.to);
    let mut seen = (0, 0);
    for point in 0.. {
        let scene = Scene::new(&case.from);
        let disk = disk(point);
        let published = scene.publish(disk.clone(), &call(1), &set);
        let there = scene.check(&call(1), &case.from, &case.to).unwrap_or_else(|why| panic!("{}, killed at {point}: {why}", case.name));
        if there {
            seen.0 += 1
        } else {
            seen.1 += 1
        }
        if published.is_ok() {
            assert!(there && disk.count() <= point + 1, "{}: published, and killed before", case.name);
            return seen;
        }
        // Whatever state it is in, the next call works.
        if there {
            scene.undo(&call(1), &call(2)).unwrap();
            assert_eq!(scene.tree(), case.from, "{}: taken back after a kill at {point}", case.name);
        } else {
            scene.publish(plain(), &call(1), &set).unwrap();
            assert_eq!(scene.tree(), case.to, "{}: published after a kill at {point}", case.name);
        }
    }
    unreachable!("the loop ends when nothing is killed")
}

#[test]
fn a_kill_between_any_two_operations_leaves_the_old_or_the_new_workspace() {
    for case in all() {
        let (new, old) = killed_at_every_point(&case, |point| Faulty::killed_before(plain(), point));
        // Both have to happen, or the points do not cover the commit.
        assert!(new > 3 && old > 3, "{}: {new} new, {old} old", case.name);
    }
}

#[test]
fn a_kill_in_the_middle_of_any_write_leaves_the_old_or_the_new_workspace() {
    for case in all() {
        killed_at_every_point(&case, |point| Faulty::killed_in(plain(), point));
    }
}

#[test]
fn a_kill_during_recovery_is_recovered_too() {
    for case in all().into_iter().filter(|case| case.name == "two names change places") {
        let set = changes(&case.from, &case.to);
        for point in 0.. {
            let mut published = false;
            for again in 0.. {
                let scene = Scene::new(&case.from);
                published = scene.publish(Faulty::killed_in(plain(), point), &call(1), &set).is_ok();
                let recovered = scene.recover(Faulty::killed_in(plain(), again), Conflicts::Refuse);
                // What the killed recovery would have reported is lost with it: the history tells.
                scene
                    .check(&call(1), &case.from, &case.to)
                    .unwrap_or_else(|why| panic!("{}, killed at {point} and {again}: {why}", case.name));
                if recovered.is_ok() {
                    break;
                }
            }
            if published {
                break;
            }
        }
    }
}

#[test]
fn dropping_what_is_prepared_leaves_everything_as_it_was() {
    for case in all() {
        let set = changes(&case.from, &case.to);
        let scene = Scene::new(&case.from);
        let (workspace, state) = scene.open(plain());
        let lock = state.try_lock().unwrap();
        drop(Prepared::prepare(&workspace, &lock, &call(1), &set, unchanged(&workspace, &set)).unwrap());
        drop(lock);
        assert_eq!(scene.recover(plain(), Conflicts::Refuse).unwrap(), [], "{}", case.name);
        assert_eq!(scene.tree(), case.from, "{}", case.name);
    }
}
