//! The part of a long text that a search is about.

use std::collections::{BTreeMap, BTreeSet};

/// Shortest word that is looked for, in bytes: shorter ones stand everywhere.
const MIN_WORD: usize = 3;
/// What is shown before the first word, at most, as a share of the whole.
const LEAD_SHARE: usize = 8;
/// Most places of one word that are looked at.
const MAX_PLACES: usize = 1000;

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage<'t> {
    /// The piece.
    pub text: &'t str,
    /// The byte of the whole where it begins.
    pub from: usize,
    /// Bytes of the whole.
    pub of: usize,
}

impl Passage<'_> {
    /// Whether it is the whole text.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.text.len() == self.of
    }
}

/// At most so many bytes of a text: those with the most of the words, whatever their case; its beginning where it has none.
#[must_use]
pub fn passage<'t>(text: &'t str, words: &str, bytes: usize) -> Passage<'t> {
    let from = if text.len() <= bytes { 0 } else { text.floor_char_boundary(begin(text, words, bytes)) };
    let rest = text.get(from..).unwrap_or_default();
    Passage { text: rest.get(..rest.floor_char_boundary(bytes)).unwrap_or(rest), from, of: text.len() }
}

/// Where the passage begins.
fn begin(text: &str, words: &str, bytes: usize) -> usize {
    // Of the same length, so that places in it are places in the text.
    let (folded, words) = (text.to_ascii_lowercase(), words.to_ascii_lowercase());
    let words: BTreeSet<&str> = words.split(|one: char| !one.is_alphanumeric()).filter(|word| word.len() >= MIN_WORD).collect();
    let of_word = |(number, word): (usize, &&str)| folded.match_indices(*word).take(MAX_PLACES).map(move |(at, _)| (at, number)).collect();
    let mut places: Vec<(usize, usize)> = words.iter().enumerate().flat_map(|word| -> Vec<_> { of_word(word) }).collect();
    places.sort_unstable();
    let lead = bytes / LEAD_SHARE;
    let reach = bytes - lead;
    let (mut best, mut last) = ((0, 0), 0);
    // How often each word is in reach of a place; the reach only moves on.
    let mut within: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, word) in &places {
        while let Some((_, other)) = places.get(last).filter(|(place, _)| *place < at.saturating_add(reach)) {
            *within.entry(*other).or_default() += 1;
            last += 1;
        }
        if within.len() > best.0 {
            best = (within.len(), *at);
        }
        match within.get_mut(word) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(within.remove(word)),
        }
    }
    // Never so late that less than the whole room is used.
    best.1.saturating_sub(lead).min(text.len().saturating_sub(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_shown_whole_and_a_long_one_where_its_words_are() {
        assert!(passage("short", "word", 10).is_whole());
        let text = format!("{}the keeper waits{}the Lantern keeper's number is 7{}", "a ".repeat(500), "b ".repeat(500), "c ".repeat(500));
        let shown = passage(&text, "lantern KEEPER number", 200);
        assert!(shown.text.contains("the Lantern keeper's number is 7") && shown.text.len() == 200, "{shown:?}");
        assert_eq!(text.get(shown.from..shown.from + 200), Some(shown.text));
        assert_eq!(passage(&text, "nothing of it", 200).from, 0);
        assert!(passage(&text, "", 200).text.starts_with("a a"));
    }

    #[test]
    fn every_passage_is_within_its_bytes_and_in_the_text() {
        let text = "ä wörd İ 語 word ".repeat(40);
        for bytes in 0..text.len() + 2 {
            let shown = passage(&text, "word wörd 語語語", bytes);
            assert!(shown.text.len() <= bytes && text.get(shown.from..).unwrap().starts_with(shown.text), "{bytes}");
        }
    }

    #[test]
    fn words_at_the_very_end_are_shown() {
        let text = format!("{}the end", "x".repeat(5000));
        assert!(passage(&text, "end", 100).text.ends_with("the end"));
    }
}
