//! What a person says to a question, and for how long.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::limits::{DAYS, MAX_DAYS};

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;

/// For how many days an approval lasts: at least 1, at most [`MAX_DAYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Days(u16);

impl Days {
    /// The longest.
    pub const MAX: Self = Self(MAX_DAYS);

    /// Takes a number of days; none where it is 0 or too many.
    #[must_use]
    pub fn new(days: u16) -> Option<Self> {
        (1..=MAX_DAYS).contains(&days).then_some(Self(days))
    }

    /// In milliseconds.
    #[must_use]
    pub fn millis(self) -> u64 {
        u64::from(self.0) * DAY
    }
}

impl Default for Days {
    fn default() -> Self {
        Self(DAYS)
    }
}

impl TryFrom<u16> for Days {
    type Error = String;

    fn try_from(days: u16) -> Result<Self, String> {
        Self::new(days).ok_or_else(|| format!("{days} is not a number of days from 1 to {MAX_DAYS}"))
    }
}

impl From<Days> for u16 {
    fn from(days: Days) -> Self {
        days.0
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} days", self.0)
    }
}

/// For how long a yes holds, for exactly the same question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lasts {
    /// This once.
    Once,
    /// Until the process of the run ends.
    Run,
    /// For some days, in every run of the project.
    Days(Days),
}

/// A person's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Word {
    /// They approve.
    Yes {
        /// Who, for the ledger.
        by: String,
        /// For how long.
        lasts: Lasts,
    },
    /// They decline.
    No,
}

/// Which answers a question has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Offers {
    /// Yes, once. What is shown of it does not say all that would be done, so that no second question is surely the same.
    Once,
    /// Each of [`Lasts`].
    Lasting,
}

impl Offers {
    /// How long a yes holds here, whatever was said.
    pub(crate) fn hold(self, lasts: Lasts) -> Lasts {
        match self {
            Self::Once => Lasts::Once,
            Self::Lasting => lasts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_bounded_wherever_they_come_from() {
        assert_eq!((Days::new(0), Days::new(1), Days::new(MAX_DAYS + 1)), (None, Some(Days(1)), None));
        let word = |days: u32| serde_json::from_str::<Word>(&format!(r#"{{"yes":{{"by":"a","lasts":{{"days":{days}}}}}}}"#));
        assert_eq!(word(30).unwrap(), Word::Yes { by: "a".to_owned(), lasts: Lasts::Days(Days::default()) });
        assert!(word(0).is_err() && word(91).is_err() && word(65_537).is_err());
    }

    #[test]
    fn a_question_that_offers_once_is_never_answered_for_longer() {
        assert_eq!(Offers::Once.hold(Lasts::Days(Days::MAX)), Lasts::Once);
        assert_eq!(Offers::Lasting.hold(Lasts::Run), Lasts::Run);
    }
}
