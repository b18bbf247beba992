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
        // What the run begins with comes first, so that the number of the next leaf is known.
        book.write(record.take())?;
        let leaf = book.ledger()?.size();
        let staged: StagedRewrite = memory.stage_rewrite(rewrite, leaf, || -> Result<_, Fault> {
            Ok((EntryId::from(&self.new_call()?), Salt::from_random(random(self.entropy.as_ref())?)))
        })?;
        let id = staged.id().clone();
        // Where this fails, whether the leaf is there is not known; the next opening of the gate finds out.
        book.append(staged.event())?;
        book.ledger()?.sync()?;
        memory.commit_rewrite(staged)?;
        Ok(id)
    }
}
