//! Two orders made one: reciprocal rank fusion. It needs no scale that scores of words and nearness of vectors would share.

/// How much the first ranks count before the later ones; the value of the method's authors (Cormack, Clarke and Büttcher, 2009).
const FLATNESS: f64 = 60.0;

/// What each thing of a list counts by its place in the list and by its nearness together; more is better.
pub(super) fn fused(nearness: &[f32]) -> Vec<f64> {
    let mut nearest: Vec<(usize, f32)> = nearness.iter().copied().enumerate().collect();
    nearest.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let mut scores: Vec<(usize, f64)> = (1u32..).zip(nearest).map(|(rank, (place, _))| (place, reciprocal(rank))).collect();
    scores.sort_by_key(|(place, _)| *place);
    (1u32..).zip(scores).map(|(rank, (_, score))| reciprocal(rank) + score).collect()
}

fn reciprocal(rank: u32) -> f64 {
    1.0 / (FLATNESS + f64::from(rank))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_near_rises_by_its_rank_and_no_further() {
        let scores = fused(&[0.1, 0.2, 0.9]);
        // First by words and last by meaning; second by both; last by words and first by meaning.
        let expected = [1.0 / 61.0 + 1.0 / 63.0, 2.0 / 62.0, 1.0 / 63.0 + 1.0 / 61.0];
        assert!(scores.iter().zip(expected).all(|(score, expected)| (score - expected).abs() < 1e-12), "{scores:?}");
        assert!(fused(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn what_comes_before_by_both_counts_more(nearness in prop::collection::vec(-1.0f32..1.0, 0..60)) {
            let scores = fused(&nearness);
            prop_assert_eq!(scores.len(), nearness.len());
            for (place, near) in nearness.iter().enumerate() {
                for (later, other) in nearness.iter().enumerate().skip(place + 1) {
                    prop_assert!(near < other || scores[place] > scores[later], "{} {}", place, later);
                }
            }
        }

        #[test]
        fn where_all_are_as_near_the_order_of_the_words_stays(near in -1.0f32..1.0, count in 0usize..60) {
            prop_assert!(fused(&vec![near; count]).is_sorted_by(|one, other| one > other));
        }
    }
}
