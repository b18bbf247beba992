//! How a run stands: at work, at its end, or stopped, and what it takes to go on.

use std::fmt;

use cofferdam_base::{Class, Diagnostic, RunId, Timestamp};
use cofferdam_model::{Caps, ModelError, Spent};
use cofferdam_store::Folder;
use serde::{Deserialize, Serialize};

use crate::{
    AgentError,
    journal::{Journal, Recorded, Step},
    progress::Progress,
};

/// Why a run stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Stop {
    /// A cap was reached.
    Cap {
        /// Its name.
        name: String,
    },
    /// The model went in circles.
    Circles,
    /// A person asked to stop.
    Interrupted,
    /// Something failed.
    Failed {
        /// Code of the error.
        code: String,
    },
}

impl Stop {
    /// What an error means for the run.
    #[must_use]
    pub fn by(error: &AgentError) -> Self {
        if let AgentError::Model(ModelError::Cap { name, .. }) = error {
            return Self::Cap { name: (*name).to_owned() };
        }
        if matches!(error, AgentError::Circles(_)) {
            return Self::Circles;
        }
        if error.class() == Class::Interrupted { Self::Interrupted } else { Self::Failed { code: error.code().to_owned() } }
    }
}

/// How a run gets nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circle {
    /// Answers in a row whose calls were all refused, repeated or about the plan.
    Idle {
        /// How many.
        answers: usize,
    },
    /// The same call with nothing published in between.
    Same {
        /// How often.
        calls: usize,
    },
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle { answers } => write!(f, "the model goes in circles: {answers} answers in a row brought nothing"),
            Self::Same { calls } => write!(f, "the model goes in circles: the same call {calls} times, with nothing published in between"),
        }
    }
}

/// Where a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    /// A process works with it.
    Running,
    /// The model gave its answer.
    Finished,
    /// The model gave its answer with these steps of its plan open or in doubt.
    FinishedWithOpenSteps(Vec<String>),
    /// It stands still.
    Stopped(Stop),
    /// Its process ended without a word: a crash, or whoever killed it.
    Crashed,
}

impl RunState {
    /// One word for people and programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::FinishedWithOpenSteps(_) => "finished-with-open-steps",
            Self::Stopped(Stop::Cap { .. }) => "stopped-at-cap",
            Self::Stopped(Stop::Circles) => "stopped-in-circles",
            Self::Stopped(Stop::Interrupted) => "interrupted",
            Self::Stopped(Stop::Failed { .. }) => "failed",
            Self::Crashed => "crashed",
        }
    }

    /// The cap, or the code of the error, that it stopped at.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Stopped(Stop::Cap { name }) => Some(name),
            Self::Stopped(Stop::Failed { code }) => Some(code),
            Self::Running
            | Self::Finished
            | Self::FinishedWithOpenSteps(_)
            | Self::Stopped(Stop::Circles | Stop::Interrupted)
            | Self::Crashed => None,
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        self.detail().map_or(Ok(()), |detail| write!(f, " ({detail})"))
    }
}

/// A run as its journal tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The run.
    pub run: RunId,
    /// When it began.
    pub begun: Timestamp,
    /// What was asked for.
    pub task: String,
    /// Where it is.
    pub state: RunState,
    /// What it used.
    pub spent: Spent,
    /// The caps that it goes by: those that it began with, or that were set anew since.
    pub caps: Caps,
    /// Steps of the plan that are open or in doubt.
    pub open: Vec<String>,
    /// Numbers of calls of which nobody knows whether they were done.
    pub unknown: Vec<u64>,
}

impl Standing {
    /// How a run stands.
    ///
    /// # Errors
    /// [`AgentError::UnknownRun`], [`AgentError::Journal`], the state folder's.
    pub fn read(state: &Folder, run: &RunId) -> Result<Self, AgentError> {
        let recorded = Journal::read(state, run)?;
        let is_held = Journal::is_held(state, run)?;
        Ok(Self::of(recorded, is_held))
    }

    fn of(Recorded { header, steps }: Recorded, is_held: bool) -> Self {
        let (mut progress, mut stop, mut finished) = (Progress::default(), None, false);
        for step in steps {
            match &step {
                Step::Stopped { stop: why, .. } => stop = Some(why.clone()),
                Step::Finished { .. } => finished = true,
                // Whatever comes after a stop, the run was taken up again.
                Step::Taken { .. }
                | Step::Looking { .. }
                | Step::Answered { .. }
                | Step::Calling { .. }
                | Step::Observed { .. }
                | Step::Compared { .. }
                | Step::Reminded { .. }
                | Step::Permitted { .. } => stop = None,
            }
            progress.apply(step);
        }
        let open = progress.unsettled();
        let state = match (finished, stop) {
            (true, _) if open.is_empty() => RunState::Finished,
            (true, _) => RunState::FinishedWithOpenSteps(open.clone()),
            (false, _) if is_held => RunState::Running,
            (false, Some(stop)) => RunState::Stopped(stop),
            (false, None) => RunState::Crashed,
        };
        let (spent, unknown) = (progress.spent, progress.unknown());
        let caps = progress.caps.unwrap_or(header.caps);
        Self { run: header.run, begun: header.time, task: header.task, state, spent, caps, open, unknown }
    }

    /// The command that goes on with the run; none where it is at work or at its end.
    #[must_use]
    pub fn needed(&self) -> Option<String> {
        let resume = format!("cofferdam resume {}", self.run);
        match &self.state {
            RunState::Running | RunState::Finished | RunState::FinishedWithOpenSteps(_) => None,
            RunState::Stopped(Stop::Cap { name }) => Some(format!("{resume} --cap {name}=N")),
            RunState::Stopped(Stop::Circles | Stop::Interrupted | Stop::Failed { .. }) | RunState::Crashed => Some(resume),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Timestamp;

    fn standing(steps: Vec<Step>, is_held: bool) -> Standing {
        let header = crate::RunHeader::of_a_test();
        Standing::of(Recorded { header, steps }, is_held)
    }

    #[test]
    fn every_end_has_its_state_and_says_what_it_takes_to_go_on() {
        let taken = Step::Taken { ledger: RunId::new(Timestamp(2), [2; 10]), caps: None };
        let stop = |stop: Stop| vec![taken.clone(), Step::Stopped { stop, spent: None }];
        let cap = standing(stop(Stop::Cap { name: "steps".into() }), false);
        assert_eq!(cap.state.to_string(), "stopped-at-cap (steps)");
        assert!(cap.needed().is_some_and(|needed| needed.ends_with("--cap steps=N")));
        for (steps, is_held, word) in [
            (stop(Stop::Circles), false, "stopped-in-circles"),
            (stop(Stop::Interrupted), false, "interrupted"),
            (stop(Stop::Failed { code: "a.b".into() }), false, "failed (a.b)"),
            (vec![taken.clone()], false, "crashed"),
            ([stop(Stop::Circles), vec![taken.clone()]].concat(), false, "crashed"),
        ] {
            let standing = standing(steps, is_held);
            assert_eq!(standing.state.to_string(), word);
            assert!(standing.needed().is_some_and(|needed| needed.starts_with("cofferdam resume ")));
        }
        assert_eq!(standing(vec![taken.clone()], true).state, RunState::Running);
        let finished = standing(vec![taken, Step::Finished { answer: "done".into() }], false);
        assert_eq!((finished.state.as_str(), finished.needed()), ("finished", None));
    }

    #[test]
    fn what_was_used_until_a_stop_and_the_caps_that_were_set_anew_are_told() {
        let ledger = RunId::new(Timestamp(2), [2; 10]);
        let (spent, caps) = (Spent { requests: 5, ..Spent::default() }, Caps { steps: 99, ..Caps::default() });
        let stopped = |spent| Step::Stopped { stop: Stop::Interrupted, spent };
        let taken = |caps| Step::Taken { ledger: ledger.clone(), caps };
        let standing = standing(vec![taken(None), stopped(Some(spent)), taken(Some(caps)), taken(None), stopped(None)], false);
        assert_eq!((standing.spent, standing.caps), (spent, caps));
    }
}
