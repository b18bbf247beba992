//! What was recalled, with what a check of it says.

use std::collections::BTreeSet;

use cofferdam_base::CallId;
use cofferdam_gate::{Gate, transcript::SeenCall};
use cofferdam_memory::{Found, Integrity, State, contradiction::Opposed};

use crate::Words;

/// Something that an earlier run left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// What it learnt: an entry of a topic, or text that somebody wrote there.
    Learnt(Found),
    /// What it saw: a call with its outcome.
    Seen(SeenCall),
    /// What was said in it, by the person or by the model.
    Said(Words),
}

/// A call that a memory cites, as it can be made again: with a fresh result, the memory can be confirmed or corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The call that it was.
    pub call: CallId,
    /// `tool.function`.
    pub function: String,
    /// Its arguments, as JSON.
    pub arguments: String,
}

/// Something that was recalled. Its state is as of now, and no longer than now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    /// What.
    pub thing: Thing,
    /// Whether it still stands.
    pub state: State,
    /// The entries of the memory that say something else of the same matter.
    pub contradicts: Vec<Opposed>,
    /// Where it is a stale memory: the calls that showed it, as far as their transcripts are there.
    pub again: Vec<Again>,
}

impl Recalled {
    /// Whether it was said with nothing from outside in view. What the ledger does not vouch for could say so itself, as could
    /// what was said in a run, and what a tool brought is from outside.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        match (&self.thing, &self.state) {
            (Thing::Learnt(Found::Entry(entry)), State::Fresh | State::Stated | State::Stale(_)) => entry.integrity() == Integrity::Trusted,
            (Thing::Learnt(Found::Entry(_)), State::Unverifiable(_))
            | (Thing::Learnt(Found::Loose { .. }) | Thing::Seen(_) | Thing::Said(_), _) => false,
        }
    }

    /// What confidential things it may carry, by name. What a memory cites was seen before it was drafted, so that its calls carry
    /// nothing more.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<String> {
        let own = match &self.thing {
            Thing::Learnt(found) => found.secrets(),
            Thing::Seen(seen) => seen.secrets.clone(),
            Thing::Said(words) => words.secrets.clone(),
        };
        own.into_iter().chain(self.contradicts.iter().flat_map(|opposed| opposed.secrets.iter().cloned())).collect()
    }
}

/// Whether what a call saw is still so, as far as the ledger and the workspace tell.
pub(crate) fn state_of(seen: &SeenCall, gate: &Gate) -> State {
    if !seen.doubts.is_empty() {
        return State::Unverifiable(seen.doubts.clone());
    }
    let changes = gate.changes_since(seen);
    if changes.is_empty() { State::Fresh } else { State::Stale(changes) }
}
