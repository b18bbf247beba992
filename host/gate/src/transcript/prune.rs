//! Whole old transcripts are removed, recorded like a redaction. What a memory cites stays.

use std::collections::BTreeSet;

use cofferdam_base::RunId;
use cofferdam_memory::{Found, Memory};
use cofferdam_store::Folder;

use super::{
    reader::Transcripts,
    redaction::{PendingRemoval, remove},
    request::Signature,
    staged::{Removal, Staged},
};
use crate::{
    book::OpenBook,
    gate::Gate,
    refusal::{Fault, Refused},
};

/// A transcript that may be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prunable {
    /// The run.
    pub run: RunId,
    /// Its bytes.
    pub bytes: u64,
}

/// What a prune came to.
#[derive(Debug)]
#[must_use = "copies elsewhere are not changed yet"]
pub struct Pruned {
    /// What was removed.
    pub run: Prunable,
    /// To be finished when the copies elsewhere are changed.
    pub pending: PendingRemoval,
}

impl Gate {
    /// Those of some runs whose transcripts may be removed: not this run's own, and none with a call that a memory cites.
    ///
    /// # Errors
    /// A memory or a ledger that cannot be read; the state folder's.
    pub fn prunable(&self, runs: &BTreeSet<RunId>) -> Result<Vec<Prunable>, Fault> {
        self.in_turn(|_, lock, book| self.prunable_of(runs, lock.state().folder(), book))
    }

    /// Removes the transcripts of those of some runs that may be. It is a person's own act: no policy is asked.
    ///
    /// # Errors
    /// [`Refused`] as for [`Gate::redact`]; what was recorded until then is removed.
    pub fn prune(&self, runs: &BTreeSet<RunId>, by: Option<&Signature>) -> Result<Vec<Pruned>, Box<Refused>> {
        self.recorded(self.identify()?, |record| {
            self.in_turn(|_, lock, book| {
                let state = lock.state().folder();
                let mut pruned = Vec::new();
                for run in self.prunable_of(runs, state, book)? {
                    let by = by.map(|by| by.as_str().to_owned());
                    let removal = Removal::Run { run: run.run.clone(), bytes: run.bytes, by };
                    let id = self.new_call()?;
                    let staged = book.tell(record.take(), |leaf| Ok(Staged::stage(state, id, removal, leaf)?), Staged::event)?;
                    remove(&staged, state)?;
                    pruned.push(Pruned { run, pending: PendingRemoval::new(staged) });
                }
                Ok(pruned)
            })
        })
    }

    fn prunable_of(&self, runs: &BTreeSet<RunId>, state: &Folder, book: &mut OpenBook<'_>) -> Result<Vec<Prunable>, Fault> {
        let cited = cited(&Memory::open(state)?, book)?;
        let transcripts = Transcripts::open(state)?;
        let mut prunable = Vec::new();
        for run in runs.iter().filter(|run| **run != self.run && !cited.contains(*run)) {
            let bytes = transcripts.parts_of(run)?.iter().fold(0u64, |bytes, part| bytes.saturating_add(part.bytes));
            if bytes > 0 {
                prunable.push(Prunable { run: run.clone(), bytes });
            }
        }
        Ok(prunable)
    }
}

/// The runs whose calls a memory cites, by the leaves that it cites.
fn cited(memory: &Memory, book: &mut OpenBook<'_>) -> Result<BTreeSet<RunId>, Fault> {
    let mut leaves = BTreeSet::new();
    for found in memory.all()? {
        if let Found::Entry(entry) = found {
            leaves.extend(entry.evidence().iter().map(|cited| cited.leaf));
        }
    }
    Ok(book.ledger()?.read(&leaves)?.values().map(|entry| entry.run().clone()).collect())
}
