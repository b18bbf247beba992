//! The world as memories are checked against it: the files as they are, the tools that stand, what the ledger holds.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::{Digest, WorkspacePath};
use cofferdam_ledger::{Entry, Event};
use cofferdam_memory::{Found, World};

use crate::{gate::Gate, refusal::Fault};

/// What some memories can be checked against.
pub struct Witness<'g> {
    gate: &'g Gate,
    leaves: BTreeMap<u64, Entry>,
}

impl Gate {
    /// Reads what it takes to check these memories: the leaves that they cite, each shown to be in the ledger.
    ///
    /// # Errors
    /// A ledger that does not check out.
    pub fn witness(&self, memories: &[Found]) -> Result<Witness<'_>, Fault> {
        let mut wanted = BTreeSet::new();
        for found in memories {
            if let Found::Entry(entry) = found {
                wanted.insert(entry.leaf());
                wanted.extend(entry.evidence().iter().map(|cited| cited.leaf));
            }
        }
        let leaves = self.in_turn(|_, _, book| Ok(book.ledger()?.read(&wanted)?))?;
        Ok(Witness { gate: self, leaves })
    }
}

impl World for Witness<'_> {
    fn file(&self, path: &WorkspacePath) -> Option<Digest> {
        // What cannot be read is as little evidence as what is gone.
        self.gate.workspace.digest(path).ok().flatten()
    }

    fn tool_stands(&self, component: &Digest) -> bool {
        let now = self.gate.clock.now();
        let mut same = self.gate.tools.iter().filter(|tool| tool.verified().component_digest() == *component);
        same.any(|tool| tool.verified().still_valid(&self.gate.keyring, now).is_ok())
    }

    fn leaf(&self, index: u64) -> Option<Event> {
        self.leaves.get(&index).map(|entry| entry.event().clone())
    }
}
