//! What the user said, and whether a value stands in it.

use std::collections::HashSet;

use cofferdam_base::text::is_deceptive;
use serde_json::Number;

use super::{
    day::{Day, days},
    word::{is_denial, is_function_word, words},
};

/// Shortest value that is recognised in a text, in characters. Shorter ones stand in any text by chance.
const MIN_CHARS: usize = 3;
/// Most digits of a number that a text may have beside the user's words, such as the rank in a list; it may have one.
const MAX_FREE_DIGITS: usize = 2;
/// Most signs in a row that a text out of the user's words may have: more of them can spell something.
const MAX_SIGNS: usize = 3;
/// What stands around a value that a person sets off as one.
const QUOTES: &str = "'\"`‘’“”„«»";

/// The user's words.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    text: String,
    words: HashSet<String>,
    days: Vec<Day>,
    /// Whether something is denied: then its words in another order can say the contrary.
    denies: bool,
}

impl Said {
    pub(super) fn new(text: &str) -> Self {
        let list = words(text);
        let (days, denies) = (days(&list), list.iter().any(|word| is_denial(word)));
        Self { text: text.to_owned(), days, words: list.into_iter().collect(), denies }
    }

    /// Whether the whole of a value stands in the words, spelt like this and not as a part of something longer.
    pub(super) fn has(&self, value: &str) -> bool {
        self.places(value).next().is_some()
    }

    /// Whether it stands there as a value and not as a word of a sentence: one plain word counts only in quotes.
    pub(super) fn has_value(&self, value: &str) -> bool {
        let is_plain = !value.is_empty() && value.chars().all(char::is_lowercase);
        self.places(value).any(|(from, to)| !is_plain || self.is_quoted(from, to))
    }

    /// Whether the words name this: it stands there in quotes, or is an address, a file name or the like, or several words that
    /// begin with a capital which no sentence begins with.
    pub(super) fn names(&self, value: &str) -> bool {
        let several = words(value).len() > 1;
        let is_one_token = !value.contains(char::is_whitespace);
        let is_capital = value.starts_with(char::is_uppercase);
        several
            && self.places(value).any(|(from, to)| self.is_quoted(from, to) || is_one_token || (is_capital && !self.begins_sentence(from)))
    }

    /// Whether a number stands in the words.
    pub(super) fn has_number(&self, value: &Number) -> bool {
        let text = value.to_string();
        let whole = text.strip_suffix(".0").unwrap_or(&text);
        let is_grouped = |(from, to): (usize, usize)| {
            let (before, after) = self.around(from, to);
            goes_on(before.chars().rev()) || goes_on(after.chars())
        };
        [text.as_str(), whole].into_iter().flat_map(|text| self.alone(text)).any(|place| !is_grouped(place))
    }

    /// Whether a value is a day that the words name, or a time on it: `YYYY-MM-DD`, `YYYY-MM-DD HH:MM`, with seconds or without.
    pub(super) fn has_day_of(&self, value: &str) -> bool {
        let (day, time) = value.split_once([' ', 'T']).map_or((value, None), |(day, time)| (day, Some(time)));
        let Some(wanted) = Day::parse(day).filter(|_| time.is_none_or(is_time)) else { return false };
        self.has(day) || self.days.iter().any(|named| named.means(wanted))
    }

    /// Whether a text says nothing but what the user said: each of its words is the user's, a function word, or one small number, at
    /// least one is the user's, and its signs are those of plain sentences. Where the user denied something, only their own order
    /// of words says the same, and this is never so.
    pub(super) fn has_words_of(&self, text: &str) -> bool {
        let list = words(text);
        let is_small_number = |word: &str| word.len() <= MAX_FREE_DIGITS && word.bytes().all(|b| b.is_ascii_digit());
        let is_ordinal = |word: &str| matches!(word, "st" | "nd" | "rd" | "th");
        let is_users = |word: &String| self.words.contains(word);
        let free_numbers = list.iter().filter(|word| is_small_number(word) && !is_users(word)).count();
        let is_free = |word: &str| is_function_word(word) || is_small_number(word) || is_ordinal(word);
        !self.denies
            && free_numbers <= 1
            && has_plain_signs(text)
            && list.iter().any(|word| !is_free(word) && is_users(word))
            && list.iter().all(|word| is_free(word) || is_users(word))
    }

    /// How many different words of a text are the user's and say something.
    pub(super) fn words_in_common(&self, text: &str) -> usize {
        let common: HashSet<String> = words(text).into_iter().filter(|word| !is_function_word(word) && self.words.contains(word)).collect();
        common.len()
    }

    /// Where a value stands.
    fn places<'s>(&'s self, value: &'s str) -> impl Iterator<Item = (usize, usize)> + 's {
        let is_none = value.chars().take(MIN_CHARS).count() < MIN_CHARS || value.trim() != value || value.chars().any(is_deceptive);
        self.alone(value).filter(move |_| !is_none)
    }

    /// Where a text stands as no part of something longer, whatever it is.
    fn alone<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (usize, usize)> + 's {
        self.text.match_indices(text).map(|(at, _)| (at, at + text.len())).filter(|(from, to)| self.stands_alone(*from, *to))
    }

    fn around(&self, from: usize, to: usize) -> (&str, &str) {
        (self.text.get(..from).unwrap_or_default(), self.text.get(to..).unwrap_or_default())
    }

    fn is_quoted(&self, from: usize, to: usize) -> bool {
        let (before, after) = self.around(from, to);
        let is_quote = |c: Option<char>| c.is_some_and(|c| QUOTES.contains(c));
        is_quote(before.chars().next_back()) && is_quote(after.chars().next())
    }

    fn begins_sentence(&self, from: usize) -> bool {
        let (before, _) = self.around(from, from);
        before.trim_end().chars().next_back().is_none_or(|c| ".!?:;".contains(c) || QUOTES.contains(c))
    }

    /// Whether what stands between two bytes is no part of a longer word, name, number, address or path.
    fn stands_alone(&self, from: usize, to: usize) -> bool {
        let joins = |c: char| c.is_alphanumeric() || "@_-–/\\+=%&#~*|".contains(c);
        // Other signs join only what stands on both of their sides.
        let joins_between = |c: char| ".:'’,?!".contains(c);
        let (before, after) = self.around(from, to);
        let meets = |first: Option<char>, second: Option<char>| match (first, second) {
            (Some(first), _) if joins(first) => true,
            (Some(first), Some(second)) => joins_between(first) && second.is_alphanumeric(),
            _ => false,
        };
        let (mut back, mut forth) = (before.chars().rev(), after.chars());
        !meets(back.next(), back.next()) && !meets(forth.next(), forth.next())
    }
}

/// Whether digits go on behind a space, which groups thousands.
fn goes_on(mut chars: impl Iterator<Item = char>) -> bool {
    chars.next().is_some_and(char::is_whitespace) && chars.next().is_some_and(|c| c.is_ascii_digit())
}

/// `HH:MM`, with seconds or without.
fn is_time(text: &str) -> bool {
    let mut parts = text.split(':');
    let part = |part: Option<&str>, most: u8| {
        part.is_some_and(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u8>().is_ok_and(|n| n <= most))
    };
    let minutes = part(parts.next(), 23) && part(parts.next(), 59);
    minutes && (text.len() == 5 || part(parts.next(), 59)) && parts.next().is_none()
}

/// Whether a text has only the signs of plain sentences, few in a row, and none that makes one name or address of two words.
fn has_plain_signs(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let mut row = 0;
    chars.iter().enumerate().all(|(at, &c)| {
        let next = chars.get(at + 1).copied();
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        if c.is_alphanumeric() || c.is_whitespace() {
            row = 0;
            return c == ' ' || c == '\n' || c == '\t' || !c.is_whitespace();
        }
        row += 1;
        let between = before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric);
        let digits = before.is_some_and(|c| c.is_ascii_digit()) && next.is_some_and(|c| c.is_ascii_digit());
        row <= MAX_SIGNS
            && match c {
                '\'' | '’' | '-' => true,
                '.' | ':' => !between || digits,
                ',' | ';' | '!' | '?' | '"' | '(' | ')' | '–' | '—' | '“' | '”' | '‘' | '…' => !between,
                _ => false,
            }
    })
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
        for (text, is) in
            [("50", true), ("50.0", true), ("5", false), ("50.5", false), ("1.25", true), ("25", false), ("1", false), ("10", false)]
        {
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
            ("2024-05-20 99:99", false),
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
            ("Seen: room 2, the k-th", true),
            ("Seen: room 2, the 1-th", false),
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
    fn what_the_user_denied_is_not_turned_round() {
        let said = Said::new("tell bob@x.org that I can't come");
        assert!(!said.has_words_of("I can come") && said.has("I can't come"));
    }

    #[test]
    fn signs_and_numbers_spell_nothing() {
        let said = Said::new("tell www Bob com about the meeting at 10:00, it is green");
        for text in [
            "green 46 38 20",
            "green ⠓⠑⠇⠇⠕",
            "green .... . .-.. .-..",
            "www.Bob.com",
            "green!!!!",
            "Bob@com",
            "green/Bob",
            "green\u{a0}Bob",
        ] {
            assert!(!said.has_words_of(text), "{text}");
        }
        for text in ["The meeting at 10:00 is green.", "Bob, it's green (7)!", "green\n- Bob", "green..."] {
            assert!(said.has_words_of(text), "{text}");
        }
    }

    #[test]
    fn a_plain_word_is_a_value_only_in_quotes() {
        let said = Said::new("Post it to the 'general' channel and tell Bob; the file is plan-b.txt");
        for (text, is) in [("general", true), ("Bob", true), ("plan-b.txt", true), ("channel", false), ("tell", false), ("file", false)] {
            assert_eq!(said.has_value(text), is, "{text}");
        }
    }

    #[test]
    fn names_are_set_off_from_the_sentence() {
        let said =
            Said::new("Please add the 'introductory meeting' with Sarah Baker to plan-b.txt. Dinner at eight with ann@x.org, not the team");
        for (text, is) in [
            ("introductory meeting", true),
            ("Sarah Baker", true),
            ("plan-b.txt", true),
            ("ann@x.org", true),
            ("Sarah", false),
            ("Please add", false),
            ("Dinner at eight", false),
            ("the team", false),
            ("with", false),
        ] {
            assert_eq!(said.names(text), is, "{text}");
        }
    }
}
