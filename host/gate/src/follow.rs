//! What is derived from the ledger, the memory and the transcripts is brought up to date while nobody changes them.

use cofferdam_base::CallId;
use cofferdam_ledger::{Event, LeafIndex};

use crate::{book::OpenBook, gate::Gate, refusal::Fault};

/// A request that the ledger tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// The leaf.
    pub leaf: u64,
    /// The call.
    pub call: CallId,
    /// `tool.function`.
    pub function: String,
}

/// The ledger, to be followed.
pub struct Followed<'b, 'o>(&'b mut OpenBook<'o>);

impl Followed<'_, '_> {
    /// Calls `each` with the requests from a leaf on, in order; gives the leaf to go on from.
    ///
    /// # Errors
    /// A ledger that does not check out.
    pub fn requests_from(&mut self, leaf: u64, mut each: impl FnMut(Requested)) -> Result<u64, Fault> {
        for entry in self.0.ledger()?.entries_from(LeafIndex(leaf)) {
            let (LeafIndex(leaf), entry) = entry?;
            if let Event::Request { call, tool, function, .. } = entry.event() {
                each(Requested { leaf, call: call.clone(), function: format!("{tool}.{function}") });
            }
        }
        Ok(self.0.ledger()?.size())
    }
}

impl Gate {
    /// Runs something while no call of this process or another one changes the memory, the transcripts or the ledger. It must
    /// make no call itself.
    ///
    /// # Errors
    /// A workspace that stays busy, a ledger that does not check out; those of `act`.
    pub fn follow<R, E: From<Fault>>(&self, act: impl FnOnce(&mut Followed<'_, '_>) -> Result<R, E>) -> Result<R, E> {
        self.in_turn(|_, _, book| Ok(act(&mut Followed(book))))?
    }
}
