//! What a run does by itself, without a tool: it sends the conversation, or texts of the memory, to a model. Policy decides, the
//! ledger tells.

use cofferdam_base::CallId;
use cofferdam_ledger::event::{Event, Subject};
use cofferdam_policy::{Act, Grant, Host, Integrity, Origin, PolicyRequest, RunAct};
use serde_json::{Value, json};

use crate::{
    approval::Offers,
    ask::{Asking, Shown},
    attendant::Attendant,
    gate::Gate,
    record::Record,
    refusal::{Fault, Refused},
};

/// One request may be sent to one host, once.
#[derive(Debug)]
#[must_use]
pub struct SendPermit(#[expect(dead_code, reason = "proof that policy allowed it")] Grant);

/// Something that the run wants to do by itself, as policy and a person see it.
pub(crate) struct OwnAct<'a> {
    pub(crate) act: RunAct<'a>,
    pub(crate) origin: Origin,
    pub(crate) integrity: Integrity,
    pub(crate) subject: Subject,
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a Value,
    /// Whether these say all that would be done.
    pub(crate) offers: Offers,
}

impl Gate {
    /// Asks policy whether a request may go to a model's host, and records the answer. `origin` is who wants the answer,
    /// `integrity` that of what is sent.
    ///
    /// # Errors
    /// [`Refused`]: denied, declined, or it cannot be recorded.
    pub fn permit_send(
        &self,
        provider: &str,
        host: &Host,
        origin: Origin,
        integrity: Integrity,
        attendant: &mut dyn Attendant,
    ) -> Result<SendPermit, Box<Refused>> {
        let arguments = json!({"provider": provider, "host": host.as_str()});
        let call = self.identify()?;
        self.recorded(call, |record| {
            let act = RunAct::ModelSend { provider, host };
            let (subject, name, offers) = (Subject::Send, "model.send", Offers::Lasting);
            let own = OwnAct { act, origin, integrity, subject, name, arguments: &arguments, offers };
            let grant = self.decide_own(own, record, attendant)?;
            let batch = record.take();
            self.in_turn(|_, _, book| book.write(batch))?;
            Ok(SendPermit(grant))
        })
    }

    /// Does something under a record of its own; a refusal is recorded too.
    pub(crate) fn recorded<R>(&self, call: CallId, act: impl FnOnce(&mut Record<'_>) -> Result<R, Fault>) -> Result<R, Box<Refused>> {
        let mut record = self.record(call.clone());
        act(&mut record).map_err(|fault| {
            record.note(Event::Refused { call: call.clone(), code: cofferdam_base::Diagnostic::code(&fault).to_owned() });
            let batch = record.take();
            // It came to nothing either way; that the refusal could not be recorded is the graver news.
            let fault = self.in_turn(|_, _, book| book.write(batch)).err().unwrap_or(fault);
            Box::new(Refused { call, fault, secrets: std::mem::take(&mut record.secrets) })
        })
    }

    /// Policy on something that the run wants to do by itself.
    pub(crate) fn decide_own(&self, own: OwnAct<'_>, record: &mut Record<'_>, attendant: &mut dyn Attendant) -> Result<Grant, Fault> {
        let OwnAct { act, origin, integrity, subject, name, arguments, offers } = own;
        let decision = self.policies.decide(&PolicyRequest { origin, integrity, act: Act::ByRun { run: &self.run, act } });
        let (component, statement, labels, staged) = (None, None, None, None);
        let shown = Shown { function: name, origin, signers: &[], component, statement, arguments, labels, staged, offers };
        Asking { gate: self, record, attendant, subject, shown }.settle(decision)
    }
}

/// Whether text from outside was in view of a memory, in the words of policies.
pub(crate) fn as_rules_see(integrity: cofferdam_memory::Integrity) -> Integrity {
    match integrity {
        cofferdam_memory::Integrity::Trusted => Integrity::Trusted,
        cofferdam_memory::Integrity::Untrusted => Integrity::Untrusted,
    }
}
