//! Points in time in TOML files: RFC 3339 in UTC with milliseconds, exactly as `Timestamp` prints them.

use cofferdam_base::Timestamp;
use serde::{Deserialize, Deserializer};

/// A [`Timestamp`] in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instant(pub(super) Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        parse(&text).map(Self).ok_or_else(|| serde::de::Error::custom("not a time such as `2026-01-31T12:00:00.000Z`"))
    }
}

/// Reads what `Timestamp` prints. Every other spelling, and every date that does not exist, prints differently and is refused.
fn parse(text: &str) -> Option<Timestamp> {
    let mut numbers = text.split(['-', 'T', ':', '.', 'Z']).map(|part| if part.len() <= 9 { part.parse::<u64>().ok() } else { None });
    let mut next = || numbers.next().flatten();
    let (year, month, day) = (next()?, next()?, next()?);
    let (hour, minute, second, millis) = (next()?, next()?, next()?, next()?);
    let seconds = ((days_from_civil(year, month, day)? * 24 + hour) * 60 + minute) * 60 + second;
    let timestamp = Timestamp(seconds.checked_mul(1000)?.checked_add(millis)?);
    (timestamp.to_string() == text).then_some(timestamp)
}

/// Days since 1970-01-01 (Howard Hinnant, `days_from_civil`). Every number has at most nine digits, so nothing overflows.
fn days_from_civil(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * shifted_month + 2) / 5 + day.checked_sub(1)?;
    (era * 146_097 + day_of_era).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_dates_that_do_not_exist_and_other_spellings() {
        for text in [
            "2026-02-29T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-00-01T00:00:00.000Z",
            "2026-01-00T00:00:00.000Z",
            "2026-01-01T24:00:00.000Z",
            "2026-01-01T00:00:60.000Z",
            "2026-01-01T00:00:00Z",
            "2026-01-01 00:00:00.000Z",
            "2026-1-1T00:00:00.000Z",
            "2026-01-01T00:00:00.000+00:00",
            "1969-12-31T23:59:59.999Z",
            "",
            "Z",
            "0000-01-01T00:00:00.000Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_every_printed_time_back(millis in prop_oneof![0u64..253_402_300_800_000, any::<u64>()]) {
            prop_assert_eq!(parse(&Timestamp(millis).to_string()), Some(Timestamp(millis)));
        }

        #[test]
        fn never_panics(text in "[-0-9TZ:.]{0,30}|.{0,30}") {
            let _ = parse(&text);
        }
    }
}
