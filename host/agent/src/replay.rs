//! A recorded run put to two sets of policies: which of its decisions would come out otherwise.
//!
//! The requests are made as the gate made them, from the journal: origin and integrity as the loop had them, labels from what was in
//! view at that moment, the paths in the arguments, the files that the evidence names, the paths that the call really changed. What
//! no call asks, that a conversation may be sent or a tool be loaded, is not part of it.

use std::{collections::BTreeSet, fmt};

use cofferdam_base::{CallId, RunId, WorkspacePath, text};
use cofferdam_gate::{Fault, Gate, review};
use cofferdam_policy::{Flip, Policies, PolicyRequest};
use cofferdam_store::{change::ChangeKind, publish::history};

use crate::{
    AgentError, Journal, builtin,
    journal::Came,
    observation,
    progress::Progress,
    walk::{End, MadeCall, each_call},
};

/// A call of a run, put to policies again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayedCall {
    /// Its number in the run, from 1.
    pub number: u64,
    /// `tool.function`, or whatever the model wrote.
    pub function: String,
    /// What came of it.
    pub outcome: Replayed,
}

/// What came of putting a call to policies again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// It was decided under both.
    Decided {
        /// How many decisions it takes.
        decisions: usize,
        /// Those that come out otherwise.
        flips: Vec<Flip>,
        /// What could not be put again; none where all of it was.
        missing: Option<NotReplayable>,
    },
    /// A function of the agent's own, which no policy decides on.
    Own,
    /// No request can be made of it.
    Not(NotReplayable),
}

/// Why a call, or a part of it, cannot be put to policies again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReplayable {
    /// Its tool is not installed any more.
    NotInstalled,
    /// A person removed its arguments.
    ArgumentsRedacted,
    /// A person removed what it showed, and with it the paths that it read and changed.
    ResultRedacted,
    /// The loop did not make it, so that nothing was decided.
    NotMade,
    /// The gate does not take it: a function or an argument that the tool, as it is installed now, does not have.
    Refused {
        /// Why.
        why: String,
    },
}

impl NotReplayable {
    /// One word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotInstalled => "not-installed",
            Self::ArgumentsRedacted => "arguments-redacted",
            Self::ResultRedacted => "result-redacted",
            Self::NotMade => "not-made",
            Self::Refused { .. } => "refused",
        }
    }
}

impl fmt::Display for NotReplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled => f.write_str("its tool is not installed"),
            Self::ArgumentsRedacted => f.write_str("its arguments were redacted"),
            Self::ResultRedacted => f.write_str("what it showed was redacted, and with it the paths that it read and changed"),
            Self::NotMade => f.write_str("the loop did not make it, and nothing was decided"),
            Self::Refused { why } => write!(f, "the gate does not take it: {}", text::inline(why, 300)),
        }
    }
}

/// Puts the calls of a run to policies as they were, or are, and to changed ones.
///
/// # Errors
/// [`AgentError::UnknownRun`], a journal that does not read back, a damaged record of a published call.
pub fn replay(gate: &Gate, run: &RunId, before: &Policies, after: &Policies) -> Result<Vec<ReplayedCall>, AgentError> {
    let recorded = Journal::read(gate.state().folder(), run)?;
    let (mut calls, mut damaged) = (Vec::new(), None);
    let judge = Judge { gate, run, before, after };
    each_call(recorded, &mut |progress, made| match judge.outcome(progress, &made) {
        Ok(outcome) => calls.push(ReplayedCall { number: made.number, function: made.wanted.name.clone(), outcome }),
        Err(error) => damaged = damaged.take().or(Some(error)),
    });
    damaged.map_or(Ok(calls), |error| Err(error.into()))
}

struct Judge<'a> {
    gate: &'a Gate,
    run: &'a RunId,
    before: &'a Policies,
    after: &'a Policies,
}

impl Judge<'_> {
    fn outcome(&self, progress: &Progress, made: &MadeCall<'_>) -> Result<Replayed, Fault> {
        let wanted = made.wanted;
        let came = made.end.as_ref().map(|end| end.came);
        let call = match made.call {
            Some(call) if came != Some(Came::NotMade) => call,
            Some(_) | None => return Ok(Replayed::Not(NotReplayable::NotMade)),
        };
        if wanted.arguments == observation::redacted_arguments() {
            return Ok(Replayed::Not(NotReplayable::ArgumentsRedacted));
        }
        let is_redacted = made.end.as_ref().is_some_and(|end| end.content == observation::redacted(made.number));
        let mut decided = (0, Vec::new());
        let mut each = |request: &PolicyRequest<'_>| {
            decided.0 += 1;
            decided.1.extend(self.before.flip(self.after, request));
        };
        if builtin::is_builtin(&wanted.name) {
            if wanted.name != builtin::REMEMBER {
                return Ok(Replayed::Own);
            }
            match builtin::draft(progress, &wanted.arguments) {
                Ok(draft) => review::memory_request(self.run, &draft, &mut each),
                Err(why) => return Ok(Replayed::Not(NotReplayable::Refused { why })),
            }
        } else {
            let Touched { read, changed } = match &made.end {
                Some(end) if !is_redacted => self.touched(call, end)?,
                Some(_) | None => Touched::default(),
            };
            let recorded = review::RecordedCall { call: call.clone(), input: progress.input(wanted), read, changed };
            match recorded.requests(self.gate.tools(), &mut each) {
                Ok(()) => {}
                Err(Fault::UnknownTool { .. }) => return Ok(Replayed::Not(NotReplayable::NotInstalled)),
                Err(error) => return Ok(Replayed::Not(NotReplayable::Refused { why: error.to_string() })),
            }
        }
        let (decisions, flips) = decided;
        Ok(Replayed::Decided { decisions, flips, missing: is_redacted.then_some(NotReplayable::ResultRedacted) })
    }

    fn touched(&self, call: &CallId, end: &End<'_>) -> Result<Touched, Fault> {
        let published = if end.left.is_empty() { None } else { history::find(self.gate.state(), call)? };
        let changed: Vec<(WorkspacePath, ChangeKind)> = match published {
            Some(published) => published.changes.into_iter().map(|change| (change.path, change.kind)).collect(),
            // What is not kept any more is known by what is left: a file, or none.
            None => {
                let kind = |left: Option<_>| if left.is_some() { ChangeKind::Replace } else { ChangeKind::Delete };
                end.left.iter().map(|(path, left)| (path.clone(), kind(*left))).collect()
            }
        };
        let written: BTreeSet<&WorkspacePath> = changed.iter().map(|(path, _)| path).collect();
        let files = end.evidence.iter().flat_map(|evidence| &evidence.files).map(|(path, _)| path);
        let read = files.filter(|path| !written.contains(path)).cloned().collect();
        Ok(Touched { read, changed })
    }
}

/// The paths that a call read, as far as its evidence names them, and those that it changed.
#[derive(Default)]
struct Touched {
    read: Vec<WorkspacePath>,
    changed: Vec<(WorkspacePath, ChangeKind)>,
}
