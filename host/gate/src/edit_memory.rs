//! A person edits a topic of the memory: what they wrote is recorded as theirs.

use cofferdam_ledger::event::Subject;
use cofferdam_memory::Topic;
use cofferdam_policy::{Integrity, Origin, RunAct};
use serde_json::json;

use crate::{approval::Offers, attendant::Attendant, gate::Gate, refusal::Refused, remember, run::OwnAct};

/// What an edit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edited {
    /// Statements that the person made.
    pub stated: usize,
    /// Entries that they took out.
    pub removed: usize,
}

impl Gate {
    /// Makes a person's new text of a topic the topic, if it still is as it was when they began: `before`.
    ///
    /// # Errors
    /// [`Refused`]: changed meanwhile, a text that cannot be remembered, a policy that says no, no room. The memory is as
    /// before.
    pub fn edit_memory(
        &self,
        topic: &Topic,
        before: Option<&str>,
        text: &str,
        attendant: &mut dyn Attendant,
    ) -> Result<Edited, Box<Refused>> {
        self.recorded(self.identify()?, |record| {
            let act = RunAct::MemoryCommit { topic: topic.as_str() };
            let shown = json!({"topic": topic.as_str(), "text": text});
            let (origin, integrity) = (Origin::User, Integrity::Trusted);
            let (subject, name) = (Subject::Memory, "memory.edit");
            let own = OwnAct { act, origin, integrity, subject, name, arguments: &shown, offers: Offers::Once };
            let _grant = self.decide_own(own, record, attendant)?;
            self.in_turn(|_, lock, book| {
                let memory = remember::open(lock, book)?;
                let revision = memory.revise(topic, before, text)?;
                let edited = Edited { stated: revision.made(), removed: revision.removed().len() };
                self.rewrite(&memory, revision, record, book)?;
                Ok(edited)
            })
        })
    }
}
