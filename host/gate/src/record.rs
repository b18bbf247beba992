//! What happened in one call, collected until it is appended to the ledger in one go.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, Clock, RunId};
use cofferdam_ledger::{Entry, Event};

use crate::{
    refusal::Fault,
    transcript::{Recorder, Said},
};

/// The events of one call, and the texts that they commit to.
pub(crate) struct Record<'a> {
    pub(crate) call: CallId,
    /// What confidential things the call was let read, by name: also where it is refused, its words may hold them.
    pub(crate) secrets: BTreeSet<String>,
    run: RunId,
    clock: &'a dyn Clock,
    transcript: Recorder<'a>,
    entries: Vec<Entry>,
}

/// What is to be written: lines for the transcript, entries for the ledger.
pub(crate) struct Batch {
    pub(crate) lines: Vec<u8>,
    pub(crate) entries: Vec<Entry>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(call: CallId, run: RunId, clock: &'a dyn Clock, transcript: Recorder<'a>) -> Self {
        Self { call, secrets: BTreeSet::new(), run, clock, transcript, entries: Vec::new() }
    }

    /// Notes an event.
    pub(crate) fn note(&mut self, event: Event) {
        self.entries.push(Entry::new(self.clock.now(), self.run.clone(), event));
    }

    /// Takes a text down in the transcript and notes the event that commits to it.
    pub(crate) fn note_with(
        &mut self,
        said: Said,
        text: String,
        event: impl FnOnce(CallId, cofferdam_ledger::commitment::Commitment) -> Event,
    ) -> Result<(), Fault> {
        let commitment = self.transcript.take_down(said, text)?;
        self.note(event(self.call.clone(), commitment));
        Ok(())
    }

    /// Takes a text down without an event of its own.
    pub(crate) fn commit_to(&mut self, said: Said, text: String) -> Result<cofferdam_ledger::commitment::Commitment, Fault> {
        self.transcript.take_down(said, text)
    }

    /// What is to be written; it is gone from here.
    pub(crate) fn take(&mut self) -> Batch {
        Batch { lines: self.transcript.take_lines(), entries: std::mem::take(&mut self.entries) }
    }
}
