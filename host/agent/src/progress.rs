//! Where a run stands: what its steps so far come to. The same steps give the same state, whoever replays them.

use std::collections::VecDeque;

use cofferdam_base::{CallId, RunId};
use cofferdam_memory::CallEvidence;
use cofferdam_model::{Message, Spent, ToolCall};

use crate::{
    context::{Estimate, Facts, Window, size},
    journal::{RunHeader, Step},
};

/// A run between two steps.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// What the look at the folder showed, where the run began with one.
    pub(crate) look: Option<String>,
    /// The budgets of what the model is shown.
    window: Window,
    /// The conversation after the task.
    messages: Vec<Message>,
    /// How many messages, from the first, are shown as [`Progress::facts`] only.
    compacted: usize,
    facts: Facts,
    estimate: Estimate,
    /// Calls of the newest answer that were not made yet.
    pending: VecDeque<ToolCall>,
    /// A call that was taken down and whose end is not.
    begun: Option<CallId>,
    /// Calls since something was published last, with their numbers: made again, they would bring the same.
    since: Vec<(u64, ToolCall)>,
    /// What each call of the run showed, by its number.
    evidence: Vec<Option<CallEvidence>>,
    /// What the model was shown of each call, by its number.
    observed: Vec<String>,
    /// Whether text from outside is in view.
    pub(crate) outside: bool,
    /// Answers of the model so far.
    pub(crate) answers: usize,
    /// What was used so far.
    pub(crate) spent: Spent,
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
        Self { window: header.window, ..Self::default() }
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

    /// Compacts the oldest turns where the recent ones have passed their budget; the newest turn stays.
    fn compact(&mut self) {
        let cost = |messages: &[Message]| self.estimate.tokens(messages.iter().map(size).sum());
        if cost(self.recent()) <= self.window.recent() {
            return;
        }
        let mut from = self.compacted;
        let mut facts = std::mem::take(&mut self.facts);
        while let Some(rest) = self.messages.get(from..).filter(|rest| cost(rest) > self.window.recent_after_compaction()) {
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
            Step::Taken { ledger } => self.ledgers.push(ledger),
            Step::Looking { call } => {
                self.look = Some(String::new());
                self.pending = [call].into();
            }
            Step::Answered { response, spent, request: _ } => {
                self.answers += 1;
                self.estimate = self.estimate.after(&self.spent, &spent);
                self.spent = spent;
                self.last_text.clone_from(&response.text);
                self.pending = response.calls.iter().cloned().collect();
                self.messages.push(Message::Assistant { text: response.text, calls: response.calls });
            }
            Step::Calling { call, .. } => self.begun = Some(call),
            Step::Observed { id, content, evidence, outside, published } => {
                let name = match self.pending.pop_front() {
                    Some(call) => {
                        if published {
                            self.since.clear();
                        } else {
                            self.since.push((self.number(), call.clone()));
                        }
                        call.name
                    }
                    None => String::new(),
                };
                self.begun = None;
                self.outside |= outside;
                self.evidence.push(evidence);
                self.observed.push(content.clone());
                match &mut self.look {
                    // The model did not ask for it: it is part of what it is told at first.
                    Some(look) if self.answers == 0 => *look = content,
                    _ => self.messages.push(Message::ToolResult { id, name, content }),
                }
                if self.pending.is_empty() {
                    self.compact();
                }
            }
            Step::Finished { .. } => self.finished = true,
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

    /// The number of an earlier call that was the same, where nothing was published since.
    pub(crate) fn repeats(&self, wanted: &ToolCall) -> Option<u64> {
        let same = |(_, call): &&(u64, ToolCall)| call.name == wanted.name && call.arguments == wanted.arguments;
        self.since.iter().find(same).map(|(number, _)| *number)
    }

    /// What the model was shown of the call of a number.
    pub(crate) fn observed(&self, number: u64) -> Option<&str> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.observed.get(index).map(String::as_str)
    }

    /// What the call of a number showed; none where it showed nothing that may be cited.
    pub(crate) fn evidence(&self, number: u64) -> Option<&CallEvidence> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.evidence.get(index)?.as_ref()
    }

    fn number(&self) -> u64 {
        self.evidence.len() as u64 + 1
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
        Step::Observed { id: id.into(), content: "{}".into(), evidence: None, outside: true, published: false }
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
        progress.apply(Step::Observed { id: "b".into(), content: "{}".into(), evidence: None, outside: true, published: true });
        assert_eq!(progress.repeats(&wanted), None);
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
