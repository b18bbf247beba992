//! Transcripts: everything that was said in a run, one JSON line each, append-only.
//!
//! The ledger holds only commitments. Their openings are here, so that a line can be redacted by removing its text and salt
//! while the ledger still verifies.

use cofferdam_base::{CallId, Entropy, RunId, Timestamp};
use cofferdam_ledger::commitment::{Commitment, Opening, Salt};
use cofferdam_store::{AppendFile, Folder, StateError};
use serde::{Deserialize, Serialize};

use crate::refusal::Fault;

/// What a line of a transcript is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Said {
    /// The arguments of a call, with the time and the seed that it got.
    Arguments,
    /// A question to a person.
    Question,
    /// The outcome of a call.
    Outcome,
    /// What a call read.
    Reads,
    /// The evidence of a verdict, or the reason of a failure.
    Evidence,
    /// What a call changes.
    Changes,
}

#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    time: Timestamp,
    call: &'a CallId,
    said: Said,
    opening: &'a Opening,
}

/// The lines of one call, not written yet.
pub(crate) struct Transcript<'a> {
    call: CallId,
    now: Timestamp,
    entropy: &'a dyn Entropy,
    lines: Vec<u8>,
}

impl<'a> Transcript<'a> {
    pub(crate) fn new(call: CallId, now: Timestamp, entropy: &'a dyn Entropy) -> Self {
        Self { call, now, entropy, lines: Vec::new() }
    }

    /// Takes a text down and gives the commitment that the ledger holds of it.
    pub(crate) fn take_down(&mut self, said: Said, text: String) -> Result<Commitment, Fault> {
        let mut salt = [0u8; 32];
        self.entropy.fill(&mut salt)?;
        let opening = Opening::new(Salt::from_random(salt), text);
        let line = Line { v: 1, time: self.now, call: &self.call, said, opening: &opening };
        serde_json::to_writer(&mut self.lines, &line)?;
        self.lines.push(b'\n');
        Ok(opening.commitment())
    }

    /// The lines so far; they are gone from here.
    pub(crate) fn take_lines(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.lines)
    }
}

/// Opens a run's transcript to append to it, and makes it when it is missing.
pub(crate) fn open(state: &Folder, run: &RunId) -> Result<AppendFile, StateError> {
    state.folder("transcripts")?.append(&format!("{run}.jsonl"))
}

/// Largest transcript of one run that is looked through.
const MAX_TRANSCRIPT_BYTES: u64 = 1 << 30;

/// A line as it is read back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadLine {
    #[serde(rename = "v")]
    _v: u32,
    #[serde(rename = "time")]
    _time: Timestamp,
    call: CallId,
    said: Said,
    opening: ReadOpening,
}

#[derive(Deserialize)]
struct ReadOpening {
    text: String,
}

impl crate::Gate {
    /// The outcome of a call as the transcript of a run holds it; none where it has none. A torn last line is passed over.
    ///
    /// # Errors
    /// A transcript that cannot be read.
    pub fn outcome_of(&self, run: &RunId, call: &CallId) -> Result<Option<String>, Fault> {
        let Some(bytes) = self.state.folder().folder("transcripts")?.read(&format!("{run}.jsonl"), MAX_TRANSCRIPT_BYTES)? else {
            return Ok(None);
        };
        let mut lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<ReadLine>(line).ok());
        Ok(lines.rfind(|line| line.call == *call && line.said == Said::Outcome).map(|line| line.opening.text))
    }
}
