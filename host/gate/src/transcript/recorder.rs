//! What one call says, taken down until it is written.

use cofferdam_base::{CallId, Entropy, Timestamp};
use cofferdam_ledger::commitment::{Commitment, Opening, Salt};

use super::{
    error::TranscriptError,
    limits::MAX_LINE_BYTES,
    line::{Body, Line, Parsed},
    said::Said,
};
use crate::refusal::Fault;

/// The lines of one call, not written yet.
pub(crate) struct Recorder<'a> {
    call: CallId,
    now: Timestamp,
    entropy: &'a dyn Entropy,
    lines: Vec<u8>,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(call: CallId, now: Timestamp, entropy: &'a dyn Entropy) -> Self {
        Self { call, now, entropy, lines: Vec::new() }
    }

    /// Takes a text down and gives the commitment that the ledger holds of it.
    pub(crate) fn take_down(&mut self, said: Said, text: String) -> Result<Commitment, Fault> {
        let opening = Opening::new(Salt::from_random(crate::gate::random(self.entropy)?), text);
        let commitment = opening.commitment();
        let line = Parsed::Line(Line { time: self.now, call: self.call.clone(), said, body: Body::Said(opening) });
        let line = line.to_bytes().map_err(TranscriptError::Write)?;
        let bytes = line.len() as u64;
        // A line that could not be read back would be a text that is lost.
        if bytes > MAX_LINE_BYTES {
            return Err(TranscriptError::LineTooLong { bytes }.into());
        }
        self.lines.extend(line);
        Ok(commitment)
    }

    /// The lines so far; they are gone from here.
    pub(crate) fn take_lines(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.lines)
    }
}
