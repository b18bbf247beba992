//! A question as a person sees it, and their answer as it is read: the one place for both.

use cofferdam_base::{Interrupt, interrupt::Interrupted, text};
use cofferdam_gate::{Asked, Days, Lasts, Offers, Word};
use cofferdam_policy::Origin;
use serde_json::Value;

use crate::{confirm, diff};

/// Longest name that is shown, in characters.
const MAX_NAME: usize = 120;
/// How a client of the protocol server is called.
pub(crate) const CLIENT: &str = "a client of the protocol server";
/// Longest rule and longest value of an argument, in characters.
const MAX_RULE: usize = 500;
const MAX_VALUE: usize = 1000;
/// Most lines of a kind: rules, arguments, signers.
const MAX_LINES: usize = 40;

/// What a person is shown with a question. Everything in it that comes from a tool, a model or a file is escaped and bounded.
pub(crate) fn shown(asked: &Asked<'_>) -> String {
    shown_as(asked, who(asked.origin))
}

/// The same, where it is known better who asks than the origin says.
pub(crate) fn shown_as(asked: &Asked<'_>, who: &str) -> String {
    let mut lines = Lines(format!("\n{} wants {}\n", text::inline(asked.function, MAX_NAME), asked.question.subject()));
    lines.all("rule", asked.question.reasons().iter().map(|rule| text::inline(&rule.to_string(), MAX_RULE)));
    let unseen = |name: &String| format!("argument `{}` is of a type that no rule can see", text::inline(name, MAX_NAME));
    lines.all("unseen", asked.question.outside().iter().map(unseen));
    lines.one("asked by", who);
    if let Some(component) = &asked.component {
        lines.all("signed by", asked.signers.iter().map(|signer| text::inline(signer, MAX_NAME)));
        lines.one("component", &component.to_string());
    }
    lines.all("argument", arguments(asked));
    if let Some(labels) = asked.labels.filter(|labels| !labels.sources().is_empty()) {
        let sources: Vec<&str> = labels.sources().iter().map(String::as_str).collect();
        lines.one("may be derived from", &text::inline(&sources.join(", "), MAX_VALUE));
    }
    if let Some(labels) = asked.labels.filter(|labels| !labels.secrets().is_empty()) {
        let secrets: Vec<&str> = labels.secrets().iter().map(String::as_str).collect();
        lines.one("may carry what is confidential in", &text::inline(&secrets.join(", "), MAX_VALUE));
    }
    lines.one("question", &asked.key.to_string());
    let Lines(mut shown) = lines;
    if let Some(staged) = asked.staged {
        shown.push_str(&diff::staged(staged));
    }
    shown
}

fn who(origin: Origin) -> &'static str {
    match origin {
        Origin::Model => "the model",
        Origin::User => "a person",
        Origin::Automation => "a script",
        Origin::Mcp => CLIENT,
    }
}

/// Each argument with its value as JSON, which shows its type, and where it comes from.
fn arguments<'a>(asked: &'a Asked<'_>) -> impl Iterator<Item = String> + 'a {
    let label = |name: &str| asked.labels.and_then(|labels| labels.arguments().get(name)).map(|label| label.derivation.as_str());
    asked.arguments.as_object().into_iter().flatten().map(move |(name, value)| {
        let origin = label(name).map(|label| format!(" ({label})")).unwrap_or_default();
        format!("{}{origin} = {}", text::inline(name, MAX_NAME), bounded(value))
    })
}

/// A value as JSON; of a long one, the beginning and how long it is.
fn bounded(value: &Value) -> String {
    let spelt = value.to_string();
    let length = spelt.chars().count();
    let cut = if length > MAX_VALUE { format!(" (the first {MAX_VALUE} of {length} characters)") } else { String::new() };
    format!("{}{cut}", text::inline(&spelt, MAX_VALUE))
}

/// The lines of a question so far.
struct Lines(String);

impl Lines {
    fn one(&mut self, name: &str, text: &str) {
        self.0.push_str(&format!("  {name:<9} {text}\n"));
    }

    fn all(&mut self, name: &str, texts: impl Iterator<Item = String>) {
        let mut left = 0_usize;
        for (index, text) in texts.enumerate() {
            if index < MAX_LINES { self.one(name, &text) } else { left += 1 }
        }
        if left > 0 {
            self.one(name, &format!("and {left} more that are not shown"));
        }
    }
}

/// Asks somebody who is there. A terminal that is gone is a no.
///
/// # Errors
/// [`Interrupted`].
pub(crate) fn put(offers: Offers, by: &str, interrupt: &Interrupt) -> Result<Word, Interrupted> {
    let question = match offers {
        Offers::Once => "Allow this once?".to_owned(),
        Offers::Lasting => format!(
            "Allow this once? (r: exactly this until the run ends; a: for {}; a N: for N days, at most {})",
            Days::default(),
            u16::from(Days::MAX)
        ),
    };
    let word = confirm::asked(&question, interrupt, |line| read(line, offers, by))?;
    Ok(word.unwrap_or(Word::No))
}

/// A person's line as an answer; none where it is none.
fn read(line: &str, offers: Offers, by: &str) -> Option<Word> {
    let line = line.to_lowercase();
    let (word, days) = line.split_once(' ').map_or((line.as_str(), None), |(word, days)| (word, Some(days.trim())));
    let lasts = match (word, days, offers) {
        ("" | "n" | "no", None, _) => return Some(Word::No),
        ("y" | "yes", None, _) => Lasts::Once,
        ("r" | "run", None, Offers::Lasting) => Lasts::Run,
        ("a" | "always", None, Offers::Lasting) => Lasts::Days(Days::default()),
        ("a" | "always", Some(days), Offers::Lasting) => Lasts::Days(Days::new(days.parse().ok()?)?),
        _ => return None,
    };
    Some(Word::Yes { by: by.to_owned(), lasts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_is_an_answer_only_where_it_says_one_that_is_offered() {
        let lasts = |line: &str, offers| match read(line, offers, "me") {
            Some(Word::Yes { by, lasts }) => {
                assert_eq!(by, "me");
                Some(Some(lasts))
            }
            Some(Word::No) => Some(None),
            None => None,
        };
        for line in ["", "n", "No"] {
            assert_eq!(lasts(line, Offers::Lasting), Some(None), "{line}");
        }
        for (line, said) in [("y", Lasts::Once), ("YES", Lasts::Once), ("r", Lasts::Run), ("a", Lasts::Days(Days::default()))] {
            assert_eq!(lasts(line, Offers::Lasting), Some(Some(said)), "{line}");
        }
        assert_eq!(lasts("a 7", Offers::Lasting), Some(Some(Lasts::Days(Days::new(7).unwrap()))));
        for line in ["a 0", "a 91", "a -1", "a x", "y 3", "r 3", "sure", "yn", "a7"] {
            assert_eq!(lasts(line, Offers::Lasting), None, "{line}");
        }
        assert_eq!((lasts("y", Offers::Once), lasts("r", Offers::Once), lasts("a", Offers::Once)), (Some(Some(Lasts::Once)), None, None));
    }

    #[test]
    fn a_long_value_says_how_long_it_is_and_none_acts_on_the_terminal() {
        assert_eq!(bounded(&json!("a\u{202e}b")), "\"a\\u{202e}b\"");
        let long = bounded(&json!("x".repeat(5000)));
        assert!(long.ends_with("… (the first 1000 of 5002 characters)") && long.len() < 1100, "{long}");
    }
}
