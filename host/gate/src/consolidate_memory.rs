//! Duplicates of the memory are merged and overgrown topics split: proposed, decided on by policy topic by topic, recorded.

use std::collections::BTreeSet;

use cofferdam_base::EntryId;
use cofferdam_ledger::event::Subject;
use cofferdam_memory::{Proposal, Scope, Topic};
use cofferdam_policy::{Act, Decision, Integrity, Origin, PolicyRequest, RunAct};
use serde_json::json;

use crate::{
    approval::Offers,
    attendant::{Attendant, Unattended},
    gate::Gate,
    refusal::{Fault, Refused},
    remember,
    run::{OwnAct, as_rules_see},
};

/// Most consolidations that one end of a run makes: each is one leaf of the ledger.
const MAX_QUIET: usize = 16;

/// What a consolidation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consolidated {
    /// Under what it can be taken back: see [`Gate::revert_memory`].
    pub change: EntryId,
    /// How many entries became fewer, by how many merges.
    pub merged: (usize, usize),
    /// How many entries moved, to how many new topics.
    pub moved: (usize, usize),
}

impl Gate {
    /// What a consolidation would do now. Nothing is changed.
    ///
    /// # Errors
    /// A memory or a ledger that does not check out.
    pub fn propose_consolidation(&self, scope: Scope) -> Result<Proposal, Fault> {
        self.propose(scope, &|_| true)
    }

    /// Does what was proposed, at a person's word.
    ///
    /// # Errors
    /// [`Refused`]: a topic that changed meanwhile, a policy that says no. The memory is as before.
    pub fn consolidate_memory(&self, proposal: Proposal, attendant: &mut dyn Attendant) -> Result<Consolidated, Box<Refused>> {
        self.consolidate(proposal, Origin::User, attendant)
    }

    /// To be called when a run has ended: merges duplicates where policy allows it without asking anybody. It splits nothing, and
    /// leaves alone what a rule asks about.
    ///
    /// # Errors
    /// [`Refused`] as for [`Gate::consolidate_memory`]; what was done until then stays done.
    pub fn consolidate_after_run(&self) -> Result<Vec<Consolidated>, Box<Refused>> {
        let silent = |topic: &Topic| {
            let act = Act::ByRun { run: &self.run, act: RunAct::MemoryCommit { topic: topic.as_str() } };
            let request = PolicyRequest { origin: Origin::Automation, integrity: Integrity::Trusted, act };
            matches!(self.policies.decide(&request), Decision::Allowed(_))
        };
        let mut done = Vec::new();
        for _ in 0..MAX_QUIET {
            let proposal = self.recorded(self.identify()?, |_| self.propose(Scope::Duplicates, &silent))?;
            if proposal.is_empty() {
                break;
            }
            done.push(self.consolidate(proposal, Origin::Automation, &mut Unattended)?);
        }
        Ok(done)
    }

    fn propose(&self, scope: Scope, may: &dyn Fn(&Topic) -> bool) -> Result<Proposal, Fault> {
        let survey = self.memory()?.survey()?;
        let witness = self.witness(&survey.in_question(scope))?;
        Ok(survey.propose(scope, &witness, may))
    }

    fn consolidate(&self, proposal: Proposal, origin: Origin, attendant: &mut dyn Attendant) -> Result<Consolidated, Box<Refused>> {
        self.recorded(self.identify()?, |record| {
            let parts: usize = proposal.merges().iter().map(|merge| merge.parts().len()).sum();
            let moved: usize = proposal.splits().iter().map(|split| split.entries().len()).sum();
            let into: BTreeSet<&Topic> = proposal.splits().iter().map(|split| split.into_topic()).collect();
            let (merged, moved) = ((parts, proposal.merges().len()), (moved, into.len()));
            for (topic, integrity) in proposal.topics() {
                let act = RunAct::MemoryCommit { topic: topic.as_str() };
                let integrity = as_rules_see(integrity);
                let shown = json!({"topic": topic.as_str(), "merges": merged.1, "moved": moved.0});
                let (subject, name) = (Subject::Memory, "memory.consolidate");
                let own = OwnAct { act, origin, integrity, subject, name, arguments: &shown, offers: Offers::Once };
                let _grant = self.decide_own(own, record, attendant)?;
            }
            // The ledger only grows, so what it told of the entries when they were proposed, it tells now; that the topics still are
            // as they were then, staging checks.
            let change = self.in_turn(|_, lock, book| {
                let memory = remember::open(lock, book)?;
                self.rewrite(&memory, proposal.clone().into_rewrite(), record, book)
            })?;
            Ok(Consolidated { change, merged, moved })
        })
    }
}
