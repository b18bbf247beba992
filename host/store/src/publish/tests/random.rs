//! Random trees, random faults: what the hand-made cases do not think of.

use std::{collections::BTreeMap, fs};

use cofferdam_base::WorkspacePath;
use proptest::prelude::*;

use crate::{
    publish::{
        PublishError, history,
        tests::scene::{Node, Scene, Tree, call, changes, path, plain, tree},
    },
    state::tests::{faulty::Faulty, forgetful::Loss},
};

/// Up to twelve entries with few names, so that two trees collide in every way: files in folders, folders for files.
fn trees() -> impl Strategy<Value = Tree> {
    let name = "[abc](/[abc]){0,2}";
    let node = prop_oneof![
        1 => Just(Node::Folder),
        3 => ("[a-z]{0,4}", any::<bool>()).prop_map(|(text, executable)| Node::File { bytes: text.into_bytes(), executable }),
    ];
    prop::collection::btree_map(name, node, 0..12).prop_map(possible)
}

/// Leaves out what lies in a file, and adds the folders that are missing.
fn possible(entries: BTreeMap<String, Node>) -> Tree {
    let mut tree = Tree::new();
    for (at, node) in entries {
        let at = path(&at);
        let above: Vec<WorkspacePath> =
            std::iter::successors(at.parent(), WorkspacePath::parent).filter(|above| !above.is_root()).collect();
        if above.iter().all(|above| !matches!(tree.get(above), Some(Node::File { .. }))) {
            tree.extend(above.into_iter().map(|above| (above, Node::Folder)));
            tree.entry(at).or_insert(node);
        }
    }
    tree
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_becomes_any_other_and_is_taken_back(from in trees(), to in trees()) {
        prop_assume!(from != to);
        let scene = Scene::new(&from);
        scene.publish(plain(), &call(1), &changes(&from, &to)).unwrap();
        prop_assert_eq!(scene.tree(), to);
        scene.undo(&call(1), &call(2)).unwrap();
        prop_assert_eq!(scene.tree(), from);
    }

    #[test]
    fn any_kill_and_any_power_loss_is_recovered(from in trees(), to in trees(), point in 0usize..60, seed in any::<u64>()) {
        prop_assume!(from != to);
        let scene = Scene::new(&from);
        let forgetful = scene.forgetful();
        let published = scene.publish(Faulty::killed_in(forgetful.clone(), point), &call(1), &changes(&from, &to));
        let there = Scene::after(&forgetful, Loss::Random(seed)).check(&call(1), &from, &to);
        prop_assert!(there.is_ok(), "{:?}", there);
        prop_assert!(published.is_err() || there == Ok(true));
        let there = scene.check(&call(1), &from, &to);
        prop_assert!(there.is_ok(), "{:?}", there);
    }

    #[test]
    fn a_record_with_any_damage_is_refused_or_does_no_harm(at in any::<prop::sample::Index>(), value in any::<u8>(), cut in any::<bool>()) {
        let (from, to) = (tree(&["a=old", "gone=1", "d", "d/e=2"]), tree(&["a*=new one", "n=3"]));
        let scene = Scene::new(&from);
        scene.publish(plain(), &call(1), &changes(&from, &to)).unwrap();
        let told = || history::find(&scene.open(plain()).1, &call(1));
        let intact = told().unwrap();
        let record = scene.state_path().join(format!("calls/{}.record", call(1)));
        let mut bytes = fs::read(&record).unwrap();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = value }
        fs::write(&record, bytes).unwrap();
        match told() {
            Ok(found) => prop_assert_eq!(found, intact),
            Err(error) => prop_assert!(matches!(&error, PublishError::Damaged { .. }), "{:?}", error),
        }
        match scene.undo(&call(1), &call(2)) {
            Ok(_) => prop_assert_eq!(scene.tree(), from),
            Err(error) => {
                prop_assert!(matches!(&error, PublishError::Damaged { .. }), "{:?}", error);
                prop_assert_eq!(scene.tree(), to);
            }
        }
    }
}
