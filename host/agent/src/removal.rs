//! What is removed from a transcript is removed from the journal too: it has what the model asked for and was shown.
//!
//! The gate records a removal and does its own part; the journals follow, that of the run itself and those of runs that recalled
//! the text, and only then is the removal finished. A crash in between is completed by [`complete`] when the workspace is opened
//! the next time.

mod journals;
mod texts;

use std::collections::BTreeSet;

use cofferdam_base::{CallId, RunId};
use cofferdam_gate::{
    Fault, Gate, Said, TranscriptError,
    transcript::{Elsewhere, PendingRemoval, Prunable, RedactionRequest, Signature, redaction::Removed},
};
use cofferdam_recall::Recall;
use cofferdam_store::StateError;

use crate::{
    AgentError,
    conversations::Journals,
    journal::Journal,
    removal::journals::{Left, Sought, Told, ledgers_of_damaged, read, seek, take_copies},
};

/// What a redaction reached, and what it did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// Lines of the transcript.
    pub lines: usize,
    /// Whether the journal of an agent's run told of the call.
    pub journal: bool,
    /// Journals of other runs that had recalled its texts.
    pub copies: usize,
    /// Runs that other processes are at work on. What they recalled goes when they are done, with the next command in the workspace.
    pub later: Vec<RunId>,
    /// Runs whose journals do not read back: what they recalled stays.
    pub damaged: Vec<RunId>,
}

/// Removes texts of a call from the transcript, from the journal of the run that made it, and from those of runs that recalled them.
///
/// # Errors
/// The gate's refusal; the journal of the run that does not read back, or one that does not where nothing else tells of the call;
/// [`StateError::Held`] where another process is at work on the run. Nothing is removed then, or the next opening of the workspace
/// completes it.
pub fn redact(gate: &Gate, request: &RedactionRequest) -> Result<Redacted, AgentError> {
    let state = gate.state().folder();
    // Held from before the ledger tells of it, so that no process goes on with the run meanwhile.
    let Sought { told, damaged, unknown } = seek(state, request.run())?;
    if let Some(damaged) = damaged {
        return Err(damaged);
    }
    let told = told.filter(|told| told.recorded.tells_of(request.call()));
    let elsewhere = if told.is_some() { Elsewhere::Journal } else { Elsewhere::Nothing };
    let pending = gate.redact(request, elsewhere).map_err(|refused| match (refused.fault, unknown) {
        // It may be that journal which tells of the call.
        (Fault::Transcript(TranscriptError::NothingToRedact { .. }), Some(unknown)) => unknown,
        (fault, _) => AgentError::Gate(fault),
    })?;
    let lines = pending.iter().map(PendingRemoval::lines).sum();
    let Left { copies, held, damaged } = take_out(gate, told.as_ref(), request.call(), request.kinds())?;
    if held.is_empty() {
        finish(gate, pending)?;
    } else {
        clear(gate)?;
    }
    Ok(Redacted { lines, journal: told.is_some(), copies, later: held, damaged })
}

/// Those of some runs whose transcripts may be removed: none of a run of the agent that can be resumed, nor of one whose journal does
/// not read back, besides what the gate keeps. All runs of the ledger of one run of the agent go together or not at all.
///
/// # Errors
/// The state folder's; the gate's.
pub fn prunable(gate: &Gate, runs: &BTreeSet<RunId>) -> Result<Vec<Prunable>, AgentError> {
    let state = gate.state().folder();
    let with_transcript: BTreeSet<RunId> = gate.transcripts()?.parts().map_err(Fault::from)?.into_iter().map(|part| part.run).collect();
    let mut wanted = runs.clone();
    let mut together = Vec::new();
    for run in Journal::runs(state)? {
        let Ok(recorded) = read(state, &run)? else {
            // Nobody knows whether it came to its end.
            let ledgers = ledgers_of_damaged(state, &run)?;
            wanted.retain(|run| !ledgers.contains(run));
            continue;
        };
        // A process that made no call has no transcript.
        let ledgers: BTreeSet<RunId> = recorded.ledgers().filter(|run| with_transcript.contains(run)).cloned().collect();
        if !recorded.is_finished() {
            wanted.retain(|run| !ledgers.contains(run));
        }
        together.push(ledgers);
    }
    let mut prunable = gate.prunable(&wanted)?;
    for ledgers in together {
        if !ledgers.iter().all(|run| prunable.iter().any(|one| one.run == *run)) {
            prunable.retain(|one| !ledgers.contains(&one.run));
        }
    }
    Ok(prunable)
}

/// Removes transcripts that [`prunable`] gave, and the journals of their runs.
///
/// # Errors
/// See [`redact`].
pub fn prune(gate: &Gate, runs: &[Prunable], by: Option<&Signature>) -> Result<Vec<Prunable>, AgentError> {
    let wanted = runs.iter().map(|one| one.run.clone()).collect();
    let pruned = gate.prune(&wanted, by).map_err(|refused| AgentError::Gate(refused.fault))?;
    complete(gate)?;
    Ok(pruned.into_iter().map(|pruned| pruned.run).collect())
}

/// Completes what a crash left of removals. What another process is at work on is left to the next opening, and so is what stands in
/// a journal that does not read back.
///
/// # Errors
/// The state folder's.
pub fn complete(gate: &Gate) -> Result<(), AgentError> {
    let state = gate.state().folder();
    for removal in gate.pending_removals()? {
        let run = match removal.removed() {
            Removed::Texts { run, .. } | Removed::Run { run } => run.clone(),
        };
        let told = match seek(state, &run) {
            Ok(Sought { damaged: Some(_), .. }) => continue,
            Ok(Sought { told, .. }) => told,
            // It cannot go on with a run whose removal came first; it will end, and then this is done.
            Err(AgentError::State(StateError::Held(_))) => continue,
            Err(error) => return Err(error),
        };
        match (told, removal.removed()) {
            (told, Removed::Texts { call, kinds, .. }) => {
                if !take_out(gate, told.as_ref(), call, kinds)?.held.is_empty() {
                    continue;
                }
            }
            (Some(told), Removed::Run { .. }) if told.recorded.is_finished() => told.journal.remove(state, &told.run)?,
            (Some(_) | None, Removed::Run { .. }) => {}
        }
        finish(gate, [removal])?;
    }
    Ok(())
}

/// Takes texts of a call out of the journals: that of its run, where it tells of it, and those of all others.
fn take_out(gate: &Gate, told: Option<&Told>, call: &CallId, kinds: &[Said]) -> Result<Left, AgentError> {
    let state = gate.state().folder();
    if let Some(told) = told {
        told.redact(state, call, kinds)?;
    }
    take_copies(state, call, kinds, told.map(|told| &told.run))
}

/// The words are gone from the search index too.
fn clear(gate: &Gate) -> Result<(), AgentError> {
    Ok(Recall::open(gate, Journals::of(gate.state().folder()))?.clear()?)
}

/// The last of it: the removals are done.
fn finish(gate: &Gate, removals: impl IntoIterator<Item = PendingRemoval>) -> Result<(), AgentError> {
    clear(gate)?;
    for removal in removals {
        gate.finish_removal(removal)?;
    }
    Ok(())
}
