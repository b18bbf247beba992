//! Policy before anything runs: the call itself, and the paths in its arguments.

use cofferdam_ledger::event::{Answer as LedgerAnswer, Event, Ruling, Subject};
use cofferdam_policy::{Answer, Decision, Grant, Policies, Question, ToolAct};
use cofferdam_store::{PathAccess, Staged};
use cofferdam_trust::manifest::{Access, Effect};
use serde_json::Value;

use crate::{
    attendant::{Asked, Attendant},
    guard::{Caller, Granted, policy_access},
    record::Record,
    refusal::Fault,
    request::Request,
    transcript::Said,
};

/// A call that policy, and where it asked a person, lets run.
#[must_use]
pub(crate) struct Permitted<'a> {
    pub(crate) request: Request<'a>,
    pub(crate) caller: Caller,
    /// For the call itself.
    pub(crate) grant: Grant,
    /// For the paths in its arguments.
    pub(crate) granted: Granted,
}

impl<'a> Permitted<'a> {
    /// Decides on the call and on the paths in its arguments.
    ///
    /// A path that will be written or deleted and that a rule only asks about passes here: the person is asked when there is
    /// a change to look at.
    pub(crate) fn decide(
        request: Request<'a>,
        caller: Caller,
        policies: &Policies,
        record: &mut Record<'_>,
        attendant: &mut dyn Attendant,
    ) -> Result<Self, Fault> {
        if request.manifest().effect == Effect::Irrevocable {
            return Err(Fault::Irrevocable { function: request.full_name() });
        }
        let full_name = request.full_name();
        let signers = request.signers();
        let shown = Shown { function: &full_name, signers: &signers, arguments: request.arguments.value(), staged: None };
        let mut asking = Asking { record, attendant, subject: Subject::Call, shown };
        let act = ToolAct::Call { function: request.function.name(), arguments: request.arguments.value(), labels: &request.labels };
        let grant = asking.settle(caller.decide(policies, act))?;
        let mut granted = Granted::new();
        for (access, path) in &request.paths {
            let access = access_of(*access);
            let decision = caller.decide(policies, ToolAct::Path { access: policy_access(access), path });
            match (decision, access) {
                (Decision::Ask(_), PathAccess::Write | PathAccess::Delete) => {}
                (decision, _) => {
                    granted.insert((access, path.clone()), asking.settle(decision)?);
                }
            }
        }
        Ok(Self { request, caller, grant, granted })
    }
}

/// The stage's word for an access that a signed manifest speaks of.
pub(crate) fn access_of(access: Access) -> PathAccess {
    match access {
        Access::Read => PathAccess::Read,
        Access::Write => PathAccess::Write,
        Access::Delete => PathAccess::Delete,
    }
}

/// What it takes to turn a decision into a grant: a record of it, and somebody to ask.
pub(crate) struct Asking<'a, 'r> {
    pub(crate) record: &'a mut Record<'r>,
    pub(crate) attendant: &'a mut dyn Attendant,
    pub(crate) subject: Subject,
    pub(crate) shown: Shown<'a>,
}

/// What a person sees with a question.
pub(crate) struct Shown<'a> {
    pub(crate) function: &'a str,
    pub(crate) signers: &'a [String],
    pub(crate) arguments: &'a Value,
    pub(crate) staged: Option<&'a Staged>,
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
        let Shown { function, signers, arguments, staged } = self.shown;
        let asked = Asked { question: &question, function, signers, arguments, staged };
        let answer = self.attendant.answer(&asked);
        let said = match &answer {
            Answer::Approved { .. } => Some(LedgerAnswer::Once),
            Answer::Declined => Some(LedgerAnswer::Declined),
            Answer::Nobody => None,
        };
        if let Some(said) = said {
            let text = format!("{function} {}", question.subject());
            self.record.note_with(Said::Question, text, |call, question| Event::Approval { call, question, answer: said })?;
        }
        Ok(question.answered(answer)?)
    }
}
