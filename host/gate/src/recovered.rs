//! How recovery closed a call, by the ledger's word.

use cofferdam_base::CallId;
use cofferdam_ledger::{
    LeafIndex,
    event::{Event, Recovery},
};

use crate::{gate::Gate, refusal::Fault};

impl Gate {
    /// How recovery closed the intent of a call that a crash had left open; none where it had none. Reads the ledger from its
    /// beginning.
    ///
    /// # Errors
    /// A ledger that does not check out.
    pub fn recovery_of(&self, wanted: &CallId) -> Result<Option<Recovery>, Fault> {
        self.in_turn(|_, _, book| {
            for entry in book.ledger()?.entries_from(LeafIndex(0)) {
                if let Event::Recovered { call, recovery } = entry?.1.event()
                    && call == wanted
                {
                    return Ok(Some(*recovery));
                }
            }
            Ok(None)
        })
    }
}
