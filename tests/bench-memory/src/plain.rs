//! The baseline: BM25 over single turns, k1 1.2, b 0.75, with light stemming, and the date and the speaker in the text.

use std::collections::HashMap;

use crate::locomo::Turn;

const K1: f64 = 1.2;
const B: f64 = 0.75;

pub(crate) struct Plain {
    lengths: Vec<usize>,
    postings: HashMap<String, HashMap<usize, usize>>,
}

impl Plain {
    pub(crate) fn over(turns: &[Turn]) -> Self {
        let mut plain = Self { lengths: Vec::new(), postings: HashMap::new() };
        for (place, turn) in turns.iter().enumerate() {
            let words = words(&format!("{} {} {}", turn.date, turn.speaker, turn.text));
            plain.lengths.push(words.len());
            for word in words {
                *plain.postings.entry(word).or_default().entry(place).or_default() += 1;
            }
        }
        plain
    }

    /// The places of the turns that have a word of the question, the best first.
    pub(crate) fn search(&self, question: &str) -> Vec<usize> {
        let count = self.lengths.len() as f64;
        let mean = self.lengths.iter().sum::<usize>() as f64 / count;
        let mut scores: HashMap<usize, f64> = HashMap::new();
        for word in words(question) {
            let Some(postings) = self.postings.get(&word) else { continue };
            let having = postings.len() as f64;
            let idf = (1.0 + (count - having + 0.5) / (having + 0.5)).ln();
            for (place, times) in postings {
                let (times, length) = (*times as f64, self.lengths[*place] as f64);
                *scores.entry(*place).or_default() += idf * times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length / mean));
            }
        }
        let mut places: Vec<usize> = scores.keys().copied().collect();
        places.sort_by(|a, b| scores[b].total_cmp(&scores[a]).then(a.cmp(b)));
        places
    }
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !STOP_WORDS.contains(word)).map(stem).collect()
}

/// Words that are left out: with them the baseline is seven points weaker.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his",
    "how", "i", "in", "is", "it", "its", "my", "of", "on", "or", "she", "that", "the", "their", "they", "this", "to", "was", "we", "were",
    "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
];

/// Takes the commonest English endings off.
fn stem(word: &str) -> String {
    for ending in ["ing", "ed", "es", "s"] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() >= 3
        {
            return stem.to_owned();
        }
    }
    word.to_owned()
}
