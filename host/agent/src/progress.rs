//! Where a run stands: what its steps so far come to. The same steps give the same state, whoever replays them.

use std::collections::{BTreeSet, VecDeque};

use cofferdam_base::{CallId, RunId};
use cofferdam_gate::{CallInput, Labelling};
use cofferdam_model::{Caps, Message, Spent, ToolCall};
use cofferdam_policy::{
    Integrity, Origin,
    label::{View, Whence},
};

use crate::{
    AgentError,
    context::{Estimate, Facts, Window, size, written},
    headway::Headway,
    identify::identify,
    journal::{Came, RunHeader, Step},
    past::{Past, PastCalls},
    plan::{self, Doubt, Plan},
    same::means_the_same,
    sight,
    unfit::{Unfit, broken_call},
};

/// A run between two steps.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// What the look at the folder showed, where the run began with one.
    pub(crate) look: Option<String>,
    /// The budgets of what the model is shown, and the bytes that stand in every request.
    window: Window,
    fixed: usize,
    /// The conversation after the task.
    messages: Vec<Message>,
    /// How many messages, from the first, are shown as [`Progress::facts`] only.
    compacted: usize,
    facts: Facts,
    estimate: Estimate,
    /// The estimate as it was when steps were compacted last.
    front: Estimate,
    /// What the model is told once the results of its newest answer are all there: providers take nothing between them.
    told: Vec<Message>,
    /// Calls of the newest answer that were not made yet.
    pending: VecDeque<ToolCall>,
    /// A call that was taken down and whose end is not.
    begun: Option<CallId>,
    /// What each call of the run came to, by its number.
    calls: PastCalls,
    headway: Headway,
    /// Calls of which nobody knows whether they were done, with their numbers: they are not made again unasked.
    unknown: Vec<(u64, ToolCall)>,
    plan: Option<Plan>,
    doubts: Vec<Doubt>,
    reminded: bool,
    /// Why the newest answer, where it is the last one, is none.
    unfit: Option<Unfit>,
    /// Whether the model was told so.
    was_told_unfit: bool,
    /// What is in view, for the labels of calls.
    view: View,
    /// Whether the newest answer broke off in its last call.
    broken: bool,
    /// Whether text from outside is in view.
    pub(crate) outside: bool,
    /// Answers of the model so far.
    pub(crate) answers: usize,
    /// What was used so far.
    pub(crate) spent: Spent,
    /// The caps, where a person set some anew.
    pub(crate) caps: Option<Caps>,
    /// The runs of the ledger that calls of this run are recorded under.
    pub(crate) ledgers: Vec<RunId>,
    last_text: String,
    finished: bool,
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Next {
    /// The model is asked.
    Ask,
    /// A call is made.
    Call {
        /// Its number in the run, from 1.
        number: u64,
        /// What the model asks for.
        wanted: ToolCall,
        /// The identifier under which a process that is gone had begun it.
        begun: Option<CallId>,
    },
    /// The model has nothing more to do: this is its answer.
    Finish {
        /// What it said.
        answer: String,
    },
    /// The run has ended.
    Ended,
}

impl Progress {
    /// A run of which nothing was done yet.
    pub(crate) fn of(header: &RunHeader) -> Self {
        // The index quotes entries that may have been drafted from text of outside.
        let outside = !header.index.is_empty();
        Self { window: header.window, fixed: header.fixed, view: sight::at_first(header), outside, ..Self::default() }
    }

    /// Whether text from outside is in view, as rules see it.
    pub(crate) fn integrity(&self) -> Integrity {
        if self.outside { Integrity::Untrusted } else { Integrity::Trusted }
    }

    /// A call of a tool as the model asks for it here.
    pub(crate) fn input(&self, wanted: &ToolCall) -> CallInput<'_> {
        CallInput {
            function: wanted.name.clone(),
            arguments: wanted.arguments.clone(),
            origin: Origin::Model,
            integrity: self.integrity(),
            labelling: Labelling::From(&self.view),
            secrets: BTreeSet::new(),
        }
    }

    /// What is in view.
    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    /// The messages that are shown word for word.
    pub(crate) fn recent(&self) -> &[Message] {
        self.messages.get(self.compacted..).unwrap_or_default()
    }

    /// The calls that are shown as lines.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How many tokens texts have, as far as the provider told.
    pub(crate) fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// The same as it was when steps were compacted last: by it the front of a request is cut, which stays as it is until the next
    /// time.
    pub(crate) fn front(&self) -> Estimate {
        self.front
    }

    /// How many bytes the steps of a plan may have together.
    pub(crate) fn plan_room(&self) -> usize {
        Estimate::default().bytes(self.window.plan())
    }

    /// How many tokens the steps that are shown word for word may have.
    pub(crate) fn recent_budget(&self) -> u64 {
        let look = self.look.as_deref().map_or(0, |look| self.estimate.tokens(written(look)).min(self.window.look()));
        let fixed = self.fixed + self.plan_shown().as_deref().map_or(0, written);
        self.window.recent(self.estimate.tokens(fixed).saturating_add(look))
    }

    /// Compacts the oldest turns where the recent ones have passed their budget; the newest turn stays.
    fn compact(&mut self) {
        let cost = |messages: &[Message]| self.estimate.tokens(messages.iter().map(size).sum());
        let budget = self.recent_budget();
        if cost(self.recent()) <= budget {
            return;
        }
        // Little below it: a request stays about as large.
        let left = budget - budget / 8;
        let mut from = self.compacted;
        let mut facts = std::mem::take(&mut self.facts);
        while let Some(rest) = self.messages.get(from..).filter(|rest| cost(rest) > left) {
            let is_answer = |message: &Message| matches!(message, Message::Assistant { .. });
            let Some(turn) = rest.iter().skip(1).position(is_answer).and_then(|next| rest.get(..=next)) else { break };
            facts.take_up(turn);
            from += turn.len();
        }
        (self.compacted, self.facts, self.front) = (from, facts, self.estimate);
    }

    /// Takes one more step.
    pub(crate) fn apply(&mut self, step: Step) {
        match step {
            Step::Taken { ledger, caps } => {
                self.ledgers.push(ledger);
                self.caps = caps.or(self.caps);
                self.headway.taken_up();
                self.was_told_unfit = false;
            }
            Step::Looking { call } => {
                self.look = Some(String::new());
                self.pending = [call].into();
            }
            Step::Answered { response, spent, request: _, secrets: _ } => {
                self.answers += 1;
                self.estimate = self.estimate.after(&self.spent, &spent);
                self.spent = spent;
                self.last_text.clone_from(&response.text);
                self.unfit = Unfit::of(&response);
                self.broken = broken_call(&response).is_some();
                self.headway.answered();
                self.pending = response.calls.iter().cloned().collect();
                self.messages.push(Message::Assistant { text: response.text, calls: response.calls });
            }
            Step::Calling { call, .. } => self.begun = Some(call),
            Step::Observed { id, content, evidence, outside, published, came, left, quotes: _, network, secrets } => {
                let number = self.number();
                let past = Past { came, call: self.begun.take(), evidence, left };
                let name = match self.pending.pop_front() {
                    Some(call) => {
                        let from = if network { Whence::Network } else { Whence::Inside };
                        sight::take_in(&mut self.view, &call, &content, sight::Brought { from, secrets, published }, self.answers == 0);
                        self.came_to(number, &call, &past, published);
                        call.name
                    }
                    None => String::new(),
                };
                self.outside |= outside;
                self.calls.push(past);
                match &mut self.look {
                    // The model did not ask for it: it is part of what it is told at first.
                    Some(look) if self.answers == 0 => *look = content,
                    _ => self.messages.push(Message::ToolResult { id, name, content }),
                }
                self.tell();
                if self.pending.is_empty() {
                    self.compact();
                }
            }
            Step::Compared { doubts } => {
                if doubts.iter().any(|doubt| !self.doubts.contains(doubt)) {
                    self.headway.changed();
                }
                self.doubts = doubts;
            }
            Step::Reminded { text } => {
                // That its answer is none, it is told before anything else.
                *if self.unfit().is_some() { &mut self.was_told_unfit } else { &mut self.reminded } = true;
                self.messages.push(Message::User { text });
            }
            Step::Permitted { number, text } => {
                if let Some(place) = self.unknown.iter().position(|(unknown, _)| *unknown == number) {
                    let (_, permitted) = self.unknown.remove(place);
                    self.headway.permitted(&permitted);
                }
                self.told.push(Message::User { text });
                self.tell();
            }
            Step::Stopped { spent, .. } => self.spent = spent.unwrap_or(self.spent),
            Step::Finished { .. } => self.finished = true,
        }
    }

    fn tell(&mut self) {
        if self.pending.is_empty() {
            self.messages.append(&mut self.told);
        }
    }

    fn came_to(&mut self, number: u64, call: &ToolCall, past: &Past, published: bool) {
        let is_useful = match past.came {
            Came::Verified | Came::Untold => true,
            Came::Own if call.name == plan::UPDATE => {
                // A plan whose words were redacted since reads as no update.
                if let Ok(plan) =
                    Plan::revise(self.plan.as_ref(), &call.arguments, self.plan_room(), |number| self.calls.is_verified(number))
                {
                    (self.plan, self.doubts) = (Some(plan), Vec::new());
                }
                false
            }
            Came::Own => true,
            Came::Unknown => {
                self.unknown.push((number, call.clone()));
                false
            }
            Came::Refused | Came::NotMade => false,
        };
        self.headway.came(number, call, is_useful, published);
        if self.pending.is_empty() && self.answers > 0 {
            self.headway.answer_ended();
        }
    }

    /// What comes next.
    pub(crate) fn next(&self) -> Next {
        if self.finished {
            return Next::Ended;
        }
        match self.pending.front() {
            Some(wanted) => Next::Call { number: self.number(), wanted: wanted.clone(), begun: self.begun.clone() },
            None if matches!(self.messages.last(), Some(Message::Assistant { .. })) => Next::Finish { answer: self.last_text.clone() },
            None => Next::Ask,
        }
    }

    /// How many calls of the newest answer come before the next one.
    pub(crate) fn made_of_answer(&self) -> usize {
        self.messages.iter().rev().take_while(|message| matches!(message, Message::ToolResult { .. })).count()
    }

    /// Whether the run gets on.
    pub(crate) fn headway(&self) -> &Headway {
        &self.headway
    }

    /// The calls that came to their end.
    pub(crate) fn calls(&self) -> &PastCalls {
        &self.calls
    }

    /// The number of an earlier call that was the same and of which nobody knows whether it was done.
    pub(crate) fn repeats_unknown(&self, wanted: &ToolCall) -> Option<u64> {
        self.unknown.iter().find(|(_, call)| means_the_same(call, wanted)).map(|(number, _)| *number)
    }

    /// The numbers of the calls of which nobody knows whether they were done.
    pub(crate) fn unknown(&self) -> Vec<u64> {
        self.unknown.iter().map(|(number, _)| *number).collect()
    }

    /// What the model was shown of the call of a number: the look is the first where the run began with one, and every other
    /// call has a result in the conversation.
    pub(crate) fn observed(&self, number: u64) -> Option<&str> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let results = self.messages.iter().filter_map(|message| match message {
            Message::ToolResult { content, .. } => Some(content.as_str()),
            Message::User { .. } | Message::Assistant { .. } => None,
        });
        self.look.as_deref().into_iter().chain(results).nth(index)
    }

    /// The plan, where there is one.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// What the facts say against the plan.
    pub(crate) fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// The plan as the model is shown it.
    pub(crate) fn plan_shown(&self) -> Option<String> {
        self.plan.as_ref().map(|plan| plan.shown(&self.doubts))
    }

    /// The steps of the plan that are open or in doubt.
    pub(crate) fn unsettled(&self) -> Vec<String> {
        self.plan.as_ref().map(|plan| plan.unsettled(&self.doubts)).unwrap_or_default()
    }

    /// Whether the model was reminded of its open steps.
    pub(crate) fn was_reminded(&self) -> bool {
        self.reminded
    }

    /// Why the newest answer is none, and the model was not told so before.
    pub(crate) fn unfit(&self) -> Option<Unfit> {
        self.unfit.filter(|_| !self.was_told_unfit)
    }

    /// How a run ends whose newest answer is none.
    pub(crate) fn ends(&self) -> Result<(), AgentError> {
        self.unfit.map_or(Ok(()), Unfit::ends)
    }

    /// Whether the newest answer broke off in the call that comes next.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken && self.pending.len() == 1
    }

    /// Gives the calls of a new answer the identifiers that the provider did not give.
    pub(crate) fn identify(&self, calls: &mut [ToolCall]) {
        let before = self.messages.iter().flat_map(|message| match message {
            Message::Assistant { calls, .. } => calls.as_slice(),
            Message::User { .. } | Message::ToolResult { .. } => &[],
        });
        identify(calls, self.number(), before);
    }

    fn number(&self) -> u64 {
        self.calls.next_number()
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use cofferdam_model::{ChatResponse, Finish, TokenUsage};
    use std::collections::BTreeMap;

    fn answered(calls: &[&str]) -> Step {
        let calls = calls.iter().map(|id| ToolCall { id: (*id).into(), name: "files.read".into(), arguments: "{}".into() }).collect();
        let response = ChatResponse { text: "done".into(), calls, finish: Finish::Stop, usage: TokenUsage::default() };
        Step::Answered { response, spent: Spent::default(), request: None, secrets: BTreeSet::new() }
    }

    fn observed(id: &str) -> Step {
        ended(id, Came::Verified, false)
    }

    fn ended(id: &str, came: Came, published: bool) -> Step {
        let (id, content, left) = (id.into(), "{}".into(), BTreeMap::new());
        Step::Observed {
            id,
            content,
            evidence: None,
            outside: true,
            published,
            came,
            left,
            quotes: BTreeSet::new(),
            network: false,
            secrets: BTreeSet::new(),
        }
    }

    #[test]
    fn a_call_repeats_another_until_something_was_published() {
        let mut progress = Progress::default();
        let answer = answered(&["a", "b"]);
        let Step::Answered { response, .. } = &answer else { panic!("an answer") };
        let wanted = response.calls[0].clone();
        progress.apply(answer);
        assert_eq!(progress.headway().repeats(&wanted), None);
        progress.apply(observed("a"));
        assert_eq!(progress.headway().repeats(&wanted), Some(1));
        progress.apply(ended("b", Came::Verified, true));
        assert_eq!(progress.headway().repeats(&wanted), None);
    }

    #[test]
    fn a_permission_stands_after_the_results_and_frees_the_call() {
        let mut progress = Progress::default();
        progress.apply(answered(&["a", "b"]));
        let wanted = ToolCall { id: "c".into(), name: "files.read".into(), arguments: " { } ".into() };
        progress.apply(ended("a", Came::Unknown, false));
        assert_eq!((progress.repeats_unknown(&wanted), progress.unknown()), (Some(1), vec![1]));
        progress.apply(Step::Permitted { number: 1, text: "once more".into() });
        assert_eq!((progress.repeats_unknown(&wanted), progress.headway().repeats(&wanted)), (None, None));
        assert!(matches!(progress.messages.last(), Some(Message::ToolResult { .. })));
        progress.apply(observed("b"));
        assert!(matches!(progress.messages.last(), Some(Message::User { text }) if text == "once more"));
        assert!(matches!(progress.next(), Next::Ask));
    }

    #[test]
    fn walks_through_the_calls_of_an_answer_and_asks_again() {
        let mut progress = Progress::default();
        assert!(matches!(progress.next(), Next::Ask));
        progress.apply(answered(&["a", "b"]));
        assert!(matches!(progress.next(), Next::Call { number: 1, begun: None, .. }));
        let call = CallId::new(cofferdam_base::Timestamp(1), [1; 10]);
        progress.apply(Step::Calling { id: "a".into(), call: call.clone() });
        assert!(matches!(progress.next(), Next::Call { number: 1, begun: Some(found), .. } if found == call));
        progress.apply(observed("a"));
        assert!(progress.outside);
        assert!(matches!(progress.next(), Next::Call { number: 2, begun: None, .. }));
        progress.apply(observed("b"));
        assert!(matches!(progress.next(), Next::Ask));
        progress.apply(answered(&[]));
        assert!(matches!(progress.next(), Next::Finish { answer } if answer == "done"));
        progress.apply(Step::Finished { answer: "done".into() });
        assert!(matches!(progress.next(), Next::Ended));
    }
}
