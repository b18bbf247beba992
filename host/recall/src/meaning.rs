//! Ranking anew by meaning, where the user has a model for it. Words find; meaning only orders the best of what they found.
//!
//! ```text
//! the best hits by words ── their beginnings ──▶ Meaning ── Directions ── nearness to the question ──▶ fused ranks
//! ```

mod error;
mod fusion;
mod vectors;

use cofferdam_base::Diagnostic;
use cofferdam_memory::{Found, Integrity};

pub use self::error::MeaningError;
use self::{fusion::fused, vectors::Directions};
use crate::{Recalled, Thing};

/// So many of the best hits are ranked anew: one more text, the question, is sent with them.
pub const MAX_RANKED: usize = 50;
/// Bytes of a text that are sent: how it begins. Models of this kind take little more, and it is what leaves the machine.
pub const MAX_SENT_BYTES: usize = 1000;

/// Makes vectors of texts, by a model for which texts of like meaning have vectors of like direction.
pub trait Meaning {
    /// A vector for each text, in the order of the texts. The texts are of this integrity, and leave the machine.
    ///
    /// # Errors
    /// They may not leave, or whoever makes vectors made none.
    fn vectors(&mut self, texts: &[&str], integrity: Integrity) -> Result<Vec<Vec<f32>>, Box<dyn Diagnostic + Send + Sync>>;
}

/// What was found, the best first.
#[derive(Debug)]
pub struct Ranked {
    /// The things.
    pub found: Vec<Recalled>,
    /// Why they are in the order of their words alone, where their meaning was to count as well.
    pub by_words_alone: Option<MeaningError>,
}

/// Brings the first of what words found into the order of words and meaning together. Where that fails, the order stays.
pub(crate) fn rank_anew(words: &str, found: &mut Vec<Recalled>, meaning: &mut dyn Meaning) -> Result<(), MeaningError> {
    let count = found.len().min(MAX_RANKED);
    if count < 2 {
        return Ok(());
    }
    let texts: Vec<String> = std::iter::once(beginning(words)).chain(found.iter().take(count).map(text)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors = meaning.vectors(&texts, integrity(found.iter().take(count))).map_err(MeaningError::NoVectors)?;
    let scores = fused(&Directions::check(vectors, texts.len())?.nearness_to_first());
    let rest = found.split_off(count);
    let mut scored: Vec<(f64, Recalled)> = scores.into_iter().zip(found.drain(..)).collect();
    // Stable: among equals the words decide.
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    found.extend(scored.into_iter().map(|(_, one)| one).chain(rest));
    Ok(())
}

fn integrity<'r>(mut found: impl Iterator<Item = &'r Recalled>) -> Integrity {
    if found.all(Recalled::is_trusted) { Integrity::Trusted } else { Integrity::Untrusted }
}

/// What is sent of something that was found.
fn text(found: &Recalled) -> String {
    match &found.thing {
        Thing::Learnt(Found::Entry(entry)) => beginning(entry.text()),
        Thing::Learnt(Found::Loose { text, .. }) => beginning(text),
        Thing::Seen(seen) => {
            let given = seen.given();
            let said = [seen.function.as_deref(), given.as_deref(), seen.outcome.as_deref()];
            beginning(&said.map(|text| text.unwrap_or("(redacted)")).join("\n"))
        }
        Thing::Said(words) => beginning(&words.text),
    }
}

fn beginning(text: &str) -> String {
    text.get(..text.floor_char_boundary(MAX_SENT_BYTES)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
