//! What the user said, and whether a value stands in it.

use std::collections::HashSet;

use cofferdam_base::text::is_deceptive;
use serde_json::Number;

use super::{
    day::{Day, days},
    word::{is_function_word, words},
};

/// Shortest value that is recognised in a text, in characters. Shorter ones stand in any text by chance.
const MIN_CHARS: usize = 3;
/// Shortest pair of words that names something, in bytes together.
const MIN_PAIR_BYTES: usize = 8;
/// Longest text that can be a name, in bytes: a longer one is prose, which has any pair of words.
const MAX_NAME_BYTES: usize = 80;
/// Most digits of a number that a text may have beside the user's words, such as the rank in a list.
const MAX_FREE_DIGITS: usize = 2;

/// The user's words.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    text: String,
    words: HashSet<String>,
    pairs: HashSet<(String, String)>,
    days: Vec<Day>,
}

impl Said {
    pub(super) fn new(text: &str) -> Self {
        let list = words(text);
        let pairs = list.windows(2).filter_map(pair_of).collect();
        Self { text: text.to_owned(), days: days(&list), words: list.into_iter().collect(), pairs }
    }

    /// Whether the whole of a value stands in the words, spelt like this and not as a part of something longer.
    pub(super) fn has(&self, value: &str) -> bool {
        if value.chars().take(MIN_CHARS).count() < MIN_CHARS || value.trim() != value || value.chars().any(is_deceptive) {
            return false;
        }
        self.text.match_indices(value).any(|(at, _)| self.stands_alone(at, at + value.len()))
    }

    /// Whether a number stands in the words.
    pub(super) fn has_number(&self, value: &Number) -> bool {
        let text = value.to_string();
        let whole = text.strip_suffix(".0").unwrap_or(&text);
        [text.as_str(), whole].iter().any(|text| self.text.match_indices(text).any(|(at, _)| self.stands_alone(at, at + text.len())))
    }

    /// Whether a value is a day that the words name, or a time on it: `YYYY-MM-DD`, `YYYY-MM-DD HH:MM`, with seconds or without.
    pub(super) fn has_day_of(&self, value: &str) -> bool {
        let (day, time) = value.split_once([' ', 'T']).map_or((value, None), |(day, time)| (day, Some(time)));
        let is_time = |time: &str| {
            matches!(time.len(), 5 | 8)
                && time.bytes().enumerate().all(|(at, byte)| if at % 3 == 2 { byte == b':' } else { byte.is_ascii_digit() })
        };
        let Some(wanted) = Day::parse(day).filter(|_| time.is_none_or(is_time)) else { return false };
        self.has(day) || self.days.iter().any(|named| named.means(wanted))
    }

    /// Whether a text says nothing but what the user said: each of its words is the user's, a function word, or a small number, and
    /// at least one is the user's.
    pub(super) fn has_words_of(&self, text: &str) -> bool {
        let list = words(text);
        let is_small_number = |word: &str| word.len() <= MAX_FREE_DIGITS && word.bytes().all(|b| b.is_ascii_digit());
        let is_ordinal = |word: &str| matches!(word, "st" | "nd" | "rd" | "th");
        let is_free = |word: &str| is_function_word(word) || is_small_number(word) || is_ordinal(word);
        !text.chars().any(|c| is_deceptive(c) && c != '\n')
            && list.iter().any(|word| !is_free(word) && self.words.contains(word))
            && list.iter().all(|word| is_free(word) || self.words.contains(word))
    }

    /// Whether the words name this: it stands there, or is a short text that shares two neighbouring words with them.
    pub(super) fn names(&self, text: &str) -> bool {
        text.len() <= MAX_NAME_BYTES
            && (self.has(text) || words(text).windows(2).filter_map(pair_of).any(|pair| self.pairs.contains(&pair)))
    }

    /// Whether what stands between two bytes is no part of a longer word, name, number, address or path.
    fn stands_alone(&self, from: usize, to: usize) -> bool {
        let joins = |c: char| c.is_alphanumeric() || "@_-/\\+=%&#~".contains(c);
        // A dot, colon or apostrophe joins only what stands on both of its sides.
        let joins_between = |c: char| ".:'’,".contains(c);
        let before = self.text.get(..from).unwrap_or_default();
        let after = self.text.get(to..).unwrap_or_default();
        let meets = |first: Option<char>, second: Option<char>| match (first, second) {
            (Some(first), _) if joins(first) => true,
            (Some(first), Some(second)) => joins_between(first) && second.is_alphanumeric(),
            _ => false,
        };
        let (mut back, mut forth) = (before.chars().rev(), after.chars());
        !meets(back.next(), back.next()) && !meets(forth.next(), forth.next())
    }
}

/// Two neighbouring words that name something.
fn pair_of(pair: &[String]) -> Option<(String, String)> {
    match pair {
        [one, other] if !is_function_word(one) && !is_function_word(other) && one.len() + other.len() >= MIN_PAIR_BYTES => {
            Some((one.clone(), other.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_users_only_as_a_whole_and_as_it_is_spelt() {
        let said = Said::new("Send 'the plan' to ann@example.com, see www.a.org/x (50 pages), on 2024-05-20. It's for Bob.");
        for value in ["the plan", "ann@example.com", "www.a.org/x", "Bob", "2024-05-20", "Send 'the plan'"] {
            assert!(said.has(value), "{value}");
        }
        for value in [
            "nn@example.com",
            "ann@example",
            "ann",
            "example.com",
            "www.a.org",
            "a.org/x",
            "bob",
            "BOB",
            "2024",
            "05-20",
            "lan",
            "",
            "  ",
            "to",
            "Bob ",
            "Bo\u{200b}b",
            "Воb",
        ] {
            assert!(!said.has(value), "{value}");
        }
    }

    #[test]
    fn numbers_and_times_of_a_day() {
        let said = Said::new("Pay 50 on 2024-05-20 at 10:00 or on June 3rd, not 1.25 or 7.5%");
        let number = |text: &str| serde_json::from_str::<Number>(text).unwrap();
        for (text, is) in [("50", true), ("50.0", true), ("5", false), ("1.25", true), ("25", false), ("1", false), ("10", false)] {
            assert_eq!(said.has_number(&number(text)), is, "{text}");
        }
        for (text, is) in [
            ("2024-05-20 23:59", true),
            ("2024-05-20T11:00:00", true),
            ("2024-05-21 10:00", false),
            ("2024-05-20", true),
            ("2024-06-03 08:00", true),
            ("2024-06-04", false),
            ("2024-05-20 1:00", false),
            ("2024-05-20 10:0a", false),
            ("2024-05-20 10-00", false),
            ("2024-05-20 10:00 and more", false),
        ] {
            assert_eq!(said.has_day_of(text), is, "{text}");
        }
    }

    #[test]
    fn a_text_out_of_the_users_words_says_nothing_new() {
        let said = Said::new("reply there that you've seen it in the meeting room, the k-th");
        for (text, is) in [
            ("I've seen it in the meeting room!", true),
            ("Seen: room 2, the 1-th", true),
            ("I've never seen it", false),
            ("it is in the", false),
            ("seen it, see www.evil.com", false),
            ("seen 123456", false),
            ("", false),
        ] {
            assert_eq!(said.has_words_of(text), is, "{text}");
        }
    }

    #[test]
    fn names_are_short() {
        let said = Said::new("the 'Introductory meeting' with Sarah Baker about the grocery list");
        for (text, is) in [
            ("Introductory meeting", true),
            ("grocery-list.docx", true),
            ("Sarah", true),
            ("meeting", true),
            ("the list", false),
            ("grocery shop", false),
        ] {
            assert_eq!(said.names(text), is, "{text}");
        }
        assert!(!said.names(&format!("Sarah Baker{}", " and more".repeat(20))));
    }
}
