//! A run from its beginning to its end: the conversation as the journal has it, and at each call its lines, checked.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_agent::{RunHeader, Step};
use cofferdam_base::{CallId, Class, Diagnostic, RunId, Timestamp};
use cofferdam_gate::{
    Gate, Part, Said, TranscriptError, Transcripts,
    transcript::{Account, Checked, Missing},
};

use super::run_of::RunOf;
use crate::failure::Failure;

/// One thing on the way.
pub(super) enum Item<'a> {
    /// What a run of the agent is.
    Header(&'a RunHeader),
    /// A step of it. The ledger holds nothing of these words; it holds the calls.
    Step(&'a Step),
    /// A line of a call.
    Line { run: &'a RunId, call: &'a CallId, said: Said, checked: Checked },
    /// A text that the ledger committed to and no line has.
    Missing(&'a Missing),
    /// A run of the ledger whose transcript was removed.
    Pruned { run: &'a RunId, time: Timestamp, by: Option<&'a str> },
}

/// Texts that are not what the ledger holds.
#[derive(Debug)]
pub(super) struct NotAsRecorded {
    texts: u64,
}

impl std::fmt::Display for NotAsRecorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} texts of the run are not what the ledger holds", self.texts)
    }
}

impl std::error::Error for NotAsRecorded {}

impl Diagnostic for NotAsRecorded {
    fn code(&self) -> &'static str {
        "transcript.not-as-recorded"
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        Some("they are marked in what `cofferdam transcript show RUN` prints; do not rely on them".to_owned())
    }
}

/// Where the lines of the calls are.
struct Places {
    parts: Vec<Part>,
    /// By call, in order: index of the part, byte.
    lines: BTreeMap<CallId, Vec<(usize, u64)>>,
    /// The calls in the order of their first line.
    order: Vec<CallId>,
}

/// Walks through a run, or through one call of it.
///
/// # Errors
/// A line that does not read back; whatever `see` gives; [`NotAsRecorded`] after all was seen.
pub(super) fn walk(
    gate: &Gate,
    run: &RunOf,
    only: Option<&CallId>,
    mut see: impl FnMut(Item<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let transcripts = gate.transcripts()?;
    let mut account = gate.account(&run.ledgers.iter().cloned().collect::<BTreeSet<_>>())?;
    let mut places = Places::find(&transcripts, &run.ledgers, account.parts(), only)?;
    let mut texts = 0;
    if only.is_none() {
        for (run, (time, by)) in run.ledgers.iter().filter_map(|run| Some((run, account.pruned(run)?))) {
            see(Item::Pruned { run, time, by })?;
        }
        if let Some(journal) = &run.journal {
            see(Item::Header(&journal.header))?;
            for step in &journal.steps {
                see(Item::Step(step))?;
                if let Step::Calling { call, .. } = step {
                    texts += places.call(call, &transcripts, &mut account, &mut see)?;
                }
            }
        }
    }
    // What the journal does not tell of: calls of single commands, questions before the conversation was sent.
    for call in std::mem::take(&mut places.order) {
        texts += places.call(&call, &transcripts, &mut account, &mut see)?;
    }
    for missing in account.missing().iter().filter(|missing| only.is_none_or(|only| missing.call == *only)) {
        see(Item::Missing(missing))?;
        texts += 1;
    }
    if texts == 0 { Ok(()) } else { Err(NotAsRecorded { texts }.into()) }
}

impl Places {
    /// What the transcripts of some runs had when the ledger was asked about them.
    fn find(transcripts: &Transcripts, runs: &[RunId], parts: &[Part], only: Option<&CallId>) -> Result<Self, TranscriptError> {
        let mut places = Self { parts: Vec::new(), lines: BTreeMap::new(), order: Vec::new() };
        for run in runs {
            for part in parts.iter().filter(|part| part.run == *run) {
                for line in transcripts.lines(part, 0)? {
                    let (at, line) = line?;
                    if only.is_none_or(|only| line.call == *only) {
                        if !places.lines.contains_key(&line.call) {
                            places.order.push(line.call.clone());
                        }
                        places.lines.entry(line.call).or_default().push((places.parts.len(), at));
                    }
                }
                places.parts.push(part.clone());
            }
        }
        Ok(places)
    }

    /// Shows the lines of a call; gives how many are not what the ledger holds.
    fn call(
        &mut self,
        call: &CallId,
        transcripts: &Transcripts,
        account: &mut Account,
        see: &mut impl FnMut(Item<'_>) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut texts = 0;
        for (part, at) in self.lines.remove(call).unwrap_or_default() {
            let Some(part) = self.parts.get(part) else { continue };
            let Some(line) = transcripts.lines(part, at)?.next() else { continue };
            let (_, line) = line?;
            let said = line.said;
            let checked = account.check(line);
            texts += u64::from(!checked.is_vouched_for());
            see(Item::Line { run: &part.run, call, said, checked })?;
        }
        Ok(texts)
    }
}
