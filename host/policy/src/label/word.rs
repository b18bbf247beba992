//! Texts as words, for comparisons that are lenient about case, forms and punctuation.

use crate::fold::fold;

/// Words that say nothing by themselves: a text that has only these beside the user's words says what the user said. No word that
/// turns a sentence into its contrary is among them.
const FUNCTION_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "could", "did", "do", "does", "for", "from", "had", "has", "have",
    "he", "her", "his", "i", "in", "is", "it", "its", "m", "me", "my", "of", "on", "or", "our", "re", "s", "she", "so", "that", "the",
    "their", "these", "they", "this", "those", "to", "ve", "was", "we", "were", "will", "with", "would", "you", "your",
];

/// Words that deny; `t` is what is left of `can't`.
const DENIALS: &[&str] = &["cannot", "except", "neither", "never", "no", "nobody", "none", "nor", "not", "nothing", "t", "without"];

/// The folded words of a text.
pub(super) fn words(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).map(fold).filter(|word| !word.is_empty()).collect()
}

/// Whether a folded word says nothing by itself.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// Whether a folded word denies something.
pub(super) fn is_denial(word: &str) -> bool {
    DENIALS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_words_are_in_order_and_deny_nothing() {
        assert!(FUNCTION_WORDS.is_sorted() && DENIALS.is_sorted());
        assert!(FUNCTION_WORDS.iter().all(|word| !is_denial(word)));
        for word in ["not", "no", "never", "without", "except", "all", "delete"] {
            assert!(!is_function_word(word), "{word}");
        }
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(words("Ｈello, wörld's end_1!"), ["hello", "wörld", "s", "end_1"]);
        assert_eq!(words("a\u{200b}b"), ["a", "b"]);
    }
}
