//! The ledger and the transcript as a call writes to them, under the workspace's lock.
//!
//! Processes take turns: between two turns of this process another one may have written. An open ledger is used again only
//! if its files are as this process left them; else it is opened anew, which reads what came since the newest checkpoint.

use std::sync::Arc;

use cofferdam_base::{Clock, RunId};
use cofferdam_ledger::{Entry, Event, Ledger, LedgerError, Signer, VerifierKey};
use cofferdam_store::{Folder, WorkspaceLock};

use crate::{
    ledger_files::{LedgerFiles, are_as_left},
    record::Batch,
    refusal::Fault,
    transcript::{Room, TranscriptError, Writer},
};

/// Name of the ledger's folder in the state folder.
const LEDGER: &str = "ledger";

/// What opens a project's ledger, and the ledger as it was left.
pub(crate) struct Book {
    run: RunId,
    signer: Signer,
    retired: Vec<VerifierKey>,
    clock: Arc<dyn Clock>,
    /// What a run begins with. Written before its first call, so that a run without calls leaves no trace.
    beginning: Vec<Event>,
    kept: Option<Ledger>,
    /// The run's transcript.
    transcript: Writer,
}

impl Book {
    pub(crate) fn new(run: RunId, signer: Signer, retired: Vec<VerifierKey>, clock: Arc<dyn Clock>, beginning: Vec<Event>) -> Self {
        let transcript = Writer::new(run.clone());
        Self { run, signer, retired, clock, beginning, kept: None, transcript }
    }

    /// Whether there is room for what one more call says.
    ///
    /// # Errors
    /// [`TranscriptError::RunFull`], [`TranscriptError::ProjectFull`]; the state folder's.
    pub(crate) fn room(&mut self, state: &Folder) -> Result<Room, TranscriptError> {
        self.transcript.room(state)
    }

    /// Opens the ledger for one turn. Makes it where there is none.
    pub(crate) fn open<'a>(&'a mut self, lock: &'a WorkspaceLock<'_>) -> Result<OpenBook<'a>, Fault> {
        let state = lock.state().folder();
        let folder = state.folder(LEDGER)?;
        let kept = match self.kept.take() {
            Some(ledger) if are_as_left(&folder, &ledger)? => Some(ledger),
            Some(_) | None => None,
        };
        let ledger = kept.map_or_else(|| self.begin_or_open(state, &folder), Ok)?;
        Ok(OpenBook {
            ledger: Some(ledger),
            kept: &mut self.kept,
            beginning: &mut self.beginning,
            transcript: &mut self.transcript,
            state: state.clone(),
            run: &self.run,
            clock: self.clock.as_ref(),
        })
    }
}

/// Says that the project's ledger was begun: from then on a missing one is a loss, not a new project.
const BEGUN: &str = "ledger-begun";

impl Book {
    fn begin_or_open(&self, state: &Folder, folder: &Folder) -> Result<Ledger, Fault> {
        let files = || Box::new(LedgerFiles::new(folder.clone()));
        let open = || Ledger::open(files(), self.signer.clone(), &self.retired, &self.run, self.clock.now());
        if state.read(BEGUN, 16)?.is_some() {
            return Ok(open()?);
        }
        let ledger = match Ledger::create(files(), self.signer.clone()) {
            // A crash came between the ledger and the note that it was begun.
            Err(LedgerError::Exists) => open()?,
            created => created?,
        };
        state.replace(BEGUN, b"1\n")?;
        Ok(ledger)
    }
}

/// The ledger during one turn.
pub(crate) struct OpenBook<'a> {
    ledger: Option<Ledger>,
    kept: &'a mut Option<Ledger>,
    beginning: &'a mut Vec<Event>,
    transcript: &'a mut Writer,
    state: Folder,
    run: &'a RunId,
    clock: &'a dyn Clock,
}

impl OpenBook<'_> {
    /// The open ledger.
    pub(crate) fn ledger(&mut self) -> Result<&mut Ledger, Fault> {
        self.ledger.as_mut().ok_or(Fault::Ledger(LedgerError::Poisoned))
    }

    /// Appends transcript lines and entries; gives the number of the last leaf. Not durable before a sync.
    pub(crate) fn write(&mut self, batch: Batch) -> Result<u64, Fault> {
        if !batch.lines.is_empty() {
            self.transcript.append(&self.state, &batch.lines)?;
        }
        self.write_entries(batch.entries)
    }

    fn write_entries(&mut self, entries: Vec<Entry>) -> Result<u64, Fault> {
        let (now, run) = (self.clock.now(), self.run);
        let beginning = self.beginning.iter().map(|event| Entry::new(now, run.clone(), event.clone()));
        let entries: Vec<Entry> = beginning.chain(entries).collect();
        self.ledger()?.append_all(&entries)?;
        // Where that failed, the next turn begins with it.
        self.beginning.clear();
        Ok(self.ledger()?.size().saturating_sub(1))
    }

    /// Appends one event of this run, now.
    pub(crate) fn append(&mut self, event: Event) -> Result<(), Fault> {
        let entry = Entry::new(self.clock.now(), self.run.clone(), event);
        self.ledger()?.append(&entry)?;
        Ok(())
    }

    /// Like [`OpenBook::write`], durably: before anything becomes real.
    pub(crate) fn write_durably(&mut self, batch: Batch) -> Result<(), Fault> {
        self.write(batch)?;
        self.sync()
    }

    /// Makes what was written survive a power loss. What the ledger commits to for good is there for good, so the transcript comes
    /// first.
    pub(crate) fn sync(&mut self) -> Result<(), Fault> {
        self.transcript.sync()?;
        Ok(self.ledger()?.sync()?)
    }

    /// Stages something for the leaf that comes next, tells the ledger, durably. Whether the leaf is there is not known where that
    /// fails; the next recovery finds out, and completes or drops what was staged.
    pub(crate) fn tell<S>(
        &mut self,
        batch: Batch,
        stage: impl FnOnce(u64) -> Result<S, Fault>,
        event: impl FnOnce(&S) -> Event,
    ) -> Result<S, Fault> {
        // What the run begins with is a part of it, so that the number of the next leaf is known.
        self.write(batch)?;
        let staged = stage(self.ledger()?.size())?;
        self.append(event(&staged))?;
        self.sync()?;
        Ok(staged)
    }
}

impl Drop for OpenBook<'_> {
    fn drop(&mut self) {
        *self.kept = self.ledger.take();
    }
}
