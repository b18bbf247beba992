//! What was done to the memory as a whole, and taking it back: a person's own act, recorded like what it takes back.

use cofferdam_base::{EntryId, Timestamp};
use cofferdam_ledger::event::Subject;
use cofferdam_memory::{StagedRewrite, Topic};
use cofferdam_policy::{Integrity, Origin, RunAct};
use serde_json::json;

use crate::{
    approval::Offers,
    attendant::Attendant,
    gate::Gate,
    refusal::{Fault, Refused},
    remember::{self, is_recorded},
    run::OwnAct,
};

/// An edit, a consolidation or a revert whose former texts are kept.
#[derive(Debug)]
pub struct MemoryChange {
    /// What was done.
    pub rewrite: StagedRewrite,
    /// When, as the ledger tells; none where it does not tell of it, and then it cannot be taken back.
    pub time: Option<Timestamp>,
}

impl Gate {
    /// The changes of the memory, or of one topic, that are kept; newest first, each compared with the ledger.
    ///
    /// # Errors
    /// A record that does not read back, a ledger that does not check out.
    pub fn memory_history(&self, topic: Option<&Topic>) -> Result<Vec<MemoryChange>, Fault> {
        let mut rewrites = self.memory()?.rewrites()?;
        rewrites.retain(|rewrite| topic.is_none_or(|topic| rewrite.concerns(topic)));
        self.in_turn(|_, _, book| {
            let leaves = book.ledger()?.read(&rewrites.iter().map(StagedRewrite::leaf).collect())?;
            let told = |rewrite: &StagedRewrite| leaves.get(&rewrite.leaf()).filter(|entry| *entry.event() == rewrite.event());
            let with_time = |rewrite| MemoryChange { time: told(&rewrite).map(cofferdam_ledger::Entry::time), rewrite };
            Ok(rewrites.into_iter().map(with_time).collect())
        })
    }

    /// Removes the kept former texts of one topic, or all, and what crashes left unfinished; gives of how many changes. It is a person's own act: no policy is asked. The
    /// ledger still tells that the changes were made.
    ///
    /// # Errors
    /// A record that does not read back, the state folder's.
    pub fn forget_memory_history(&self, topic: Option<&Topic>) -> Result<usize, Fault> {
        self.in_turn(|_, lock, book| {
            let gone = remember::open(lock, book)?.forget(topic)?;
            lock.state().folder().sweep()?;
            Ok(gone)
        })
    }

    /// Takes back the change with this identifier, or the newest one that took out or brought the entry with it. Entries come back as
    /// they were recorded at first, and check as they did. Gives the identifier of this change, which can be taken back too.
    ///
    /// # Errors
    /// [`Refused`]: no such change, one that the ledger does not tell of, one that was overtaken, a policy that says no. The memory is
    /// as before.
    pub fn revert_memory(&self, id: &EntryId, attendant: &mut dyn Attendant) -> Result<EntryId, Box<Refused>> {
        self.recorded(self.identify()?, |record| {
            let rewrite = self.memory()?.rewrite_of(id)?;
            for topic in rewrite.topics() {
                let act = RunAct::MemoryCommit { topic: topic.as_str() };
                let shown = json!({"topic": topic.as_str(), "takes back": rewrite.id().as_str()});
                // Everything that comes back stood there before, by policy's leave or by a person's hand.
                let (origin, integrity) = (Origin::User, Integrity::Trusted);
                let (subject, name) = (Subject::Memory, "memory.revert");
                let own = OwnAct { act, origin, integrity, subject, name, arguments: &shown, offers: Offers::Once };
                let _grant = self.decide_own(own, record, attendant)?;
            }
            self.in_turn(|_, lock, book| {
                if !is_recorded(book, rewrite.leaf(), &rewrite.event())? {
                    return Err(Fault::UnrecordedChange { change: rewrite.id().clone() });
                }
                let memory = remember::open(lock, book)?;
                self.rewrite(&memory, memory.undo(&rewrite)?, record, book)
            })
        })
    }
}
