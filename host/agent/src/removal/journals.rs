//! The journals of a project, as a removal goes through them. One that does not read back stands in the way of no other one.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, RunId};
use cofferdam_gate::Said;
use cofferdam_store::{Folder, StateError};

use crate::{
    AgentError,
    journal::{Journal, Recorded},
};

/// The journal of the run of the agent that made the calls of a run of the ledger, held by this process.
pub(super) struct Told {
    pub(super) run: RunId,
    pub(super) journal: Journal,
    pub(super) recorded: Recorded,
}

/// What a look for the journal of a run of the ledger came to.
pub(super) struct Sought {
    /// It, where it is one that reads back.
    pub(super) told: Option<Told>,
    /// What is wrong with it, where it does not, as far as its other lines tell that it is the one.
    pub(super) damaged: Option<AgentError>,
    /// What is wrong with the first of the others that do not read back, where it was not found: it may be one of them.
    pub(super) unknown: Option<AgentError>,
}

/// The journals that still tell of a call, or may.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// How many journals had copies.
    pub(super) copies: usize,
    /// Runs that other processes are at work on: what they recalled is not all taken down yet.
    pub(super) held: Vec<RunId>,
    /// Runs whose journals do not read back.
    pub(super) damaged: Vec<RunId>,
}

/// Reads a journal; what is wrong with it, where it does not read back.
pub(super) fn read(state: &Folder, run: &RunId) -> Result<Result<Recorded, AgentError>, AgentError> {
    match Journal::read(state, run) {
        Ok(recorded) => Ok(Ok(recorded)),
        Err(damaged @ AgentError::Journal { .. }) => Ok(Err(damaged)),
        Err(error) => Err(error),
    }
}

/// Looks for the journal that tells of a run of the ledger, and takes it.
///
/// # Errors
/// The state folder's; `StateError::Held` where another process works with it.
pub(super) fn seek(state: &Folder, ledger: &RunId) -> Result<Sought, AgentError> {
    let mut runs = Journal::runs(state)?;
    // Mostly it has the name of the first of its runs of the ledger.
    runs.sort_by_key(|run| run != ledger);
    let (mut damaged, mut unknown) = (None, None);
    for run in runs {
        match read(state, &run)? {
            Ok(recorded) if recorded.ledgers().any(|one| one == ledger) => {
                return Ok(Sought { told: Some(Told::open(state, &run)?), damaged: None, unknown: None });
            }
            Ok(_) => {}
            Err(why) if ledgers_of_damaged(state, &run)?.contains(ledger) => damaged = damaged.or(Some(why)),
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    Ok(Sought { told: None, damaged, unknown })
}

/// What the lines that read back of a journal tell of the runs of the ledger that it is about. Its name is the first of them.
pub(super) fn ledgers_of_damaged(state: &Folder, run: &RunId) -> Result<BTreeSet<RunId>, AgentError> {
    let mut ledgers = Journal::readable_ledgers(state, run)?;
    ledgers.insert(run.clone());
    Ok(ledgers)
}

/// Takes what was recalled of a call out of the journals of all runs but one. What a run recalls of another one it reads in the
/// transcripts, never in a journal: so no journal waits for another one.
///
/// # Errors
/// The state folder's.
pub(super) fn take_copies(state: &Folder, call: &CallId, kinds: &[Said], but: Option<&RunId>) -> Result<Left, AgentError> {
    let mut left = Left::default();
    for run in Journal::runs(state)?.into_iter().filter(|run| but != Some(run)) {
        // Asked first: whoever takes the run up after this finds the text nowhere any more.
        if Journal::is_held(state, &run)? {
            left.held.push(run);
            continue;
        }
        match read(state, &run)? {
            Ok(recorded) if recorded.without(call, kinds) == recorded.steps => {}
            Ok(_) => match Told::open(state, &run) {
                Ok(told) => {
                    told.redact(state, call, kinds)?;
                    left.copies += 1;
                }
                Err(AgentError::State(StateError::Held(_))) => left.held.push(run),
                Err(error) => return Err(error),
            },
            Err(_damaged) => left.damaged.push(run),
        }
    }
    Ok(left)
}

impl Told {
    fn open(state: &Folder, run: &RunId) -> Result<Self, AgentError> {
        let (journal, header, steps) = Journal::open(state, run)?;
        Ok(Self { run: run.clone(), journal, recorded: Recorded { header, steps } })
    }

    /// Done again, it changes nothing more.
    pub(super) fn redact(&self, state: &Folder, call: &CallId, kinds: &[Said]) -> Result<(), AgentError> {
        let steps = self.recorded.without(call, kinds);
        if steps == self.recorded.steps { Ok(()) } else { self.journal.rewrite(state, &self.run, &self.recorded.header, &steps) }
    }
}
