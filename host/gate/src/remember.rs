//! A memory becomes part of the project's memory: only what verified calls showed, only after policy and the ledger agreed.
//!
//! The order is draft, staged, recorded, committed. A crash after the record completes the memory at the next opening, a
//! crash before it drops what was staged.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, EntryId};
use cofferdam_ledger::{
    Salt,
    event::{Event, Subject},
};
use cofferdam_memory::{Draft, Entry, Memory, MemoryError, Staged, shows};
use cofferdam_policy::{Integrity, Origin, RunAct};
use cofferdam_store::WorkspaceLock;
use serde_json::json;

use crate::{
    approval::Offers,
    attendant::Attendant,
    book::OpenBook,
    confidential,
    gate::{Gate, random},
    refusal::{Fault, Refused},
    run::{OwnAct, as_rules_see},
};

impl Gate {
    /// The project's memory.
    ///
    /// # Errors
    /// The state folder's.
    pub fn memory(&self) -> Result<Memory, MemoryError> {
        Memory::open(self.state.folder())
    }

    /// Commits a memory under an identifier that the caller has taken down before, so that it can be found again after a crash.
    ///
    /// # Errors
    /// [`Refused`]: a cited call that the ledger does not know as verified, a policy that says no, no room. The memory is as
    /// before.
    pub fn remember(&self, call: &CallId, draft: Draft, attendant: &mut dyn Attendant) -> Result<Entry, Box<Refused>> {
        self.recorded(call.clone(), |record| {
            // Nobody is asked about what cannot be.
            self.memory()?.verify_topic(&draft)?;
            let (act, origin, integrity) = commit_request(&draft);
            let mut shown = json!({"topic": draft.topic().as_str(), "text": draft.text()});
            confidential::tell(&mut shown, draft.secrets());
            let (subject, name) = (Subject::Memory, "memory.remember");
            let own = OwnAct { act, origin, integrity, subject, name, arguments: &shown, offers: Offers::Once };
            let _grant = self.decide_own(own, record, attendant)?;
            let salts = (random(self.entropy.as_ref())?, random(self.entropy.as_ref())?);
            self.in_turn(|_, lock, book| {
                verify_cited(&draft, book)?;
                let sealed = draft.seal(EntryId::from(call), Salt::from_random(salts.0), Salt::from_random(salts.1));
                let memory = open(lock, book)?;
                let staged = book.tell(record.take(), |leaf| Ok(memory.stage(sealed, leaf)?), Staged::event)?;
                Ok(memory.commit(staged)?)
            })
        })
    }
}

/// What policies are asked about a memory that a run wants to commit.
pub(crate) fn commit_request(draft: &Draft) -> (RunAct<'_>, Origin, Integrity) {
    (RunAct::MemoryCommit { topic: draft.topic().as_str() }, Origin::Model, as_rules_see(draft.integrity()))
}

/// Every cited call was verified, by the ledger's own word.
fn verify_cited(draft: &Draft, book: &mut OpenBook<'_>) -> Result<(), Fault> {
    let wanted: BTreeSet<u64> = draft.evidence().iter().map(|cited| cited.leaf).collect();
    let leaves = book.ledger()?.read(&wanted)?;
    for cited in draft.evidence() {
        if !leaves.get(&cited.leaf).is_some_and(|entry| shows(entry.event(), &cited.call)) {
            return Err(Fault::Uncited { call: cited.call.clone() });
        }
    }
    Ok(())
}

/// Opens the memory for a change: what a process that is gone has left staged comes first, so that nothing is built on a memory
/// that is about to be another.
pub(crate) fn open(lock: &WorkspaceLock<'_>, book: &mut OpenBook<'_>) -> Result<Memory, Fault> {
    recover(lock, book)?;
    Ok(Memory::open(lock.state().folder())?)
}

/// Completes what a crash interrupted after the ledger knew of it; drops what it did not come to know of. What belongs into a topic
/// that a person made unreadable waits until it can be read again: nothing else stands still for that.
pub(crate) fn recover(lock: &WorkspaceLock<'_>, book: &mut OpenBook<'_>) -> Result<(), Fault> {
    let memory = Memory::open(lock.state().folder())?;
    for staged in memory.staged()? {
        let recorded = is_recorded(book, staged.leaf(), &staged.event())?;
        unless_unreadable(if recorded { memory.commit(staged).map(drop) } else { memory.discard(staged) })?;
    }
    for rewrite in memory.staged_rewrites()? {
        let recorded = is_recorded(book, rewrite.leaf(), &rewrite.event())?;
        unless_unreadable(if recorded { memory.commit_rewrite(rewrite) } else { memory.discard_rewrite(rewrite) })?;
    }
    Ok(())
}

fn unless_unreadable(done: Result<(), MemoryError>) -> Result<(), MemoryError> {
    done.or_else(|error| if error.is_of_an_unreadable_topic() { Ok(()) } else { Err(error) })
}

/// Whether the ledger has this event at this leaf.
pub(crate) fn is_recorded(book: &mut OpenBook<'_>, leaf: u64, event: &Event) -> Result<bool, Fault> {
    let known = book.ledger()?.read(&[leaf].into())?;
    Ok(known.get(&leaf).is_some_and(|entry| entry.event() == event))
}
