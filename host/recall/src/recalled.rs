//! What was recalled, with what a check of it says.

use cofferdam_gate::transcript::SeenCall;
use cofferdam_memory::{Found, Integrity, State, World, changed};

/// Something that an earlier run left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// What it learnt: an entry of a topic, or text that somebody wrote there.
    Learnt(Found),
    /// What it saw: a call with its outcome.
    Seen(SeenCall),
}

/// Something that was recalled. Its state is as of now, and no longer than now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalled {
    /// What.
    pub thing: Thing,
    /// Whether it still stands.
    pub state: State,
}

impl Recalled {
    /// Whether it was said with nothing from outside in view. What the ledger does not vouch for could say so itself, and what
    /// a tool brought is from outside.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        match (&self.thing, &self.state) {
            (Thing::Learnt(Found::Entry(entry)), State::Fresh | State::Stated | State::Stale(_)) => entry.integrity() == Integrity::Trusted,
            (Thing::Learnt(Found::Entry(_)), State::Unverifiable(_)) | (Thing::Learnt(Found::Loose { .. }) | Thing::Seen(_), _) => false,
        }
    }
}

/// Whether a call that was seen would still bring the same, as far as the ledger and its files tell.
pub(crate) fn state_of(seen: &SeenCall, world: &dyn World) -> State {
    if !seen.doubts.is_empty() {
        return State::Unverifiable(seen.doubts.clone());
    }
    let changes = changed(seen.files.iter().map(|(path, digest)| (path, digest)), world);
    if changes.is_empty() { State::Fresh } else { State::Stale(changes) }
}
