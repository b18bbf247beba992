//! What somebody wants removed, and their words about it.

use cofferdam_base::{CallId, RunId, text::is_deceptive};

use super::{
    error::TranscriptError,
    limits::{MAX_BY_BYTES, MAX_REASON_BYTES},
    said::Said,
};

/// Who has something removed, in their own words: nothing shows that it is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature(String);

impl Signature {
    /// Takes a name of one line.
    ///
    /// # Errors
    /// [`TranscriptError::Words`]: empty, too long, or with characters that hide something.
    pub fn verify(name: &str) -> Result<Self, TranscriptError> {
        words("name", name, MAX_BY_BYTES).map(Self)
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Texts of a call that are to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactionRequest {
    pub(super) run: RunId,
    pub(super) call: CallId,
    pub(super) kinds: Vec<Said>,
    pub(super) reason: String,
    pub(super) by: Option<Signature>,
}

impl RedactionRequest {
    /// A request for some kinds of a call's texts; for all of them where none is named.
    ///
    /// # Errors
    /// [`TranscriptError::Words`]: a reason that is empty, too long, or has characters that hide something.
    pub fn verify(run: RunId, call: CallId, kinds: &[Said], reason: &str, by: Option<Signature>) -> Result<Self, TranscriptError> {
        let reason = words("reason", reason, MAX_REASON_BYTES)?;
        let kinds = Said::ALL.into_iter().filter(|said| kinds.is_empty() || kinds.contains(said)).collect();
        Ok(Self { run, call, kinds, reason, by })
    }

    /// The run of the ledger that the call is recorded under.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The call.
    #[must_use]
    pub fn call(&self) -> &CallId {
        &self.call
    }

    /// Which of its texts.
    #[must_use]
    pub fn kinds(&self) -> &[Said] {
        &self.kinds
    }
}

/// Whether something else than a transcript tells what the call said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// Nothing does.
    Nothing,
    /// The journal of an agent's run does: the redaction is recorded even where the transcript has no line.
    Journal,
}

fn words(what: &'static str, text: &str, most: usize) -> Result<String, TranscriptError> {
    let text = text.trim();
    let why = if text.is_empty() {
        "is empty"
    } else if text.len() > most {
        "is too long"
    } else if text.chars().any(is_deceptive) {
        "has characters that hide or move what a person reads"
    } else {
        return Ok(text.to_owned());
    };
    Err(TranscriptError::Words { what, why })
}
