//! An index that cannot be used is made anew; none that is damaged answers.

use cofferdam_index::{Index, Ranking};

use crate::{Place, document, filled};

#[test]
fn a_changed_cut_or_missing_file_empties_the_index_and_never_answers_wrong() {
    let names: Vec<String> = {
        let place = Place::new();
        drop(filled(&place.1, &[("a", &[document(0, "n", "alpha beta")])]));
        let mut names: Vec<String> = std::fs::read_dir(place.path())
            .unwrap()
            .map(|file| file.unwrap().path().extension().unwrap_or_default().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert!(names.len() > 5, "{names:?}");
    for extension in &names {
        for damage in 0..3 {
            let place = Place::new();
            drop(filled(&place.1, &[("a", &[document(0, "n", "alpha beta")])]));
            let file = std::fs::read_dir(place.path())
                .unwrap()
                .map(|file| file.unwrap().path())
                .find(|path| path.extension().unwrap_or_default().to_string_lossy() == **extension)
                .unwrap();
            let bytes = std::fs::read(&file).unwrap();
            match damage {
                0 => std::fs::remove_file(&file).unwrap(),
                1 => std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap(),
                _ => std::fs::write(&file, bytes.iter().map(|byte| byte ^ 1).collect::<Vec<u8>>()).unwrap(),
            }
            // Either it is noticed and everything is to be indexed again, or what was damaged is needed for nothing.
            let index = Index::open(&place.1).unwrap();
            let hits = index.search("alpha", 5, &Ranking::default()).unwrap();
            assert!(index.sources().is_empty() && hits.is_empty() || hits.len() == 1, "{extension} {damage}");
            drop(filled(&place.1, &[("a", &[document(0, "n", "alpha beta")])]));
            assert_eq!(Index::open(&place.1).unwrap().search("alpha", 5, &Ranking::default()).unwrap().len(), 1, "{extension} {damage}");
        }
    }
}

#[test]
fn a_removed_index_leaves_no_word_on_the_disk_and_an_old_handle_is_not_current() {
    let place = Place::new();
    let index = filled(&place.1, &[("a", &[document(0, "n", "xylophonequark")])]);
    Index::remove(&place.1).unwrap();
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    assert!(!index.is_current());
    drop(filled(&place.1, &[("a", &[document(0, "n", "other")])]));
    assert!(!index.is_current() || index.search("xylophonequark", 1, &Ranking::default()).unwrap().is_empty());
}

#[test]
fn what_another_handle_committed_is_noticed() {
    let place = Place::new();
    let index = filled(&place.1, &[("a", &[document(0, "n", "alpha")])]);
    assert!(index.is_current());
    drop(filled(&place.1, &[("b", &[document(1, "n", "beta")])]));
    assert!(!index.is_current());
}

#[test]
fn an_update_that_is_dropped_changes_nothing() {
    let place = Place::new();
    let index = filled(&place.1, &[("a", &[document(0, "n", "alpha")])]);
    let mut update = index.update().unwrap();
    update.forget("a");
    update.put("b", 0, &[document(1, "n", "beta")]).unwrap();
    drop(update);
    let index = Index::open(&place.1).unwrap();
    assert_eq!(index.search("alpha beta", 5, &Ranking::default()).unwrap().len(), 1);
}
