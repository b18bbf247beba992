//! Open intents: effects that were announced and whose end is not recorded yet.

use std::{collections::BTreeMap, error::Error, fmt};

use cofferdam_base::CallId;

use crate::event::{Effect, Event};

/// The intents that no later leaf closed.
///
/// A checkpoint is never made while one is open, so all of them are in the part of the file that opening reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenIntents(BTreeMap<CallId, Effect>);

/// What an event does to the open intents; made before it is written, applied after.
#[derive(Debug)]
pub(crate) enum Transition {
    None,
    Opens(CallId, Effect),
    Closes(CallId),
}

impl OpenIntents {
    /// Calls with an open intent and the kind of effect, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&CallId, Effect)> {
        self.0.iter().map(|(call, effect)| (call, *effect))
    }

    /// The first of them.
    #[must_use]
    pub fn first(&self) -> Option<&CallId> {
        self.0.keys().next()
    }

    /// What the event would do.
    pub(crate) fn transition(&self, event: &Event) -> Result<Transition, IntentError> {
        match event {
            Event::Intent { call, effect, .. } if !self.0.contains_key(call) => Ok(Transition::Opens(call.clone(), *effect)),
            Event::Intent { call, .. } => Err(IntentError::AlreadyOpen(call.clone())),
            Event::Published { call } | Event::Aborted { call, .. } | Event::Recovered { call, .. } | Event::Undone { call, .. } => {
                if self.0.contains_key(call) { Ok(Transition::Closes(call.clone())) } else { Err(IntentError::NotOpen(call.clone())) }
            }
            Event::RunStarted { .. }
            | Event::ToolLoaded { .. }
            | Event::Request { .. }
            | Event::Decision { .. }
            | Event::Approval { .. }
            | Event::Invocation { .. }
            | Event::Verdict { .. }
            | Event::Truncated { .. }
            | Event::Refused { .. }
            | Event::MemoryCommitted { .. }
            | Event::MemoryEdited { .. }
            | Event::MemoryConsolidated { .. }
            | Event::MemoryReverted { .. }
            | Event::TranscriptRedacted { .. }
            | Event::TranscriptPruned { .. }
            | Event::KeyEvent { .. }
            | Event::Checkpoint { .. } => Ok(Transition::None),
        }
    }

    pub(crate) fn apply(&mut self, transition: Transition) {
        match transition {
            Transition::None => {}
            Transition::Opens(call, effect) => {
                self.0.insert(call, effect);
            }
            Transition::Closes(call) => {
                self.0.remove(&call);
            }
        }
    }
}

/// An intent that is opened twice or closed unopened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntentError {
    /// It is open already.
    AlreadyOpen(CallId),
    /// It is not open.
    NotOpen(CallId),
}

impl fmt::Display for IntentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyOpen(call) => write!(f, "call `{call}` has an open intent already"),
            Self::NotOpen(call) => write!(f, "call `{call}` has no open intent"),
        }
    }
}

impl Error for IntentError {}
