//! How the intent of a call was closed, by the ledger's word.

use cofferdam_base::CallId;
use cofferdam_ledger::{
    LeafIndex,
    event::{Event, Recovery},
};

use crate::{gate::Gate, refusal::Fault};

/// How an intent was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// By the call itself: all of it is real.
    Published,
    /// By the call itself: nothing of it is real.
    Aborted,
    /// By recovery, after a crash.
    Recovered(Recovery),
}

impl Gate {
    /// How the intent of a call was closed; none where it had none. Reads the ledger from its beginning.
    ///
    /// # Errors
    /// A ledger that does not check out.
    pub fn closed(&self, wanted: &CallId) -> Result<Option<Closed>, Fault> {
        self.in_turn(|_, _, book| {
            for entry in book.ledger()?.entries_from(LeafIndex(0)) {
                let closed = closed_by(entry?.1.event(), wanted);
                if closed.is_some() {
                    return Ok(closed);
                }
            }
            Ok(None)
        })
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other event closes an intent")]
fn closed_by(event: &Event, wanted: &CallId) -> Option<Closed> {
    let (call, closed) = match event {
        Event::Published { call } | Event::Undone { call, .. } => (call, Closed::Published),
        Event::Aborted { call, .. } => (call, Closed::Aborted),
        Event::Recovered { call, recovery } => (call, Closed::Recovered(*recovery)),
        _ => return None,
    };
    (call == wanted).then_some(closed)
}
