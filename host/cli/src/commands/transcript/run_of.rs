//! A run as a person names it: one of the agent, or one of the ledger.

use std::collections::BTreeSet;

use cofferdam_agent::{AgentError, Journal, Recorded};
use cofferdam_base::RunId;
use cofferdam_gate::{Gate, TranscriptError};

use crate::failure::Failure;

/// A run, with all that is known of it.
pub(super) struct RunOf {
    /// What the agent took down; none for a single command.
    pub(super) journal: Option<Recorded>,
    /// The runs of the ledger that its calls are recorded under, in order.
    pub(super) ledgers: Vec<RunId>,
}

impl RunOf {
    /// Finds a run by its identifier.
    ///
    /// # Errors
    /// [`TranscriptError::UnknownRun`]; a journal or a ledger that does not read back.
    pub(super) fn find(gate: &Gate, run: &RunId) -> Result<Self, Failure> {
        let journal = match Journal::read(gate.state().folder(), run) {
            Ok(recorded) => Some(recorded),
            Err(AgentError::UnknownRun { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let ledgers: Vec<RunId> = match &journal {
            Some(recorded) => recorded.ledgers().cloned().collect(),
            None => vec![run.clone()],
        };
        if journal.is_none() && gate.transcripts()?.parts_of(run)?.is_empty() && !is_pruned(gate, run)? {
            return Err(TranscriptError::UnknownRun { run: run.clone() }.into());
        }
        Ok(Self { journal, ledgers })
    }
}

fn is_pruned(gate: &Gate, run: &RunId) -> Result<bool, Failure> {
    Ok(gate.account(&BTreeSet::from([run.clone()]))?.pruned(run).is_some())
}
