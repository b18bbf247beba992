//! What the ledger says of the transcripts of some runs: every line is checked against it.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::{CallId, RunId, Timestamp};
use cofferdam_ledger::{
    Entry, Event, LeafIndex,
    commitment::{Commitment, OpenedText},
};

use cofferdam_memory::shows;

use super::{
    line::{Body, Line},
    part::Part,
    reader::Transcripts,
    said::Said,
};
use crate::{gate::Gate, refusal::Fault};

/// What the ledger committed to in one line.
#[derive(Debug, Clone)]
struct Committed {
    run: RunId,
    commitment: Commitment,
    leaf: u64,
    time: Timestamp,
    /// Whether a line of the transcript answered for it.
    seen: bool,
}

/// What the ledger says of a redaction.
#[derive(Debug, Clone)]
struct Told {
    leaf: u64,
    lines: Vec<Commitment>,
    reason: Commitment,
    by: Option<String>,
    time: Timestamp,
}

/// What the ledger says of the transcripts of some runs.
#[derive(Debug, Default)]
pub struct Account {
    committed: BTreeMap<(CallId, Said), Vec<Committed>>,
    redacted: BTreeMap<CallId, Vec<Told>>,
    pruned: BTreeMap<RunId, (Timestamp, Option<String>)>,
    runs: BTreeSet<RunId>,
    verified: BTreeSet<CallId>,
    parts: Vec<Part>,
}

/// A line after it was compared with the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The ledger committed to this text.
    InLedger {
        /// The text.
        text: OpenedText,
        /// The leaf that committed to it.
        leaf: u64,
        /// When, by the ledger.
        time: Timestamp,
    },
    /// The text is gone, and the ledger says so.
    Redacted {
        /// The leaf that committed to it.
        leaf: u64,
        /// When it was removed, by the ledger.
        time: Timestamp,
        /// By whom, in their own words.
        by: Option<String>,
        /// Why; none where the reason is not the one that the ledger committed to.
        reason: Option<OpenedText>,
    },
    /// The ledger committed to something else, or says something else of it.
    Differs {
        /// What the file has, where it has a text.
        text: Option<String>,
        /// What does not fit.
        why: &'static str,
    },
    /// The ledger has nothing of this kind of this call: a crash came before it, or somebody wrote the line.
    NotInLedger {
        /// What the file has, where it has a text.
        text: Option<String>,
    },
}

impl Checked {
    /// One word for people and programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::InLedger { .. } => "in the ledger",
            Self::Redacted { .. } => "redacted",
            Self::Differs { .. } => "differs",
            Self::NotInLedger { .. } => "not in the ledger",
        }
    }

    /// Whether the ledger vouches for what is shown.
    #[must_use]
    pub fn is_vouched_for(&self) -> bool {
        match self {
            Self::InLedger { .. } | Self::Redacted { .. } => true,
            Self::Differs { .. } | Self::NotInLedger { .. } => false,
        }
    }
}

/// Something that the ledger committed to and no line of the transcript has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The call.
    pub call: CallId,
    /// What is missing of it.
    pub said: Said,
    /// The leaf that committed to it.
    pub leaf: u64,
}

impl Gate {
    /// Reads what the ledger says of the transcripts of some runs: one pass over it. In the same turn it is listed what there is of
    /// them, so that a run that is being written has neither a line without its leaf nor a leaf without its line.
    ///
    /// # Errors
    /// A ledger that does not check out; the state folder's.
    pub fn account(&self, runs: &BTreeSet<RunId>) -> Result<Account, Fault> {
        let mut account = Account { runs: runs.clone(), ..Account::default() };
        self.in_turn(|_, lock, book| {
            let transcripts = Transcripts::open(lock.state().folder())?;
            for run in runs {
                account.parts.extend(transcripts.parts_of(run)?);
            }
            for entry in book.ledger()?.entries_from(LeafIndex(0)) {
                let (leaf, entry) = entry?;
                account.enter(leaf.0, &entry);
            }
            Ok(())
        })?;
        Ok(account)
    }
}

impl Told {
    /// Whether it tells of the removal of what stands in a line; of a mark that names its leaf, no other one does.
    fn is_of(&self, body: &Body) -> bool {
        let leaf = match body {
            Body::Redacted(redacted) => redacted.leaf,
            Body::Said(_) => None,
        };
        self.lines.contains(&body.commitment()) && leaf.is_none_or(|leaf| leaf == self.leaf)
    }
}

impl Account {
    /// What some entries of the ledger say of one call of a run.
    pub(super) fn of_call(run: &RunId, entries: &[(u64, Entry)]) -> Self {
        let mut account = Self { runs: [run.clone()].into(), ..Self::default() };
        for (leaf, entry) in entries {
            account.enter(*leaf, entry);
        }
        account
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other event commits to nothing in a transcript")]
    fn enter(&mut self, leaf: u64, entry: &Entry) {
        let committed: &[(&CallId, Said, Commitment)] = match entry.event() {
            Event::TranscriptRedacted { run, call, lines, reason, by } if self.runs.contains(run) => {
                let told = Told { leaf, lines: lines.clone(), reason: *reason, by: by.clone(), time: entry.time() };
                self.redacted.entry(call.clone()).or_default().push(told);
                return;
            }
            Event::TranscriptPruned { run, by, .. } => {
                self.pruned.insert(run.clone(), (entry.time(), by.clone()));
                return;
            }
            _ if !self.runs.contains(entry.run()) => return,
            Event::Request { call, arguments, .. } => &[(call, Said::Arguments, *arguments)],
            Event::Approval { call, question, .. } => &[(call, Said::Question, *question)],
            Event::Invocation { call, outcome, reads, .. } => &[(call, Said::Reads, *reads), (call, Said::Outcome, *outcome)],
            verdict @ Event::Verdict { call, evidence, .. } => {
                if shows(verdict, call) {
                    self.verified.insert(call.clone());
                }
                &[(call, Said::Evidence, *evidence)]
            }
            Event::Intent { call, changes, .. } => &[(call, Said::Changes, *changes)],
            _ => return,
        };
        for (call, said, commitment) in committed {
            let committed = Committed { run: entry.run().clone(), commitment: *commitment, leaf, time: entry.time(), seen: false };
            self.committed.entry(((*call).clone(), *said)).or_default().push(committed);
        }
    }

    /// What there was of the transcripts of the runs, as far as the ledger told of them.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Compares a line with the ledger. Only what comes back as [`Checked::InLedger`] is what was said.
    pub fn check(&mut self, line: Line) -> Checked {
        let Line { call, said, body, .. } = line;
        let commitment = body.commitment();
        let told = self.redacted.get(&call).and_then(|told| told.iter().find(|told| told.is_of(&body)));
        let Some(known) = self.committed.get_mut(&(call, said)) else {
            return Checked::NotInLedger { text: body.text().map(ToOwned::to_owned) };
        };
        let differs = |body: &Body, why| Checked::Differs { text: body.text().map(ToOwned::to_owned), why };
        let Some(known) = known.iter_mut().find(|known| known.commitment == commitment) else {
            return differs(&body, "the ledger committed to another text");
        };
        known.seen = true;
        match (body, told) {
            (body @ Body::Said(_), Some(_)) => differs(&body, "the ledger says that it was removed"),
            (body @ Body::Redacted(_), None) => differs(&body, "it was removed, and the ledger does not say so"),
            (Body::Redacted(redacted), Some(told)) => Checked::Redacted {
                leaf: known.leaf,
                time: told.time,
                by: told.by.clone(),
                reason: redacted.reason.verify(told.reason).ok(),
            },
            (Body::Said(opening), None) => match opening.verify(known.commitment) {
                Ok(text) => Checked::InLedger { text, leaf: known.leaf, time: known.time },
                Err(_) => Checked::Differs { text: None, why: "the ledger committed to another text" },
            },
        }
    }

    /// What no line that was checked answered for, of the runs whose transcripts were not removed as a whole, in the ledger's order. Meaningful after every line was checked.
    #[must_use]
    pub fn missing(&self) -> Vec<Missing> {
        let unseen = |(call, said): &(CallId, Said), known: &Committed| {
            (!known.seen && !self.pruned.contains_key(&known.run)).then(|| Missing { call: call.clone(), said: *said, leaf: known.leaf })
        };
        let mut missing: Vec<Missing> =
            self.committed.iter().flat_map(|(key, all)| all.iter().filter_map(move |known| unseen(key, known))).collect();
        missing.sort_by_key(|missing| missing.leaf);
        missing
    }

    /// Whether the ledger knows a call as verified.
    #[must_use]
    pub fn is_verified(&self, call: &CallId) -> bool {
        self.verified.contains(call)
    }

    /// When the whole transcript of a run was removed and by whom, in their own words; none where it was not.
    #[must_use]
    pub fn pruned(&self, run: &RunId) -> Option<(Timestamp, Option<&str>)> {
        self.pruned.get(run).map(|(time, by)| (*time, by.as_deref()))
    }
}
