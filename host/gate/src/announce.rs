//! An effect that cannot be taken back is announced before it is made: its intent is durable before anything leaves, and what became of
//! it closes the intent.

use cofferdam_ledger::event::{Effect as LedgerEffect, Event, Recovery};
use cofferdam_trust::manifest::Effect;
use serde_json::json;

use crate::{
    call::Mode,
    gate::Gate,
    in_flight::InFlight,
    network::{DeclaredRequest, Exchange},
    permit::Permitted,
    record::Record,
    refusal::Fault,
    transcript::Said,
};

/// A permitted call whose effect, where it cannot be taken back, the ledger tells of.
#[must_use]
pub(crate) struct Announced<'a> {
    pub(crate) permitted: Permitted<'a>,
    pub(crate) irrevocable: Option<Irrevocable>,
}

/// A call that cannot be taken back, while it is made. Its intent is open until [`Irrevocable::close`].
#[must_use]
pub(crate) struct Irrevocable(InFlight);

/// What became of an effect that cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Became {
    /// The call went the whole way.
    Done,
    /// Nothing left that can have changed anything; the code of the refusal.
    Nothing(&'static str),
    /// The call was refused after something had left.
    Unknown,
}

impl<'a> Announced<'a> {
    /// Announces the effect of a call, where it cannot be taken back. What cannot be recorded does not happen.
    ///
    /// # Errors
    /// [`Fault::Irrevocable`] in a dry run; the ledger's, the state folder's.
    pub(crate) fn announce(permitted: Permitted<'a>, mode: Mode, gate: &Gate, record: &mut Record<'_>) -> Result<Self, Fault> {
        match (permitted.request.manifest().effect, mode) {
            (Effect::Read | Effect::Staged, _) => Ok(Self { permitted, irrevocable: None }),
            (Effect::Irrevocable, Mode::DryRun) => Err(Fault::Irrevocable { function: permitted.request.full_name() }),
            (Effect::Irrevocable, Mode::Publish) => {
                let held = InFlight::begin(gate.state().folder(), &record.call)?;
                let requests: Vec<String> = permitted.request.requests.iter().map(DeclaredRequest::text).collect();
                let count = requests.len() as u64;
                let text = json!({"requests": requests}).to_string();
                record.note_with(Said::Changes, text, |call, changes| Event::Intent {
                    call,
                    effect: LedgerEffect::Irrevocable,
                    changes,
                    count,
                })?;
                gate.in_turn(|_, _, book| book.write_durably(record.take()))?;
                Ok(Self { permitted, irrevocable: Some(Irrevocable(held)) })
            }
        }
    }
}

impl Became {
    /// A refusal, with what became of the effect where that is not certain.
    pub(crate) fn told(&self, fault: Fault) -> Fault {
        match self {
            Self::Nothing(_) => fault,
            Self::Done | Self::Unknown => Fault::EffectUnknown(Box::new(fault)),
        }
    }

    /// What became of a call that was refused on its way.
    pub(crate) fn of_refused(exchange: Option<&Exchange>, code: &'static str) -> Self {
        if exchange.is_some_and(Exchange::has_effect) { Self::Unknown } else { Self::Nothing(code) }
    }
}

impl Irrevocable {
    /// Closes the intent; gives the newest leaf.
    ///
    /// # Errors
    /// The ledger's, the state folder's.
    pub(crate) fn close(self, became: &Became, gate: &Gate, record: &mut Record<'_>) -> Result<u64, Fault> {
        let call = record.call.clone();
        record.note(match became {
            Became::Done => Event::Published { call },
            Became::Nothing(code) => Event::Aborted { call, code: (*code).to_owned() },
            Became::Unknown => Event::Recovered { call, recovery: Recovery::Unknown },
        });
        // What could not be written is not written later behind something else: the next recovery closes the intent.
        let batch = record.take();
        match gate.in_turn(|_, _, book| book.write(batch)) {
            Ok(leaf) => {
                // A file that stays behind means nothing: its intent is closed.
                let _ = self.0.end();
                Ok(leaf)
            }
            Err(fault) => Err(became.told(fault)),
        }
    }
}
