//! Days that a text names.

/// Months by their English names and the abbreviations of them.
const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
/// Shortest abbreviation, in letters.
const ABBREVIATION: usize = 3;

/// A day: of a year, or of any where none was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    year: Option<u16>,
    month: u8,
    day: u8,
}

impl Day {
    /// A day as ISO 8601 writes it: `YYYY-MM-DD`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
        let (year, month, day) = is_shaped.then(|| Some((number(0..4)?, number(5..7)?, number(8..10)?)))??;
        Some(Self { year: Some(year), month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? })
    }

    /// Whether who says this means that.
    pub(super) fn means(self, that: Self) -> bool {
        self.month == that.month && self.day == that.day && (self.year.is_none() || self.year == that.year)
    }
}

/// The days that folded words name: `May 15th, 2024`, `15 May`, `the 3rd of October 2024`.
pub(super) fn days(words: &[String]) -> Vec<Day> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(month) = month(word) else { continue };
        let next = |by: usize| words.get(at + by).map(String::as_str);
        let before = |by: usize| at.checked_sub(by).and_then(|at| words.get(at)).map(String::as_str);
        let back = if before(1) == Some("of") { before(2) } else { before(1) };
        if let Some(day) = next(1).and_then(day_of_month) {
            found.push(Day { year: next(2).and_then(year), month, day });
        }
        if let Some(day) = back.and_then(day_of_month) {
            found.push(Day { year: next(1).and_then(year), month, day });
        }
    }
    found
}

fn month(word: &str) -> Option<u8> {
    let is = |name: &str| name == word || (word.len() >= ABBREVIATION && word.len() <= ABBREVIATION + 1 && name.starts_with(word));
    MONTHS.iter().position(|name| is(name)).and_then(|index| u8::try_from(index + 1).ok())
}

fn day_of_month(word: &str) -> Option<u8> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    digits.parse().ok().filter(|day| (1..=31).contains(day) && digits.len() <= 2)
}

fn year(word: &str) -> Option<u16> {
    if word.len() == 4 { word.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::word::words;

    #[test]
    fn days_are_read_as_people_write_them() {
        for (text, iso, is) in [
            ("on May 15th, 2024", "2024-05-15", true),
            ("on May 15th, 2024", "2025-05-15", false),
            ("on May 15th", "2025-05-15", true),
            ("on May 15th", "2025-05-16", false),
            ("the 3rd of October 2024", "2024-10-03", true),
            ("15 Sept 2024", "2024-09-15", true),
            ("Dec 1", "2024-12-01", true),
            ("it may take 15 days", "2024-05-15", false),
            ("May 2024", "2024-05-20", false),
            ("march 32", "2024-03-32", false),
            ("room 15", "2024-05-15", false),
        ] {
            let wanted = Day::parse(iso).unwrap();
            assert_eq!(days(&words(text)).iter().any(|day| day.means(wanted)), is, "{text} {iso}");
        }
        for text in ["", "2024-5-15", "2024/05/15", "2024-05-15 ", "x024-05-15", "２024-05-15"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
