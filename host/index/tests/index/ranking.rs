//! What is found, and in which order.

use cofferdam_index::{Index, Ranking};
use proptest::prelude::*;

use crate::{Place, document, filled};

fn places(index: &Index, words: &str, ranking: &Ranking) -> Vec<u64> {
    index.search(words, 10, ranking).unwrap().into_iter().map(|hit| hit.place).collect()
}

#[test]
fn words_are_found_whatever_their_case_ending_or_accent() {
    let place = Place::new();
    let index = filled(&place.1, &[("a", &[document(0, "n", "Crème brûlée was SERVED"), document(1, "n", "nothing")])]);
    for words in ["creme", "BRÛLÉE", "serving", "what was served?"] {
        assert_eq!(places(&index, words, &Ranking::PLAIN), [0], "{words}");
    }
    for words in ["", "the and of", "absent", "\u{202e}", "a:b* \"(~"] {
        assert!(places(&index, words, &Ranking::default()).is_empty(), "{words}");
    }
}

#[test]
fn what_stands_beside_a_match_is_found_and_ends_with_its_episode() {
    let place = Place::new();
    let one = [document(0, "n", "shall we meet about the harbour"), document(1, "n", "yes, on Tuesday"), document(2, "n", "fine")];
    let other = [document(9, "n", "unrelated words here")];
    let index = filled(&place.1, &[("one", &one), ("other", &other)]);
    assert_eq!(places(&index, "harbour", &Ranking::PLAIN), [0]);
    assert_eq!(places(&index, "harbour", &Ranking { episode: 0.0, ..Ranking::default() }), [0, 1, 2]);
    assert_eq!(places(&index, "harbour", &Ranking::default())[0], 0);
}

#[test]
fn one_name_counts_more_and_two_say_nothing() {
    let place = Place::new();
    let index = filled(
        &place.1,
        &[
            ("a", &[document(0, "ann", "the boat is painted green today")]),
            ("b", &[document(1, "ben", "boat painted green")]),
            ("c", &[document(2, "cid", "nothing of that")]),
        ],
    );
    let named = Ranking { name: 5.0, ..Ranking::PLAIN };
    assert_eq!(places(&index, "painted boat", &named), [1, 0]);
    assert_eq!(places(&index, "painted boat ann", &named), [0, 1]);
    let both = |ranking: &Ranking| places(&index, "painted boat ann ben", ranking);
    assert_eq!(both(&named), both(&Ranking::PLAIN));
}

#[test]
fn of_equals_the_newest_is_first() {
    let place = Place::new();
    let index = filled(
        &place.1,
        &[("a", &[document(3, "n", "same words")]), ("b", &[document(7, "n", "same words")]), ("c", &[document(5, "n", "same words")])],
    );
    assert_eq!(places(&index, "same", &Ranking::default()), [7, 5, 3]);
}

#[test]
fn a_source_that_is_put_anew_or_forgotten_leaves_nothing_behind() {
    let place = Place::new();
    drop(filled(&place.1, &[("a", &[document(0, "n", "alpha")]), ("b", &[document(1, "n", "beta")])]));
    let index = filled(&place.1, &[("a", &[document(0, "n", "gamma")])]);
    assert!(places(&index, "alpha", &Ranking::default()).is_empty());
    assert_eq!(places(&index, "gamma beta", &Ranking::default()).len(), 2);
    assert!(index.is_current());
    let mut update = index.update().unwrap();
    update.forget("b");
    let index = update.commit().unwrap();
    assert!(places(&index, "beta", &Ranking::default()).is_empty());
    assert_eq!(index.sources().keys().collect::<Vec<_>>(), ["a"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is asked and indexed: no panic, no more hits than were asked for, each of them a document that is there, in
    /// falling order; and a rare word of its own finds each document first.
    #[test]
    fn any_text_is_indexed_and_any_words_are_asked(texts in prop::collection::vec(".{0,80}", 1..12), words in ".{0,60}", limit in 0usize..20) {
        let place = Place::new();
        let documents: Vec<_> =
            texts.iter().enumerate().map(|(number, text)| document(number as u64, "n", &format!("{text} zq{number}xj"))).collect();
        let index = filled(&place.1, &[("a", &documents)]);
        let hits = index.search(&words, limit, &Ranking::default()).unwrap();
        prop_assert!(hits.len() <= limit);
        prop_assert!(hits.iter().all(|hit| hit.source == "a" && (hit.place as usize) < texts.len()));
        prop_assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
        for number in 0..texts.len() {
            prop_assert_eq!(places(&index, &format!("zq{number}xj"), &Ranking::default())[0], number as u64);
        }
    }
}
