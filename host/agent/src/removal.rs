//! What is removed from a transcript is removed from the journal too: it has what the model asked for and was shown.
//!
//! The gate records a removal and does its own part; the journal follows, and only then is the removal finished. A crash in
//! between is completed by [`complete`] when the workspace is opened the next time.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::{CallId, RunId};
use cofferdam_gate::{
    Fault, Gate, Said,
    transcript::{Elsewhere, PendingRemoval, Prunable, RedactionRequest, Signature, redaction::Removed},
};
use cofferdam_model::ToolCall;
use cofferdam_recall::Recall;
use cofferdam_store::{Folder, StateError};

use crate::{
    AgentError,
    conversations::Journals,
    journal::{Journal, Recorded, Step},
    observation,
};

/// What a redaction reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redacted {
    /// Lines of the transcript.
    pub lines: usize,
    /// Whether the journal of an agent's run told of the call.
    pub journal: bool,
}

/// Removes texts of a call from the transcript and from the journal of the run that made it.
///
/// # Errors
/// The gate's refusal, a journal that does not read back, [`StateError::Held`] where another process
/// is at work on the run. Nothing is removed then, or the next opening of the workspace completes it.
pub fn redact(gate: &Gate, request: &RedactionRequest) -> Result<Redacted, AgentError> {
    let state = gate.state().folder();
    // Held from before the ledger tells of it, so that no process goes on with the run meanwhile.
    let told = journal_of(state, request.run())?.filter(|told| told.recorded.tells_of(request.call()));
    let elsewhere = if told.is_some() { Elsewhere::Journal } else { Elsewhere::Nothing };
    let pending = gate.redact(request, elsewhere).map_err(|refused| AgentError::Gate(refused.fault))?;
    let lines = pending.iter().map(PendingRemoval::lines).sum();
    if let Some(told) = &told {
        told.redact(state, request.call(), request.kinds())?;
    }
    finish(gate, pending)?;
    Ok(Redacted { lines, journal: told.is_some() })
}

/// Those of some runs whose transcripts may be removed: none of a run of the agent that can be resumed, besides what the gate
/// keeps. All runs of the ledger of one run of the agent go together or not at all.
///
/// # Errors
/// A journal that does not read back; the gate's.
pub fn prunable(gate: &Gate, runs: &BTreeSet<RunId>) -> Result<Vec<Prunable>, AgentError> {
    let state = gate.state().folder();
    let with_transcript: BTreeSet<RunId> = gate.transcripts()?.parts().map_err(Fault::from)?.into_iter().map(|part| part.run).collect();
    let mut wanted = runs.clone();
    let mut together = Vec::new();
    for run in Journal::runs(state)? {
        let recorded = Journal::read(state, &run)?;
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

/// Completes what a crash left of removals. What another process is at work on is left to the next opening.
///
/// # Errors
/// A journal that does not read back; the state folder's.
pub fn complete(gate: &Gate) -> Result<(), AgentError> {
    let state = gate.state().folder();
    for removal in gate.pending_removals()? {
        let run = match removal.removed() {
            Removed::Texts { run, .. } | Removed::Run { run } => run.clone(),
        };
        let told = match journal_of(state, &run) {
            Ok(told) => told,
            // It cannot go on with a run whose removal came first; it will end, and then this is done.
            Err(AgentError::State(StateError::Held(_))) => continue,
            Err(error) => return Err(error),
        };
        match (told, removal.removed()) {
            (Some(told), Removed::Texts { call, kinds, .. }) => told.redact(state, call, kinds)?,
            (Some(told), Removed::Run { .. }) if told.recorded.is_finished() => told.journal.remove(state, &told.run)?,
            (Some(_) | None, _) => {}
        }
        finish(gate, [removal])?;
    }
    Ok(())
}

/// The last of it: the words are gone from the search index too, and then the removals are done.
fn finish(gate: &Gate, removals: impl IntoIterator<Item = PendingRemoval>) -> Result<(), AgentError> {
    Recall::open(gate, Journals::of(gate.state().folder()))?.clear()?;
    for removal in removals {
        gate.finish_removal(removal)?;
    }
    Ok(())
}

/// The journal of the run of the agent that made the calls of a run of the ledger, held by this process.
struct Told {
    run: RunId,
    journal: Journal,
    recorded: Recorded,
}

fn journal_of(state: &Folder, ledger: &RunId) -> Result<Option<Told>, AgentError> {
    let mut runs = Journal::runs(state)?;
    // Mostly it has the name of the first of its runs of the ledger.
    runs.sort_by_key(|run| run != ledger);
    for run in runs {
        if Journal::read(state, &run)?.ledgers().any(|one| one == ledger) {
            let (journal, header, steps) = Journal::open(state, &run)?;
            return Ok(Some(Told { run, journal, recorded: Recorded { header, steps } }));
        }
    }
    Ok(None)
}

impl Told {
    /// Done again, it changes nothing more.
    fn redact(&self, state: &Folder, call: &CallId, kinds: &[Said]) -> Result<(), AgentError> {
        let steps = self.recorded.without(call, kinds);
        if steps == self.recorded.steps { Ok(()) } else { self.journal.rewrite(state, &self.run, &self.recorded.header, &steps) }
    }
}

/// Where the steps of a journal tell of a call.
struct Places {
    /// The step with the model's wish, and the place of the call in it.
    asked: BTreeSet<(usize, usize)>,
    /// The step with what the model was shown, and the number of the call in the run.
    observed: BTreeMap<usize, u64>,
}

impl Recorded {
    fn tells_of(&self, call: &CallId) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Calling { call: other, .. } if other == call))
    }

    /// Walks through the steps as they were made: calls are made in the order of the answer that asks for them.
    fn places(&self, wanted: &CallId) -> Places {
        let mut places = Places { asked: BTreeSet::new(), observed: BTreeMap::new() };
        let (mut answer, mut made, mut begun, mut number) = (0, 0, None, 0u64);
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Looking { .. } | Step::Answered { .. } => (answer, made) = (index, 0),
                Step::Calling { call, .. } => {
                    if call == wanted {
                        places.asked.insert((answer, made));
                    }
                    begun = Some(call);
                }
                Step::Observed { .. } => {
                    number += 1;
                    if begun.take() == Some(wanted) {
                        places.observed.insert(index, number);
                    }
                    made += 1;
                }
                Step::Taken { .. }
                | Step::Compared { .. }
                | Step::Reminded { .. }
                | Step::Permitted { .. }
                | Step::Stopped { .. }
                | Step::Finished { .. } => {}
            }
        }
        places
    }

    /// The steps without the texts of a call.
    fn without(&self, call: &CallId, kinds: &[Said]) -> Vec<Step> {
        let Places { asked, observed } = self.places(call);
        let mut steps = self.steps.clone();
        for (index, step) in steps.iter_mut().enumerate() {
            if kinds.contains(&Said::Arguments) {
                let nth = |nth: usize| asked.contains(&(index, nth));
                match step {
                    Step::Looking { call } if nth(0) => hide(call),
                    Step::Answered { response, .. } => {
                        response.calls.iter_mut().enumerate().filter(|(place, _)| nth(*place)).for_each(|(_, call)| hide(call));
                    }
                    Step::Looking { .. }
                    | Step::Taken { .. }
                    | Step::Calling { .. }
                    | Step::Observed { .. }
                    | Step::Compared { .. }
                    | Step::Reminded { .. }
                    | Step::Permitted { .. }
                    | Step::Stopped { .. }
                    | Step::Finished { .. } => {}
                }
            }
            // What the model was shown of a call comes from these.
            if kinds.iter().any(|said| matches!(said, Said::Outcome | Said::Evidence | Said::Changes))
                && let (Some(number), Step::Observed { content, evidence, left, .. }) = (observed.get(&index), step)
            {
                *content = observation::redacted(*number);
                // What is gone is shown to nobody, so no further memory may cite it.
                *evidence = None;
                left.clear();
            }
        }
        steps
    }
}

fn hide(call: &mut ToolCall) {
    call.arguments = observation::redacted_arguments();
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Timestamp;
    use cofferdam_model::{ChatResponse, Finish, Spent, TokenUsage};

    fn call(number: u8) -> CallId {
        CallId::new(Timestamp(u64::from(number)), [number; 10])
    }

    fn answered(arguments: &[&str]) -> Step {
        // Models give the same identifiers in every answer.
        let calls = arguments.iter().map(|text| ToolCall { id: "c0".into(), name: "files.read".into(), arguments: (*text).into() });
        let response = ChatResponse { text: String::new(), calls: calls.collect(), finish: Finish::Stop, usage: TokenUsage::default() };
        Step::Answered { response, spent: Spent::default(), request: None }
    }

    fn calling(number: u8) -> Step {
        Step::Calling { id: "c0".into(), call: call(number) }
    }

    fn observed(content: &str) -> Step {
        Step::Observed {
            id: "c0".into(),
            content: content.into(),
            evidence: None,
            outside: true,
            published: false,
            came: crate::journal::Came::Verified,
            left: BTreeMap::new(),
        }
    }

    #[test]
    fn only_the_texts_of_the_call_go_whatever_the_model_calls_it() {
        let header = crate::RunHeader::of_a_test();
        let steps = vec![
            answered(&["one", "two"]),
            calling(1),
            observed("first"),
            calling(2),
            // A crash: the same call is made anew.
            calling(3),
            observed("second"),
            answered(&["three"]),
            calling(4),
            observed("third"),
        ];
        let recorded = Recorded { header, steps };
        let text = |steps: Vec<Step>| serde_json::to_string(&steps).unwrap();
        let gone = text(recorded.without(&call(3), &Said::ALL));
        for (word, stays) in [("one", true), ("two", false), ("three", true), ("first", true), ("second", false), ("third", true)] {
            assert_eq!(gone.contains(&format!("\"{word}\"")), stays, "{word}: {gone}");
        }
        assert!(gone.contains("\\\"call\\\":2"), "the model's number of the call stays: {gone}");
        // The call that came to nothing showed nothing, but had the arguments.
        let gone = text(recorded.without(&call(2), &Said::ALL));
        assert!(!gone.contains("\"two\"") && gone.contains("\"second\""), "{gone}");
        let gone = text(recorded.without(&call(3), &[Said::Reads]));
        assert_eq!(gone, text(recorded.steps.clone()));
        assert!(recorded.tells_of(&call(2)) && !recorded.tells_of(&call(9)));
    }
}
