//! What a person answered in this run: as long as its process lives, in memory alone.

use std::collections::BTreeMap;

use cofferdam_ledger::event::Answer as LedgerAnswer;
use cofferdam_policy::{Answer, Origin};

use super::{Approval, Approvals, Days, Lasts, Offers, QuestionKey, Word};
use crate::{
    attendant::{Asked, Reply},
    gate::{Gate, take_turn},
    refusal::Fault,
};

/// The answers of a run that hold for the rest of it, and how many questions a model has put in it.
#[derive(Debug, Default)]
pub(crate) struct RunAnswers {
    asked: usize,
    kept: BTreeMap<QuestionKey, Kept>,
}

#[derive(Debug)]
enum Kept {
    Approved { by: String },
    Declined,
}

/// An answer, and what the ledger is told of it.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) told: Option<LedgerAnswer>,
    /// What is said beside the question where nobody was asked anew.
    pub(crate) beside: Option<String>,
}

impl Answered {
    fn now(answer: Answer, told: Option<LedgerAnswer>) -> Self {
        Self { answer, told, beside: None }
    }

    fn before(by: &str, told: LedgerAnswer, how: &str) -> Self {
        let beside = Some(format!("approved before by {by}, {how}"));
        Self { answer: Answer::Approved { by: by.to_owned() }, told: Some(told), beside }
    }
}

/// Whose questions are counted: a person's own commands may ask as often as they like.
fn is_counted(origin: Origin) -> bool {
    match origin {
        Origin::Model | Origin::Mcp => true,
        Origin::User | Origin::Automation => false,
    }
}

impl Gate {
    /// What answers a question without a person being asked anew; none where they have to be. A no comes first. `most` is how many
    /// questions a model may put.
    ///
    /// # Errors
    /// Approvals that do not read back.
    pub(crate) fn answer_before(
        &self,
        key: QuestionKey,
        offers: Offers,
        (origin, most): (Origin, usize),
    ) -> Result<Option<Answered>, Fault> {
        let is_spent = {
            let run = self.answers();
            match run.kept.get(&key) {
                Some(Kept::Declined) => return Ok(Some(Answered::now(Answer::DeclinedBefore, None))),
                Some(Kept::Approved { by }) => return Ok(Some(Answered::before(by, LedgerAnswer::Run, "for this run"))),
                None => is_counted(origin) && run.asked >= most,
            }
        };
        if offers == Offers::Lasting
            && let Some(approval) = Approvals::read(self.state.folder())?.of(key, self.clock.now())
        {
            let how = format!("until {}", approval.until());
            return Ok(Some(Answered::before(approval.by(), LedgerAnswer::Always, &how)));
        }
        Ok(is_spent.then(|| Answered::now(Answer::NotAsked { most }, None)))
    }

    /// Takes a reply, and keeps it for as long as it holds.
    ///
    /// # Errors
    /// It cannot be kept for that long; then it does not hold at all.
    pub(crate) fn take_reply(&self, asked: &Asked<'_>, reply: Reply) -> Result<Answered, Fault> {
        if reply != Reply::Nobody && is_counted(asked.origin) {
            self.answers().asked += 1;
        }
        let (by, lasts) = match reply {
            Reply::Nobody | Reply::Late => return Ok(Answered::now(Answer::Nobody, None)),
            Reply::Said(Word::No) => {
                self.answers().kept.insert(asked.key, Kept::Declined);
                return Ok(Answered::now(Answer::Declined, Some(LedgerAnswer::Declined)));
            }
            Reply::Said(Word::Yes { by, lasts }) => (by, asked.offers.hold(lasts)),
        };
        let told = match lasts {
            Lasts::Once => LedgerAnswer::Once,
            Lasts::Run => {
                self.answers().kept.insert(asked.key, Kept::Approved { by: by.clone() });
                LedgerAnswer::Run
            }
            Lasts::Days(days) => {
                self.keep(asked, &by, days)?;
                LedgerAnswer::Always
            }
        };
        Ok(Answered::now(Answer::Approved { by }, Some(told)))
    }

    fn keep(&self, asked: &Asked<'_>, by: &str, days: Days) -> Result<(), Fault> {
        let now = self.clock.now();
        let approval = Approval::new(asked.key, asked.function, &asked.question.subject().to_string(), by, now, days);
        Ok(Approvals::keep(&take_turn(&self.state, self.pause)?, approval, now)?)
    }
}
