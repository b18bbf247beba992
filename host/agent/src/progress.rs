//! Where a run stands: what its steps so far come to. The same steps give the same state, whoever replays them.

use std::collections::{BTreeMap, VecDeque};

use cofferdam_base::{CallId, Digest, RunId, WorkspacePath};
use cofferdam_memory::CallEvidence;
use cofferdam_model::{Caps, Message, Spent, ToolCall};

use crate::{
    AgentError, builtin,
    context::{Estimate, Facts, Window, size, written},
    identify::identify,
    journal::{Came, RunHeader, Step},
    limits::{IDLE_ANSWERS, SAME_CALLS},
    plan::{self, Doubt, Plan},
    same::{is_same, means_the_same},
    state::Circle,
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
    /// What the model is told once the results of its newest answer are all there: providers take nothing between them.
    told: Vec<Message>,
    /// Calls of the newest answer that were not made yet.
    pending: VecDeque<ToolCall>,
    /// A call that was taken down and whose end is not.
    begun: Option<CallId>,
    /// Calls since something was published last, with their numbers: made again, they would bring the same.
    since: Vec<(u64, ToolCall)>,
    /// What each call of the run came to, by its number.
    calls: Vec<Past>,
    /// Calls of which nobody knows whether they were done, with their numbers: they are not made again unasked.
    unknown: Vec<(u64, ToolCall)>,
    plan: Option<Plan>,
    doubts: Vec<Doubt>,
    reminded: bool,
    /// Why the newest answer, where it is the last one, is none.
    unfit: Option<Unfit>,
    /// Whether the model was told so.
    was_told_unfit: bool,
    /// Whether the newest answer broke off in its last call.
    broken: bool,
    turns: Turns,
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

/// A call that came to its end.
#[derive(Debug)]
struct Past {
    came: Came,
    call: Option<CallId>,
    evidence: Option<CallEvidence>,
    left: BTreeMap<WorkspacePath, Option<Digest>>,
}

/// Whether the run gets on.
#[derive(Debug, Default)]
struct Turns {
    /// Answers in a row that brought nothing.
    idle: usize,
    /// Whether the newest answer brought something yet.
    useful: bool,
    /// How often the same call was asked for with nothing published in between.
    same: usize,
    /// Where in `since` the run was taken up: whoever resumes a run gives it new patience.
    taken: usize,
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
        Self { window: header.window, fixed: header.fixed, ..Self::default() }
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
        (self.compacted, self.facts) = (from, facts);
    }

    /// Takes one more step.
    pub(crate) fn apply(&mut self, step: Step) {
        match step {
            Step::Taken { ledger, caps } => {
                self.ledgers.push(ledger);
                self.caps = caps.or(self.caps);
                // Whoever takes a run up may have changed what a call would bring, and gives it new patience.
                self.since.clear();
                self.turns = Turns::default();
                self.was_told_unfit = false;
            }
            Step::Looking { call } => {
                self.look = Some(String::new());
                self.pending = [call].into();
            }
            Step::Answered { response, spent, request: _ } => {
                self.answers += 1;
                self.estimate = self.estimate.after(&self.spent, &spent);
                self.spent = spent;
                self.last_text.clone_from(&response.text);
                self.unfit = Unfit::of(&response);
                self.broken = broken_call(&response).is_some();
                self.turns.useful = false;
                self.pending = response.calls.iter().cloned().collect();
                self.messages.push(Message::Assistant { text: response.text, calls: response.calls });
            }
            Step::Calling { call, .. } => self.begun = Some(call),
            Step::Observed { id, content, evidence, outside, published, came, left } => {
                let number = self.number();
                let past = Past { came, call: self.begun.take(), evidence, left };
                let name = match self.pending.pop_front() {
                    Some(call) => {
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
                // Somebody else changed something: it is to be looked at again.
                if doubts.iter().any(|doubt| !self.doubts.contains(doubt)) {
                    self.since.clear();
                    self.turns.taken = 0;
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
                    // Neither it nor what was not made because of it is in its way.
                    self.since.retain(|(_, past)| !means_the_same(past, &permitted));
                    self.turns = Turns { taken: self.since.len(), ..Turns::default() };
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
        if published {
            self.since.clear();
            (self.turns.same, self.turns.taken) = (0, 0);
        } else if call.name != plan::UPDATE {
            self.since.push((number, call.clone()));
            let same = self.since.iter().skip(self.turns.taken).filter(|(_, other)| is_same(other, call)).count();
            self.turns.same = self.turns.same.max(same);
        }
        match past.came {
            Came::Verified | Came::Untold => self.turns.useful = true,
            Came::Own if call.name == plan::UPDATE => {
                // A plan whose words were redacted since reads as no update.
                if let Ok(plan) = Plan::revise(self.plan.as_ref(), &call.arguments, |number| self.is_verified(number)) {
                    (self.plan, self.doubts) = (Some(plan), Vec::new());
                }
            }
            Came::Own => self.turns.useful = true,
            Came::Unknown => self.unknown.push((number, call.clone())),
            Came::Refused | Came::NotMade => {}
        }
        if self.pending.is_empty() && self.answers > 0 {
            self.turns.idle = if self.turns.useful { 0 } else { self.turns.idle + 1 };
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

    /// The number of an earlier call that was the same, where nothing was published since. A plan may be what it was before, and what
    /// was recalled may be compacted, or be more by now.
    pub(crate) fn repeats(&self, wanted: &ToolCall) -> Option<u64> {
        if wanted.name == builtin::RECALL {
            return None;
        }
        self.since.iter().find(|(_, call)| is_same(call, wanted)).map(|(number, _)| *number)
    }

    /// The number of an earlier call that was the same and of which nobody knows whether it was done.
    pub(crate) fn repeats_unknown(&self, wanted: &ToolCall) -> Option<u64> {
        self.unknown.iter().find(|(_, call)| means_the_same(call, wanted)).map(|(number, _)| *number)
    }

    /// The numbers of the calls of which nobody knows whether they were done.
    pub(crate) fn unknown(&self) -> Vec<u64> {
        self.unknown.iter().map(|(number, _)| *number).collect()
    }

    /// Whether the run gets nowhere.
    pub(crate) fn circle(&self) -> Option<Circle> {
        match (self.turns.idle, self.turns.same) {
            (idle, _) if idle >= IDLE_ANSWERS => Some(Circle::Idle { answers: idle }),
            (_, same) if same >= SAME_CALLS => Some(Circle::Same { calls: same }),
            _ => None,
        }
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

    /// What the call of a number showed; none where it showed nothing that may be cited.
    pub(crate) fn evidence(&self, number: u64) -> Option<&CallEvidence> {
        self.past(number)?.evidence.as_ref()
    }

    /// Whether the call of a number was verified, whatever was removed from the record since.
    pub(crate) fn is_verified(&self, number: u64) -> bool {
        self.past(number).is_some_and(|past| match past.came {
            Came::Verified => true,
            Came::Untold => past.evidence.is_some(),
            Came::Own | Came::Refused | Came::NotMade | Came::Unknown => false,
        })
    }

    /// The identifier of the call of a number.
    pub(crate) fn call(&self, number: u64) -> Option<&CallId> {
        self.past(number)?.call.as_ref()
    }

    /// The number of a call of this run.
    pub(crate) fn number_of(&self, call: &CallId) -> Option<u64> {
        (1..).zip(&self.calls).find(|(_, past)| past.call.as_ref() == Some(call)).map(|(number, _)| number)
    }

    /// The files of a call as this run has to find them: as the call had them, or as a later call of the run left them.
    pub(crate) fn files_of(&self, number: u64) -> BTreeMap<&WorkspacePath, Option<Digest>> {
        let mut files = BTreeMap::new();
        let Some(past) = self.past(number) else { return files };
        files.extend(past.evidence.iter().flat_map(|evidence| &evidence.files).map(|(path, digest)| (path, Some(*digest))));
        files.extend(past.left.iter().map(|(path, digest)| (path, *digest)));
        let later = self.calls.iter().skip(usize::try_from(number).unwrap_or(usize::MAX));
        for (path, digest) in later.flat_map(|past| &past.left) {
            if let Some(stood) = files.get_mut(path) {
                *stood = *digest;
            }
        }
        files
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

    fn past(&self, number: u64) -> Option<&Past> {
        self.calls.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn number(&self) -> u64 {
        self.calls.len() as u64 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_model::{ChatResponse, Finish, TokenUsage};

    fn answered(calls: &[&str]) -> Step {
        let calls = calls.iter().map(|id| ToolCall { id: (*id).into(), name: "files.read".into(), arguments: "{}".into() }).collect();
        let response = ChatResponse { text: "done".into(), calls, finish: Finish::Stop, usage: TokenUsage::default() };
        Step::Answered { response, spent: Spent::default(), request: None }
    }

    fn observed(id: &str) -> Step {
        ended(id, Came::Verified, false)
    }

    fn ended(id: &str, came: Came, published: bool) -> Step {
        let (id, content, left) = (id.into(), "{}".into(), BTreeMap::new());
        Step::Observed { id, content, evidence: None, outside: true, published, came, left }
    }

    #[test]
    fn a_call_repeats_another_until_something_was_published() {
        let mut progress = Progress::default();
        let answer = answered(&["a", "b"]);
        let Step::Answered { response, .. } = &answer else { panic!("an answer") };
        let wanted = response.calls[0].clone();
        progress.apply(answer);
        assert_eq!(progress.repeats(&wanted), None);
        progress.apply(observed("a"));
        assert_eq!(progress.repeats(&wanted), Some(1));
        progress.apply(ended("b", Came::Verified, true));
        assert_eq!(progress.repeats(&wanted), None);
    }

    #[test]
    fn a_permission_stands_after_the_results_and_frees_the_call() {
        let mut progress = Progress::default();
        progress.apply(answered(&["a", "b"]));
        let wanted = ToolCall { id: "c".into(), name: "files.read".into(), arguments: " { } ".into() };
        progress.apply(ended("a", Came::Unknown, false));
        assert_eq!((progress.repeats_unknown(&wanted), progress.unknown()), (Some(1), vec![1]));
        progress.apply(Step::Permitted { number: 1, text: "once more".into() });
        assert_eq!((progress.repeats_unknown(&wanted), progress.repeats(&wanted)), (None, None));
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
