//! A rewrite of the memory, recorded: staged, told to the ledger, durably, then committed. A crash after the record completes it at
//! the next opening, one before it drops what was staged.

use cofferdam_base::EntryId;
use cofferdam_ledger::Salt;
use cofferdam_memory::{Memory, Rewrite, StagedRewrite};

use crate::{
    book::OpenBook,
    gate::{Gate, random},
    record::Record,
    refusal::Fault,
};

impl Gate {
    /// Does a rewrite that was worked out and decided on; gives its identifier.
    pub(crate) fn rewrite(
        &self,
        memory: &Memory,
        rewrite: Rewrite,
        record: &mut Record<'_>,
        book: &mut OpenBook<'_>,
    ) -> Result<EntryId, Fault> {
        let fresh = || -> Result<_, Fault> { Ok((EntryId::from(&self.new_call()?), Salt::from_random(random(self.entropy.as_ref())?))) };
        let staged = book.tell(record.take(), |leaf| memory.stage_rewrite(rewrite, leaf, fresh), StagedRewrite::event)?;
        let id = staged.id().clone();
        memory.commit_rewrite(staged)?;
        Ok(id)
    }
}
