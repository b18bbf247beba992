//! Vectors of a server's, checked before anything is made of them.

use super::MeaningError;

/// Most numbers of a vector; models have a few thousand at most.
const MAX_NUMBERS: usize = 16_384;

/// A vector of length one for each text: what is left of vectors that can be compared.
#[derive(Debug)]
pub(super) struct Directions(Vec<Vec<f32>>);

impl Directions {
    /// Takes the vectors of so many texts.
    ///
    /// # Errors
    /// [`MeaningError::Vectors`]: not one for each text, not all of one size, too large, a number that is none, or no direction.
    pub(super) fn check(vectors: Vec<Vec<f32>>, texts: usize) -> Result<Self, MeaningError> {
        let wrong = |why: String| Err(MeaningError::Vectors { why });
        if vectors.len() != texts {
            return wrong(format!("there are {} for {texts} texts", vectors.len()));
        }
        let numbers = vectors.first().map_or(0, Vec::len);
        if numbers == 0 || numbers > MAX_NUMBERS {
            return wrong(format!("one has {numbers} numbers; from 1 to {MAX_NUMBERS} are expected"));
        }
        let mut directions = Vec::with_capacity(texts);
        for vector in vectors {
            if vector.len() != numbers {
                return wrong(format!("one has {numbers} numbers and another {}", vector.len()));
            }
            let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
            if !length.is_finite() || length == 0.0 {
                return wrong("one has no direction: its numbers are all zero, or not all are finite".to_owned());
            }
            directions.push(vector.iter().map(|number| (f64::from(*number) / length) as f32).collect());
        }
        Ok(Self(directions))
    }

    /// How near each text after the first is to the first: the cosine of the angle between them.
    pub(super) fn nearness_to_first(&self) -> Vec<f32> {
        let Some((first, others)) = self.0.split_first() else { return Vec::new() };
        others.iter().map(|other| first.iter().zip(other).map(|(one, other)| one * other).sum()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Diagnostic as _;

    #[test]
    fn nearness_is_of_directions_and_not_of_lengths() {
        let vectors = vec![vec![2.0, 0.0], vec![0.1, 0.0], vec![0.0, 9.0], vec![-3.0, 0.0], vec![f32::MAX, f32::MAX]];
        let near = Directions::check(vectors, 5).unwrap().nearness_to_first();
        assert!(near.iter().zip([1.0, 0.0, -1.0, 0.5f32.sqrt()]).all(|(near, expected)| (near - expected).abs() < 1e-6), "{near:?}");
    }

    #[test]
    fn what_cannot_be_compared_has_a_named_error() {
        for (vectors, texts, why) in [
            (vec![vec![1.0]], 2, "there are 1 for 2 texts"),
            (vec![vec![1.0]; 3], 2, "there are 3 for 2 texts"),
            (vec![vec![], vec![]], 2, "0 numbers"),
            (vec![vec![1.0; MAX_NUMBERS + 1]; 2], 2, "16385 numbers"),
            (vec![vec![1.0], vec![1.0, 2.0]], 2, "1 numbers and another 2"),
            (vec![vec![1.0], vec![0.0]], 2, "no direction"),
            (vec![vec![1.0], vec![f32::NAN]], 2, "no direction"),
            (vec![vec![f32::INFINITY], vec![1.0]], 2, "no direction"),
        ] {
            let error = Directions::check(vectors, texts).unwrap_err();
            assert!(error.code() == "recall.vectors" && error.to_string().contains(why), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("cofferdam doctor")));
        }
    }
}
