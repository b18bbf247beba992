//! Transcripts: everything that was said in the calls of a run, one JSON line each, append-only.
//!
//! The ledger holds only commitments. Their openings are here, so that a line can be redacted by removing its text and salt
//! while the ledger still verifies.
//!
//! ```text
//! Recorder ── lines ──▶ Writer ──▶ <run>.jsonl, <run>.2.jsonl, …  ──▶ Transcripts ── lines ──▶ Line ── Account::check ──▶ Checked
//! ```

pub mod account;
pub mod error;
pub mod limits;
pub mod line;
pub mod part;
pub mod prune;
pub mod reader;
mod recorder;
pub mod redaction;
pub mod request;
mod rewrite;
pub mod said;
pub mod seen;
mod staged;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at and damage the files under the code")]
mod tests;
mod writer;

pub use account::{Account, Checked, Missing};
pub use error::TranscriptError;
pub use line::{Body, Line, Redacted};
pub use part::Part;
pub use prune::{Prunable, Pruned};
pub use reader::{Lines, Transcripts};
pub(crate) use recorder::Recorder;
pub use redaction::PendingRemoval;
pub use request::{Elsewhere, RedactionRequest, Signature};
pub use said::Said;
pub use seen::SeenCall;
pub(crate) use writer::{Room, Writer};

use std::collections::BTreeSet;

use cofferdam_base::{CallId, RunId};

use crate::refusal::Fault;

/// Name of the transcripts' folder in the state folder.
const FOLDER: &str = "transcripts";

impl crate::Gate {
    /// The transcripts of the project.
    ///
    /// # Errors
    /// The state folder's.
    pub fn transcripts(&self) -> Result<Transcripts, Fault> {
        Ok(Transcripts::open(self.state.folder())?)
    }

    /// The outcome of a call as the transcript of a run holds it, or what stands in its place; none where it has none.
    ///
    /// # Errors
    /// A transcript that cannot be read, or a damaged line in it.
    pub fn outcome_of(&self, run: &RunId, call: &CallId) -> Result<Option<ToldOutcome>, Fault> {
        let transcripts = self.transcripts()?;
        let (mut outcome, mut reads) = (None, None);
        for part in transcripts.parts_of(run)? {
            for line in transcripts.lines(&part, 0)? {
                let (_, line) = line?;
                match line.said {
                    _ if line.call != *call => {}
                    Said::Outcome => outcome = Some(line.body),
                    Said::Reads => reads = Some(line.body),
                    Said::Arguments | Said::Question | Said::Evidence | Said::Changes => {}
                }
            }
        }
        let secrets = |reads: Option<&Body>| seen::secrets_of_outcome(call, reads.and_then(Body::text));
        Ok(outcome.map(|body| ToldOutcome { body, secrets: secrets(reads.as_ref()) }))
    }
}

/// What a transcript tells of a call's outcome. Not compared with the ledger.
#[derive(Debug)]
pub struct ToldOutcome {
    /// The outcome, or what stands in its place.
    pub body: Body,
    /// What is confidential in it, by name: all of it, under the name of the call, where that is not told any more.
    pub secrets: BTreeSet<String>,
}
