//! `cofferdam transcript prune`: whole old transcripts are removed.

use std::collections::BTreeSet;

use cofferdam_agent::removal;
use cofferdam_base::{RunId, Timestamp};
use cofferdam_gate::transcript::Signature;
use serde_json::json;

use super::redact::NOT_CONFIRMED;
use crate::{
    commands::{CommandResult, Context},
    confirm::confirmed,
    output::{self, Format},
    session::Session,
};

#[derive(clap::Args)]
#[group(id = "which", required = true, multiple = true)]
pub(super) struct Prune {
    /// Runs that began before this day (UTC): YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = parse_day, group = "which")]
    before: Option<Timestamp>,
    /// All but the newest so many runs
    #[arg(long, value_name = "N", group = "which")]
    keep: Option<usize>,
    /// Who, in your own words
    #[arg(long)]
    by: Option<String>,
    /// Do it without being asked
    #[arg(long)]
    yes: bool,
}

impl Prune {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let by = self.by.as_deref().map(Signature::verify).transpose()?;
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let mut runs: BTreeSet<RunId> = session.gate.transcripts()?.parts()?.into_iter().map(|part| part.run).collect();
        let old = runs.len().saturating_sub(self.keep.unwrap_or(0));
        runs = runs.into_iter().take(old).collect();
        if let Some(before) = self.before {
            // An identifier begins with the time at which its run began.
            let bound = RunId::new(before, [0; 10]);
            runs.retain(|run| *run < bound);
        }
        let prunable = removal::prunable(&session.gate, &runs)?;
        if prunable.is_empty() {
            output::say(
                "no transcript is to be removed; what a memory cites, what can be resumed, and what has a journal that does not read back, stays",
            );
            return Ok(());
        }
        if !self.yes {
            prunable.iter().for_each(|one| output::say(&format!("{}  {} bytes", one.run, one.bytes)));
            if !confirmed("Remove these transcripts, and the journals of their runs, for good?") {
                return Err(NOT_CONFIRMED.into());
            }
        }
        for one in removal::prune(&session.gate, &prunable, by.as_ref())? {
            match context.format {
                Format::Text => output::line(&format!("{}  {} bytes removed", one.run, one.bytes))?,
                Format::Json => output::line(&json!({"run": one.run, "bytes": one.bytes}).to_string())?,
            }
        }
        Ok(())
    }
}

/// The first moment of a day in UTC.
fn parse_day(text: &str) -> Result<Timestamp, String> {
    let wrong = || "it is not a day as YYYY-MM-DD from 1970 to 9999".to_owned();
    let digits = |range: std::ops::Range<usize>| -> Option<u64> {
        text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
    };
    let shape = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let (Some(year), Some(month), Some(day), true) = (digits(0..4), digits(5..7), digits(8..10), shape) else { return Err(wrong()) };
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(wrong());
    }
    // Days since 1970 by Howard Hinnant's `days_from_civil`; the way back, in the clock, tells whether there is such a day.
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted / 400, shifted % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    let time = Timestamp(days.checked_sub(719_468).ok_or_else(wrong)? * 86_400_000);
    if time.to_string().starts_with(text) { Ok(time) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_days_and_nothing_else() {
        for (text, millis) in [("1970-01-01", 0), ("2000-02-29", 951_782_400_000), ("2100-01-01", 4_102_444_800_000)] {
            assert_eq!(parse_day(text), Ok(Timestamp(millis)));
        }
        for text in ["", "2000-02-30", "1900-02-29", "2001-13-01", "2001-1-1", "2001-01-01T", "+200-01-01", "20010101xx", "ä001-01-01"] {
            assert!(parse_day(text).is_err(), "{text}");
        }
    }
}
