//! Why a run stopped before its end. What was done until then stands, and the run can be resumed.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, RunId, entropy::NoEntropy, text};
use cofferdam_gate::{Fault, Refused};
use cofferdam_memory::MemoryError;
use cofferdam_model::ModelError;
use cofferdam_recall::RecallError;
use cofferdam_store::StateError;

use crate::{
    context::{OutputTokens, Window},
    state::Circle,
};

/// Why a run stopped.
#[derive(Debug)]
pub enum AgentError {
    /// The model gave no usable answer, or a cap is reached.
    Model(ModelError),
    /// The conversation may not be sent to the model.
    Send(Box<Refused>),
    /// The gate cannot work: not the refusal of a call, which the model is told.
    Gate(Fault),
    /// The memory cannot be read.
    Memory(MemoryError),
    /// Nothing can be recalled.
    Recall(RecallError),
    /// The state folder.
    State(StateError),
    /// No randomness.
    Entropy(NoEntropy),
    /// A line of the journal cannot be written as JSON.
    Write(serde_json::Error),
    /// A journal that does not read back.
    Journal {
        /// The run.
        run: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// No run has this identifier, or none was ever begun.
    UnknownRun {
        /// What was asked for.
        run: Option<RunId>,
    },
    /// The run has come to its end already.
    Ended {
        /// The run.
        run: RunId,
    },
    /// The run has no step of this number.
    UnknownStep {
        /// The run.
        run: RunId,
        /// How many it has.
        steps: usize,
    },
    /// A cap that there is not.
    UnknownCap {
        /// What was asked for.
        name: String,
    },
    /// The model gets nowhere.
    Circles(Circle),
    /// No call of the run with this number is unknown.
    NotUnknown {
        /// What was asked for.
        number: u64,
    },
    /// What stands in every request, and an answer, leave no room for steps.
    WindowTooSmall {
        /// Tokens of the window.
        window: Window,
        /// Tokens of the instructions, the tools, the memory's index and the task, about.
        needed: u64,
        /// Most tokens of one answer.
        output: OutputTokens,
    },
    /// The model's answer broke off at the most tokens that one may have, twice.
    AnswerCut,
    /// The provider stopped the model's answer, twice.
    AnswerFiltered,
    /// A person asked to stop.
    Interrupted,
}

macro_rules! error_from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for AgentError {
            fn from(source: $source) -> Self {
                Self::$variant(source)
            }
        })*
    };
}

error_from! {
    ModelError => Model,
    Fault => Gate,
    MemoryError => Memory,
    RecallError => Recall,
    StateError => State,
    NoEntropy => Entropy,
}

impl AgentError {
    fn inner(&self) -> Option<&dyn Diagnostic> {
        Some(match self {
            Self::Model(error) => error,
            Self::Send(refused) => refused.as_ref(),
            Self::Gate(fault) => fault,
            Self::Memory(error) => error,
            Self::Recall(error) => error,
            Self::State(error) => error,
            Self::Entropy(error) => error,
            Self::Write(_)
            | Self::Journal { .. }
            | Self::UnknownRun { .. }
            | Self::Ended { .. }
            | Self::UnknownStep { .. }
            | Self::UnknownCap { .. }
            | Self::Circles(_)
            | Self::NotUnknown { .. }
            | Self::WindowTooSmall { .. }
            | Self::AnswerCut
            | Self::AnswerFiltered
            | Self::Interrupted => return None,
        })
    }
}

impl fmt::Display for AgentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.inner(), self) {
            (Some(inner), _) => fmt::Display::fmt(inner, f),
            (None, Self::Journal { run, line, why }) => {
                write!(f, "line {line} of the journal of run {} does not read back: {}", text::inline(run, 60), text::inline(why, 300))
            }
            (None, Self::UnknownRun { run: Some(run) }) => write!(f, "there is no run {run} in this workspace"),
            (None, Self::UnknownRun { run: None }) => f.write_str("no run was begun in this workspace"),
            (None, Self::Ended { run }) => write!(f, "run {run} has come to its end"),
            (None, Self::UnknownStep { run, steps }) => write!(f, "run {run} has {steps} steps, counted from 1"),
            (None, Self::UnknownCap { name }) => write!(f, "`{}` is not the name of a cap", text::inline(name, 60)),
            (None, Self::Circles(circle)) => fmt::Display::fmt(circle, f),
            (None, Self::NotUnknown { number }) => write!(f, "the run has no call {number} of which it is unknown whether it was done"),
            (None, Self::WindowTooSmall { window, needed, output }) => write!(
                f,
                "instructions, tools, memory index and task take about {needed} tokens, and a window of {} leaves no room for the work \
                 with answers of up to {}",
                u64::from(*window),
                u64::from(*output)
            ),
            (None, Self::AnswerCut) => f.write_str("the model's answer broke off, twice, at the most tokens that one may have"),
            (None, Self::AnswerFiltered) => f.write_str("the provider stopped the model's answer, twice: a refusal, or its filter"),
            (None, Self::Interrupted) => f.write_str("the run was interrupted"),
            (None, _) => f.write_str("a step of the run cannot be written as JSON"),
        }
    }
}

impl Error for AgentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match (self.inner(), self) {
            (Some(inner), _) => inner.source(),
            (None, Self::Write(source)) => Some(source),
            (None, _) => None,
        }
    }
}

impl Diagnostic for AgentError {
    fn code(&self) -> &'static str {
        match (self.inner(), self) {
            (Some(inner), _) => inner.code(),
            (None, Self::Journal { .. }) => "agent.journal",
            (None, Self::UnknownRun { .. }) => "agent.unknown-run",
            (None, Self::Ended { .. }) => "agent.ended",
            (None, Self::UnknownStep { .. }) => "agent.unknown-step",
            (None, Self::UnknownCap { .. }) => "agent.unknown-cap",
            (None, Self::Circles(_)) => "agent.circles",
            (None, Self::NotUnknown { .. }) => "agent.not-unknown",
            (None, Self::WindowTooSmall { .. }) => "agent.window-too-small",
            (None, Self::AnswerCut) => "agent.answer-cut",
            (None, Self::AnswerFiltered) => "agent.answer-filtered",
            (None, Self::Interrupted) => "agent.interrupted",
            (None, _) => "agent.write",
        }
    }

    fn class(&self) -> Class {
        match (self.inner(), self) {
            (Some(inner), _) => inner.class(),
            (None, Self::Journal { .. }) => Class::NotVerified,
            (None, Self::UnknownCap { .. } | Self::UnknownStep { .. } | Self::NotUnknown { .. }) => Class::Usage,
            (None, Self::Circles(_) | Self::WindowTooSmall { .. } | Self::AnswerCut) => Class::Limit,
            (None, Self::Interrupted) => Class::Interrupted,
            (None, _) => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match (self.inner(), self) {
            (Some(inner), _) => inner.hint(),
            (None, Self::UnknownRun { .. } | Self::Ended { .. }) => Some("begin one with `cofferdam run \"what to do\"`".to_owned()),
            (None, Self::UnknownStep { run, .. }) => Some(format!("see what was said with `cofferdam transcript show {run}`")),
            (None, Self::UnknownCap { .. }) => Some("see the caps with `cofferdam limits`".to_owned()),
            (None, Self::Circles(_)) => {
                Some("look at what it tried with `cofferdam transcript show`; `cofferdam resume` goes on, with another model by `cofferdam init`".to_owned())
            }
            (None, Self::NotUnknown { .. }) => Some("see which are with `cofferdam runs`".to_owned()),
            (None, Self::WindowTooSmall { .. }) => Some(
                "set a larger one with `cofferdam init --url … --model … --window-tokens NUMBER`, or shorter answers with `--output-tokens NUMBER`"
                    .to_owned(),
            ),
            (None, Self::AnswerCut) => {
                Some("ask for less in one answer, or allow longer ones with `cofferdam init --url … --model … --output-tokens NUMBER`".to_owned())
            }
            (None, Self::AnswerFiltered) => {
                Some("see what it said with `cofferdam transcript show`; put the task in other words, or set another model with `cofferdam init`".to_owned())
            }
            (None, Self::Interrupted) => Some("go on where it stopped with `cofferdam resume`".to_owned()),
            (None, _) => None,
        }
    }
}
