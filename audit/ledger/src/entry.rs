//! One line of `ledger.jsonl`: an event with its time and its run, as canonical JSON.

use std::{error::Error, fmt};

use cofferdam_base::{RunId, Timestamp, canonical};
use serde::{Deserialize, Serialize};

use crate::{error::LedgerError, event::Event, intent::IntentError};

/// Longest line without its line feed. Prevents an event that fills the disk or the verifier's memory; what can be long is
/// a commitment.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// Version 1 of the format, the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "u64")]
struct Version;

impl From<Version> for u64 {
    fn from(Version: Version) -> Self {
        1
    }
}

impl TryFrom<u64> for Version {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        if number == 1 { Ok(Self) } else { Err(format!("version {number} of the ledger's format is not known")) }
    }
}

/// An event with its time and its run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    event: Event,
    run: RunId,
    time: Timestamp,
    v: Version,
}

impl Entry {
    /// An entry of a run.
    #[must_use]
    pub fn new(time: Timestamp, run: RunId, event: Event) -> Self {
        Self { event, run, time, v: Version }
    }

    /// What happened.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// In which run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// When it was recorded. Not a proof of order: that is the leaf's place.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// The line without its line feed.
    ///
    /// # Errors
    /// A line above [`MAX_LINE_BYTES`]; a number that has no canonical spelling.
    pub fn to_line(&self) -> Result<Vec<u8>, LedgerError> {
        let line = canonical::to_vec(self).map_err(LedgerError::Unwritable)?;
        if line.len() > MAX_LINE_BYTES { Err(LedgerError::TooLarge { bytes: line.len() }) } else { Ok(line) }
    }
}

/// Reads a line without its line feed; only the one spelling that [`Entry::to_line`] writes passes.
///
/// # Errors
/// [`EntryFault`]: too long, not JSON, an unknown version, event or member, another spelling.
pub fn parse_entry(line: &[u8]) -> Result<Entry, EntryFault> {
    if line.len() > MAX_LINE_BYTES {
        return Err(EntryFault::TooLong);
    }
    let entry: Entry = serde_json::from_slice(line).map_err(EntryFault::Json)?;
    match canonical::to_vec(&entry) {
        Ok(canonical) if canonical == line => Ok(entry),
        Ok(_) | Err(_) => Err(EntryFault::NotCanonical),
    }
}

/// Why a line is no entry.
#[derive(Debug)]
pub enum EntryFault {
    /// Longer than [`crate::MAX_LINE_BYTES`].
    TooLong,
    /// Not JSON, or an unknown version, event or member.
    Json(serde_json::Error),
    /// Another spelling than the canonical one.
    NotCanonical,
    /// It does not follow from the entries before it.
    Intent(IntentError),
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("the line is too long"),
            Self::Json(_) => f.write_str("the line is not an entry of version 1"),
            Self::NotCanonical => f.write_str("the line is not canonical JSON"),
            Self::Intent(_) => f.write_str("the line does not follow from those before it"),
        }
    }
}

impl Error for EntryFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::Intent(error) => Some(error),
            Self::TooLong | Self::NotCanonical => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::CallId;

    fn entry() -> Entry {
        let call = CallId::new(Timestamp(5), [1; 10]);
        Entry::new(Timestamp(5), RunId::new(Timestamp(4), [2; 10]), Event::Refused { call, code: "policy.denied".to_owned() })
    }

    fn parse(text: &str) -> Result<Entry, EntryFault> {
        parse_entry(text.as_bytes())
    }

    #[test]
    fn writes_the_documented_spelling_and_reads_it_back() {
        let line = String::from_utf8(entry().to_line().unwrap()).unwrap();
        let expected =
            r#"{"event":{"call":"00000000050410g40r40m2g81g","code":"policy.denied","type":"refused"},"run":"RUN","time":5,"v":1}"#;
        let call = CallId::new(Timestamp(5), [1; 10]);
        let run = RunId::new(Timestamp(4), [2; 10]);
        assert_eq!(line, expected.replace("00000000050410g40r40m2g81g", call.as_str()).replace("RUN", run.as_str()));
        assert_eq!(parse(&line).unwrap(), entry());
    }

    #[test]
    fn the_largest_consolidation_fits_into_a_line() {
        use crate::{
            commitment::{Commitment, Opening, Salt},
            event::{MAX_CONSOLIDATED_CALLS, MAX_CONSOLIDATED_ENTRIES, MAX_CONSOLIDATED_TOPICS},
        };
        let call = CallId::new(Timestamp(5), [1; 10]);
        let commitments =
            |count: usize| -> Vec<Commitment> { vec![Opening::new(Salt::from_random([0; 32]), String::new()).commitment(); count] };
        let event = Event::MemoryConsolidated {
            topics: commitments(MAX_CONSOLIDATED_TOPICS),
            entries: commitments(MAX_CONSOLIDATED_ENTRIES),
            removed: vec![(&call).into(); 2 * MAX_CONSOLIDATED_ENTRIES],
            calls: vec![call; MAX_CONSOLIDATED_CALLS],
        };
        Entry::new(Timestamp(5), RunId::new(Timestamp(4), [2; 10]), event).to_line().unwrap();
    }

    #[test]
    fn refuses_unknown_versions_events_and_members_and_other_spellings() {
        let line = String::from_utf8(entry().to_line().unwrap()).unwrap();
        for (from, to) in [
            (r#""v":1"#, r#""v":2"#),
            (r#""v":1"#, r#""v":1,"w":1"#),
            (r#""type":"refused""#, r#""type":"refuse""#),
            (r#""type":"refused""#, r#""type":"refused","x":1"#),
            (r#""code":"policy.denied","#, ""),
            (r#""time":5"#, r#""time":-5"#),
            (r#""time":5"#, r#""time":5.0"#),
        ] {
            assert!(matches!(parse(&line.replace(from, to)), Err(EntryFault::Json(_))), "{to}");
        }
        for (from, to) in [(r#""time":5"#, r#""time": 5"#), ("policy.denied", "policy\\u002edenied"), (r#""time":5,"#, "")] {
            let moved = line.replace(from, to);
            let moved =
                if to.is_empty() { moved.replace('{', r#"{"time":5,"#).replacen(r#"{"time":5,"call"#, r#"{"call"#, 1) } else { moved };
            assert!(matches!(parse(&moved), Err(EntryFault::NotCanonical)), "{moved}");
        }
        assert!(matches!(parse(&" ".repeat(MAX_LINE_BYTES + 1)), Err(EntryFault::TooLong)));
    }
}
