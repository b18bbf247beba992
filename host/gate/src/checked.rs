//! Memories as they are shown: each with what a check says of it now, and with what says something else.

use cofferdam_memory::{
    Entry, Found, State,
    contradiction::{Opposed, contradictions, rivals},
    recheck, recheck_found,
};

use crate::{gate::Gate, refusal::Fault};

/// A memory that was checked just now.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What stands in the topic.
    pub found: Found,
    /// What the check says.
    pub state: State,
    /// The entries of the whole memory that contradict it.
    pub contradicts: Vec<Opposed>,
}

impl Gate {
    /// Checks some memories against the world, and looks in the whole memory for what contradicts them.
    ///
    /// # Errors
    /// A memory or a ledger that does not check out.
    pub fn check_memories(&self, memories: Vec<Found>) -> Result<Vec<Checked>, Fault> {
        let entries: Vec<&Entry> = memories.iter().filter_map(Found::entry).collect();
        let all = self.memory()?.all()?;
        // A person may have copied an entry by hand; it says nothing against itself.
        let others: Vec<&Entry> = rivals(&entries, all.iter().filter_map(Found::entry));
        let others: Vec<Found> = others.into_iter().cloned().map(Found::Entry).collect();
        let witness = self.witness(&[memories.as_slice(), others.as_slice()].concat())?;
        let others: Vec<(&Entry, State)> = others.iter().filter_map(Found::entry).map(|entry| (entry, recheck(entry, &witness))).collect();
        let found = contradictions(others.iter().map(|(entry, state)| (*entry, state)));
        let against = |memory: &Found| -> Vec<Opposed> {
            memory.entry().iter().flat_map(|entry| found.iter().flat_map(|one| one.against(entry.id()))).collect()
        };
        let check = |memory: Found| Checked { state: recheck_found(&memory, &witness), contradicts: against(&memory), found: memory };
        Ok(memories.into_iter().map(check).collect())
    }
}
