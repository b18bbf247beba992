//! Texts of a call are removed from the transcript: the ledger tells it first, durably, and keeps what it committed to.
//!
//! The order is staged, recorded, removed here, removed elsewhere, dropped from the stage. A crash after the record is completed
//! by the next opening of the gate; one before it leaves everything as it was.

use cofferdam_base::{CallId, RunId};
use cofferdam_ledger::{
    Salt,
    commitment::{Commitment, Opening},
    event::MAX_REDACTED_LINES,
};
use cofferdam_store::{Folder, WorkspaceLock};

use super::{
    error::TranscriptError,
    line::Redacted,
    reader::Transcripts,
    request::{Elsewhere, RedactionRequest},
    rewrite::Marks,
    said::Said,
    staged::{Removal, Staged},
};
use crate::{
    book::OpenBook,
    gate::{Gate, random},
    refusal::{Fault, Refused},
    remember::is_recorded,
};

/// A removal that the ledger knows of and the transcripts have done. What else tells of it is to be changed, then it is to be
/// finished; what is left unfinished is found again by [`Gate::pending_removals`].
#[derive(Debug)]
#[must_use = "copies elsewhere are not changed yet"]
pub struct PendingRemoval(Staged);

/// What is removed.
#[derive(Debug, Clone, Copy)]
pub enum Removed<'a> {
    /// These texts of a call.
    Texts {
        /// The run of the ledger.
        run: &'a RunId,
        /// The call.
        call: &'a CallId,
        /// Which of its texts.
        kinds: &'a [Said],
    },
    /// All that a run said.
    Run {
        /// The run of the ledger.
        run: &'a RunId,
    },
}

impl PendingRemoval {
    pub(super) fn new(staged: Staged) -> Self {
        Self(staged)
    }

    /// What is removed.
    #[must_use]
    pub fn removed(&self) -> Removed<'_> {
        match self.0.removal() {
            Removal::Lines { run, call, kinds, .. } => Removed::Texts { run, call, kinds },
            Removal::Run { run, .. } => Removed::Run { run },
        }
    }

    /// How many lines of the transcript.
    #[must_use]
    pub fn lines(&self) -> usize {
        match self.0.removal() {
            Removal::Lines { lines, .. } => lines.len(),
            Removal::Run { .. } => 0,
        }
    }
}

impl Gate {
    /// Removes texts of a call from the transcript. It is a person's own act: no policy is asked.
    ///
    /// # Errors
    /// [`Refused`]: no such run, nothing to remove, a damaged line; then everything is as before. After an error of the state
    /// folder or the ledger, the next opening of the gate completes what was recorded.
    pub fn redact(&self, request: &RedactionRequest, elsewhere: Elsewhere) -> Result<Vec<PendingRemoval>, Box<Refused>> {
        self.recorded(self.identify()?, |record| {
            self.in_turn(|_, lock, book| {
                let state = lock.state().folder();
                let lines = texts(state, request, elsewhere)?;
                let mut pending = Vec::new();
                // One leaf tells of as many lines as fit into it; a call without any is told of once.
                for lines in lines.chunks(MAX_REDACTED_LINES).chain(lines.is_empty().then_some(&[][..])) {
                    let staged = book.tell(record.take(), |leaf| self.stage(request, lines, state, leaf), Staged::event)?;
                    remove(&staged, state)?;
                    pending.push(PendingRemoval(staged));
                }
                state.sweep()?;
                Ok(pending)
            })
        })
    }

    /// Removals whose copies elsewhere are not changed yet, as a crash leaves them.
    ///
    /// # Errors
    /// A removal that does not read back; the state folder's.
    pub fn pending_removals(&self) -> Result<Vec<PendingRemoval>, Fault> {
        Ok(Staged::all(self.state.folder())?.into_iter().map(PendingRemoval).collect())
    }

    /// Ends a removal: nothing tells any more of what was removed, and no unfinished file of an earlier crash has it.
    ///
    /// # Errors
    /// The state folder's; then it can be done again.
    pub fn finish_removal(&self, PendingRemoval(staged): PendingRemoval) -> Result<(), Fault> {
        self.in_turn(|_, lock, _| {
            let state = lock.state().folder();
            state.sweep()?;
            Ok(staged.discard(state)?)
        })
    }

    /// Takes a redaction down for the leaf that comes next.
    pub(super) fn stage(&self, request: &RedactionRequest, lines: &[Commitment], state: &Folder, leaf: u64) -> Result<Staged, Fault> {
        let removal = Removal::Lines {
            run: request.run.clone(),
            call: request.call.clone(),
            kinds: request.kinds.clone(),
            lines: lines.to_vec(),
            time: self.clock.now(),
            reason: Opening::new(Salt::from_random(random(self.entropy.as_ref())?), request.reason.clone()),
            by: request.by.as_ref().map(|by| by.as_str().to_owned()),
        };
        Ok(Staged::stage(state, self.new_call()?, removal, leaf)?)
    }
}

/// What there is to remove.
pub(super) fn texts(state: &Folder, request: &RedactionRequest, elsewhere: Elsewhere) -> Result<Vec<Commitment>, TranscriptError> {
    let lines = Transcripts::open(state)?.texts_of(&request.run, &request.call, &request.kinds)?;
    match (lines.is_empty(), elsewhere) {
        (true, Elsewhere::Nothing) => Err(TranscriptError::NothingToRedact { call: request.call.clone() }),
        (false, _) | (true, Elsewhere::Journal) => Ok(lines),
    }
}

/// Takes out of the transcripts what the ledger says is removed.
pub(super) fn remove(staged: &Staged, state: &Folder) -> Result<(), TranscriptError> {
    let transcripts = Transcripts::open(state)?;
    match staged.removal() {
        Removal::Lines { run, call, lines, time, reason, by, .. } => {
            let mark = |commitment| Redacted { commitment, time: *time, by: by.clone(), reason: reason.clone(), leaf: Some(staged.leaf()) };
            transcripts.put_marks(run, &Marks { call, lines, mark: &mark })
        }
        Removal::Run { run, .. } => transcripts.remove_parts(run),
    }
}

/// Completes what a crash interrupted after the ledger knew of it; drops what it did not come to know of.
pub(crate) fn recover(lock: &WorkspaceLock<'_>, book: &mut OpenBook<'_>) -> Result<(), Fault> {
    let state = lock.state().folder();
    for staged in Staged::all(state)? {
        // What was removed here stays on the stage until the copies elsewhere are changed.
        if is_recorded(book, staged.leaf(), &staged.event())? { remove(&staged, state) } else { staged.discard(state) }?;
    }
    Ok(())
}
