//! From a decision to a grant: what is allowed passes, what a rule asks about is answered.

use cofferdam_base::Digest;
use cofferdam_ledger::event::{Event, Ruling, Subject};
use cofferdam_policy::{Decision, Grant, Origin, Question, label::Labels};
use cofferdam_store::Staged;
use serde_json::Value;

use crate::{
    approval::{Offers, QuestionKey},
    attendant::{Asked, Attendant},
    gate::Gate,
    record::Record,
    refusal::Fault,
    request::Request,
    transcript::Said,
};

/// What it takes to turn a decision into a grant: a record of it, what was answered before, and somebody to ask.
pub(crate) struct Asking<'a, 'r> {
    pub(crate) gate: &'a Gate,
    pub(crate) record: &'a mut Record<'r>,
    pub(crate) attendant: &'a mut dyn Attendant,
    pub(crate) subject: Subject,
    pub(crate) shown: Shown<'a>,
}

/// What a person sees with a question.
pub(crate) struct Shown<'a> {
    pub(crate) function: &'a str,
    pub(crate) origin: Origin,
    pub(crate) signers: &'a [String],
    /// Digest of the tool's component; none for what the run does by itself.
    pub(crate) component: Option<Digest>,
    /// Digest of the signed statement about it: the manifest, which says what the tool may do.
    pub(crate) statement: Option<Digest>,
    pub(crate) arguments: &'a Value,
    pub(crate) labels: Option<&'a Labels>,
    pub(crate) staged: Option<&'a Staged>,
    pub(crate) offers: Offers,
}

impl<'a> Shown<'a> {
    /// A call of a tool. Its arguments say all that it may do, as far as anything can: what it did is staged.
    pub(crate) fn of_call(request: &'a Request<'_>, function: &'a str, signers: &'a [String], staged: Option<&'a Staged>) -> Self {
        Self {
            function,
            origin: request.origin,
            signers,
            component: Some(request.arguments.component()),
            statement: Some(request.tool.verified().statement_digest()),
            arguments: request.arguments.value(),
            labels: Some(&request.labels),
            staged,
            offers: Offers::Lasting,
        }
    }
}

impl Asking<'_, '_> {
    /// Takes the decision down, and asks where it says so.
    ///
    /// # Errors
    /// Denied, declined, or nobody there to answer.
    pub(crate) fn settle(&mut self, decision: Decision) -> Result<Grant, Fault> {
        match decision {
            Decision::Allowed(grant) => {
                self.note(Ruling::Allowed, grant.reasons().iter().map(|rule| rule.id().to_owned()).collect());
                Ok(grant)
            }
            Decision::Denied(denial) => {
                self.note(Ruling::Denied, denial.reasons().iter().map(|rule| rule.id().to_owned()).collect());
                Err(denial.into())
            }
            Decision::Ask(question) => {
                self.note(Ruling::Ask, question.reasons().iter().map(|rule| rule.id().to_owned()).collect());
                self.ask(question)
            }
        }
    }

    fn note(&mut self, ruling: Ruling, rules: Vec<String>) {
        let call = self.record.call.clone();
        self.record.note(Event::Decision { call, subject: self.subject, ruling, rules });
    }

    fn ask(&mut self, question: Question) -> Result<Grant, Fault> {
        let key = QuestionKey::of(&question, &self.shown);
        let Shown { function, origin, signers, component, statement: _, arguments, labels, staged, offers } = self.shown;
        let answered = match self.gate.answer_before(key, offers, (origin, self.attendant.most_questions()))? {
            Some(answered) => answered,
            None => {
                let call = self.record.call.clone();
                let asked = Asked {
                    call: &call,
                    question: &question,
                    key,
                    offers,
                    function,
                    origin,
                    signers,
                    component,
                    arguments,
                    labels,
                    staged,
                };
                let reply = self.attendant.answer(&asked);
                self.attendant.wanted()?;
                self.gate.take_reply(&asked, reply)?
            }
        };
        if let Some(told) = answered.told {
            let beside = answered.beside.map(|beside| format!("; {beside}")).unwrap_or_default();
            let text = format!("{function} {}{beside}", question.subject());
            self.record.note_with(Said::Question, text, |call, question| Event::Approval { call, question, answer: told })?;
        }
        Ok(question.answered(answered.answer)?)
    }
}
