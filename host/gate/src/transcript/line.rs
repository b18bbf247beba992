//! One line of a transcript, as it is written and read back. Version 1 of the format:
//!
//! ```text
//! {"v":1,"time":…,"call":…,"said":…,"opening":{"salt":…,"text":…}}
//! {"v":1,"time":…,"call":…,"said":…,"redacted":{"commitment":…,"time":…,"by":…,"reason":{"salt":…,"text":…},"leaf":…}}
//! {"v":1,"rewritten":1}          only as the first line of a file that a redaction wrote anew: how often one did
//! ```

use std::fmt;

use cofferdam_base::{CallId, Timestamp};
use cofferdam_ledger::commitment::{Commitment, Opening};
use serde::{Deserialize, Serialize};

use super::said::Said;

/// The only version of the format.
const VERSION: u32 = 1;

/// A line of a transcript. Its text is what the file says; [`crate::transcript::Account::check`] tells whether the ledger agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When the call began, by the file.
    pub time: Timestamp,
    /// Whose line it is.
    pub call: CallId,
    /// What it is.
    pub said: Said,
    /// The text, or what stands in its place.
    pub body: Body,
}

/// What a line holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A text with its salt.
    Said(Opening),
    /// A text that is gone.
    Redacted(Redacted),
}

/// What stands where a text was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redacted {
    /// What the ledger holds of the text.
    pub commitment: Commitment,
    /// When it was removed.
    pub time: Timestamp,
    /// By whom, in their own words.
    pub by: Option<String>,
    /// Why; the ledger holds a commitment to it.
    pub reason: Opening,
    /// The leaf of the ledger that tells of the removal; none in marks of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf: Option<u64>,
}

impl Body {
    /// The text as the file has it; none where it is gone.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Said(opening) => Some(opening.text_unchecked()),
            Self::Redacted(_) => None,
        }
    }

    /// What the ledger has to hold of it.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        match self {
            Self::Said(opening) => opening.commitment(),
            Self::Redacted(redacted) => redacted.commitment,
        }
    }
}

/// What a line of a file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// How often the file was written anew.
    Rewritten(u64),
    /// Something that was said.
    Line(Line),
}

/// Why bytes are no line of a transcript.
#[derive(Debug)]
pub enum LineFault {
    /// No JSON object with these members.
    Json(serde_json::Error),
    /// Another version of the format.
    Version(u32),
    /// Members that do not go together.
    Members,
    /// Longer than any line that is written.
    TooLong,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The parser's own words may quote the line.
            Self::Json(error) => f.write_str(&cofferdam_base::text::inline(&error.to_string(), 200)),
            Self::Version(version) => write!(f, "it is of version {version}, not {VERSION}"),
            Self::Members => f.write_str("it has members that do not go together"),
            Self::TooLong => write!(f, "it is longer than {} bytes", super::limits::MAX_LINE_BYTES),
        }
    }
}

impl std::error::Error for LineFault {}

/// The members of all three kinds of line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rewritten: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<CallId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<Said>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opening: Option<Opening>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redacted: Option<Redacted>,
}

/// Reads a line without its line feed.
///
/// # Errors
/// [`LineFault`].
pub fn parse_line(line: &[u8]) -> Result<Parsed, LineFault> {
    let Members { v, rewritten, time, call, said, opening, redacted } = serde_json::from_slice(line).map_err(LineFault::Json)?;
    if v != VERSION {
        return Err(LineFault::Version(v));
    }
    match (rewritten, time, call, said, opening, redacted) {
        (Some(times), None, None, None, None, None) => Ok(Parsed::Rewritten(times)),
        (None, Some(time), Some(call), Some(said), Some(opening), None) => {
            Ok(Parsed::Line(Line { time, call, said, body: Body::Said(opening) }))
        }
        (None, Some(time), Some(call), Some(said), None, Some(redacted)) => {
            Ok(Parsed::Line(Line { time, call, said, body: Body::Redacted(redacted) }))
        }
        _ => Err(LineFault::Members),
    }
}

impl Parsed {
    /// The line with its line feed.
    ///
    /// # Errors
    /// None that is known of; the serialiser's.
    pub fn to_bytes(self) -> Result<Vec<u8>, serde_json::Error> {
        let nothing = Members { v: VERSION, rewritten: None, time: None, call: None, said: None, opening: None, redacted: None };
        let members = match self {
            Self::Rewritten(times) => Members { rewritten: Some(times), ..nothing },
            Self::Line(Line { time, call, said, body }) => {
                let (opening, redacted) = match body {
                    Body::Said(opening) => (Some(opening), None),
                    Body::Redacted(redacted) => (None, Some(redacted)),
                };
                Members { time: Some(time), call: Some(call), said: Some(said), opening, redacted, ..nothing }
            }
        };
        let mut bytes = serde_json::to_vec(&members)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
