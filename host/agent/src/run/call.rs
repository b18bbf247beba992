//! One call of the model: made through the gate or by the agent itself, and taken down with what it came to.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::{CallId, Digest, EntryId, WorkspacePath};
use cofferdam_gate::{
    Closed, Fault, Mode, Publication, Recovery, Refused,
    transcript::{Body, ToldOutcome},
};
use cofferdam_memory::{CallEvidence, Entry};
use cofferdam_model::ToolCall;
use cofferdam_policy::Origin;
use cofferdam_recall::Meaning;
use cofferdam_store::{change::ChangeSummary, publish::history};

use super::Agent;
use crate::{
    AgentError, ByModel, Watcher,
    builtin::{self, Brought},
    journal::{Came, Step},
    observation, plan, recall,
};

/// Most calls of one answer that are made; the model is told of the others.
const MAX_CALLS_OF_AN_ANSWER: usize = 16;

/// What a call came to, before it is taken down.
struct Made {
    content: String,
    came: Came,
    evidence: Option<CallEvidence>,
    outside: bool,
    published: bool,
    left: BTreeMap<WorkspacePath, Option<Digest>>,
    quotes: BTreeSet<CallId>,
    network: bool,
    secrets: BTreeSet<String>,
}

impl Made {
    /// Something that changed nothing and shows nothing that may be cited.
    fn nothing(content: String, came: Came) -> Self {
        let (left, quotes, secrets) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { content, came, evidence: None, outside: false, published: false, left, quotes, network: false, secrets }
    }
}

impl Agent<'_> {
    /// One call, unless a process that is gone made it already.
    pub(super) fn call(
        &mut self,
        number: u64,
        wanted: &ToolCall,
        begun: Option<CallId>,
        watcher: &mut dyn Watcher,
    ) -> Result<(), AgentError> {
        let made = match begun.map(|call| self.find_again(number, &call, watcher)).transpose()?.flatten() {
            Some(made) => made,
            None if self.progress.made_of_answer() >= MAX_CALLS_OF_AN_ANSWER => {
                not_made(number, format!("one answer asks for at most {MAX_CALLS_OF_AN_ANSWER} calls; ask again for this one"), watcher)
            }
            None if self.progress.is_broken() => {
                let most = u64::from(self.header.output_tokens);
                let why = format!(
                    "the answer broke off in this call, at the {most} tokens that one may have: ask for less in one call; write a long \
                     text into a file in several calls"
                );
                not_made(number, why, watcher)
            }
            None if let Some(same) = self.progress.repeats_unknown(wanted) => {
                let why = format!(
                    "the same as call {same}, of which it is not known whether it was done; a person can permit it with \
                     `cofferdam resume --repeat-unknown {same}`"
                );
                not_made(number, why, watcher)
            }
            None if let Some(same) = self.progress.headway().repeats(wanted) => {
                let why = format!("the same as call {same}, and nothing was published since: use its result, and go on or answer");
                not_made(number, why, watcher)
            }
            None => {
                let call = self.parts.gate.new_call()?;
                let step = Step::Calling { id: wanted.id.clone(), call: call.clone() };
                self.journal.write_durably(&step)?;
                self.progress.apply(step);
                watcher.calling(number, &wanted.name, &wanted.arguments);
                let made = self.make(number, call, wanted, watcher)?;
                // A question that nobody answered any more, for one: it came to nothing, and a resumed run makes it anew.
                if made.came == Came::Refused && self.parts.interrupt.is_raised() {
                    return Err(AgentError::Interrupted);
                }
                made
            }
        };
        let Made { content, came, evidence, outside, published, left, quotes, network, secrets } = made;
        self.take_down(Step::Observed {
            id: wanted.id.clone(),
            content,
            evidence,
            outside,
            published,
            came,
            left,
            quotes,
            network,
            secrets,
        })
    }

    fn make(&mut self, number: u64, call: CallId, wanted: &ToolCall, watcher: &mut dyn Watcher) -> Result<Made, AgentError> {
        let gate = self.parts.gate;
        if builtin::is_builtin(&wanted.name) {
            let brought = match wanted.name.as_str() {
                builtin::RECALL => self.recall(&wanted.arguments, watcher)?,
                plan::UPDATE => builtin::update_plan(&self.progress, &wanted.arguments),
                _ => match builtin::remember(gate, &self.progress, &call, &wanted.arguments, watcher) {
                    Ok(brought) => brought,
                    Err(refused) => return refuse(number, refused, watcher),
                },
            };
            let came = match wanted.name.as_str() {
                _ if brought.is_refusal() => Came::Refused,
                builtin::REMEMBER => Came::Verified,
                _ => Came::Own,
            };
            let Brought { shown, beside, note, outside, quotes, secrets } = brought;
            watcher.noted(number, &note);
            let content = observation::said(number, std::iter::once(shown).chain(beside));
            return Ok(Made { outside, quotes, secrets, ..Made::nothing(content, came) });
        }
        match gate.call_as(call, &self.progress.input(wanted), Mode::Publish, watcher) {
            Ok(completed) => {
                watcher.completed(number, &completed);
                let evidence = Some(observation::evidence(&completed));
                let published = completed.publication == Publication::Published;
                let left = if published { left(&completed.changes) } else { BTreeMap::new() };
                let content = observation::completed(number, &completed);
                let (network, secrets) = (completed.evidence.network, completed.secrets.clone());
                Ok(Made { evidence, outside: true, published, left, network, secrets, ..Made::nothing(content, Came::Verified) })
            }
            Err(refused) => refuse(number, refused, watcher),
        }
    }

    /// Recalls, by meaning as well where the user has a model for it.
    fn recall(&mut self, arguments: &str, watcher: &mut dyn Watcher) -> Result<Brought, AgentError> {
        let (gate, integrity) = (self.parts.gate, self.progress.integrity());
        let meter = &mut self.budget;
        let mut by_model = self.parts.embeddings.map(|embeddings| ByModel {
            embeddings,
            gate,
            attendant: watcher,
            origin: Origin::Model,
            integrity,
            meter,
        });
        let meaning = by_model.as_mut().map(|by_model| by_model as &mut dyn Meaning);
        Ok(recall::recall(&mut self.recall, &self.progress, arguments, meaning)?)
    }

    /// What a call came to that a process had begun which is gone; none where it came to nothing, so that it may be made anew.
    fn find_again(&self, number: u64, call: &CallId, watcher: &mut dyn Watcher) -> Result<Option<Made>, AgentError> {
        let gate = self.parts.gate;
        let id = EntryId::from(call);
        // Another run may have merged it since.
        let is_it = |entry: &Entry| *entry.id() == id || entry.origins().contains(&id);
        let remembered = gate.memory()?.all()?.iter().any(|found| found.entry().is_some_and(is_it));
        let published = history::find(gate.state(), call).map_err(Fault::from)?;
        if published.is_none() && !remembered {
            match gate.closed(call)? {
                Some(Closed::Recovered(Recovery::Unknown)) => {
                    watcher.noted(number, "unknown: it was being made when the run was interrupted, and cannot be taken back");
                    return Ok(Some(Made::nothing(observation::unknown(number), Came::Unknown)));
                }
                // It changed nothing in the workspace, or what it changed is no longer kept; it was done all the same.
                Some(Closed::Published | Closed::Recovered(Recovery::Completed)) => {}
                Some(Closed::Aborted | Closed::Recovered(Recovery::RolledBack)) | None => return Ok(None),
            }
        }
        let mut outcome = None;
        for ledger in &self.progress.ledgers {
            outcome = outcome.or(gate.outcome_of(ledger, call)?);
        }
        let (content, secrets) = match outcome {
            Some(ToldOutcome { body: Body::Redacted(_), .. }) => (observation::redacted(number), BTreeSet::new()),
            told => {
                watcher.noted(number, "found again: it was done before the interruption");
                let text = told.as_ref().and_then(|told| told.body.text());
                (observation::found_again(number, text), told.map(|told| told.secrets).unwrap_or_default())
            }
        };
        let left = published.map(|published| left(&published.changes)).unwrap_or_default();
        Ok(Some(Made { outside: true, published: true, left, secrets, ..Made::nothing(content, Came::Verified) }))
    }
}

/// A call that the agent itself does not make.
fn not_made(number: u64, why: String, watcher: &mut dyn Watcher) -> Made {
    watcher.noted(number, &format!("not made: {why}"));
    Made::nothing(observation::said(number, [("refused", why.into())]), Came::NotMade)
}

/// What a call left at the paths that it changed.
fn left(changes: &[ChangeSummary]) -> BTreeMap<WorkspacePath, Option<Digest>> {
    changes.iter().map(|change| (change.path.clone(), change.after)).collect()
}

/// A refusal is the model's to know, unless the gate itself cannot work.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other fault is about this one call")]
fn refuse(number: u64, refused: Box<Refused>, watcher: &mut dyn Watcher) -> Result<Made, AgentError> {
    match refused.fault {
        fault @ (Fault::Ledger(_)
        | Fault::State(_)
        | Fault::Publish(_)
        | Fault::Record(_)
        | Fault::Entropy(_)
        | Fault::Transcript(_)
        | Fault::Approval(_)) => Err(fault.into()),
        _ => {
            watcher.refused(number, &refused);
            let came = if matches!(refused.fault, Fault::EffectUnknown(_)) { Came::Unknown } else { Came::Refused };
            // The message may quote a tool or a file.
            let secrets = refused.secrets.clone();
            Ok(Made { outside: true, secrets, ..Made::nothing(observation::refused(number, refused.as_ref()), came) })
        }
    }
}
