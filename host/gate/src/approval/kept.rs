//! Approvals that are kept for days: one JSON line each, in the project's state, where no tool reaches.

use std::time::Duration;

use cofferdam_base::Timestamp;
use cofferdam_store::{Folder, StateDir, WorkspaceLock};
use serde::{Deserialize, Serialize};

use super::{Days, QuestionKey, error::ApprovalError, limits::KEPT};
use crate::{gate::take_turn, refusal::Fault};

/// The file.
const FILE: &str = "approvals.jsonl";
/// Largest file that is read: several times [`KEPT`] of the longest lines.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// Longest text of a line, in characters.
const MAX_TEXT: usize = 400;
/// Version of the format.
const VERSION: u32 = 1;

/// A person's yes to exactly one question, until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    v: u32,
    key: QuestionKey,
    function: String,
    subject: String,
    by: String,
    given: Timestamp,
    until: Timestamp,
}

impl Approval {
    pub(crate) fn new(key: QuestionKey, function: &str, subject: &str, by: &str, given: Timestamp, days: Days) -> Self {
        let cut = |text: &str| text.chars().take(MAX_TEXT).collect();
        let until = Timestamp(given.0.saturating_add(days.millis()));
        Self { v: VERSION, key, function: cut(function), subject: cut(subject), by: cut(by), given, until }
    }

    /// What it is found by.
    #[must_use]
    pub fn key(&self) -> QuestionKey {
        self.key
    }

    /// `tool.function`; for people only.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }

    /// What was asked about; for people only.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who gave it.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    /// When it was given.
    #[must_use]
    pub fn given(&self) -> Timestamp {
        self.given
    }

    /// From when on it holds no more.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether it holds: from when it was given, so that a clock that was set back makes none last longer.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.given <= now && now < self.until
    }

    /// What is wrong with it as it was read; none where nothing is.
    fn fault(&self) -> Option<String> {
        match self.until.0.checked_sub(self.given.0) {
            _ if self.v != VERSION => Some(format!("version {} is not {VERSION}", self.v)),
            Some(lasts) if lasts <= Days::MAX.millis() => None,
            _ => Some(format!("it does not end within {} of when it was given", Days::MAX)),
        }
    }
}

/// The approvals of a project as the file has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Approvals(Vec<Approval>);

impl Approvals {
    /// Reads the file; without one, nothing is approved.
    ///
    /// # Errors
    /// [`ApprovalError::Damaged`] for any line that does not read back: then none of them counts. The state folder's.
    pub fn read(state: &Folder) -> Result<Self, ApprovalError> {
        let Some(bytes) = state.read(FILE, MAX_FILE_BYTES)? else { return Ok(Self::default()) };
        parse(&bytes)
    }

    /// All of them, those that ended included.
    pub fn iter(&self) -> impl Iterator<Item = &Approval> {
        self.0.iter()
    }

    /// The one that answers a question now.
    #[must_use]
    pub fn of(&self, key: QuestionKey, now: Timestamp) -> Option<&Approval> {
        self.0.iter().find(|approval| approval.key == key && approval.holds(now))
    }

    /// Keeps one more, in the place of an older one of the same question.
    pub(crate) fn keep(lock: &WorkspaceLock<'_>, approval: Approval, now: Timestamp) -> Result<(), ApprovalError> {
        let mut kept = Self::read(lock.state().folder())?;
        kept.0.retain(|other| other.key != approval.key && other.holds(now));
        kept.0.sort_by_key(|other| other.until);
        let surplus = (kept.0.len() + 1).saturating_sub(KEPT);
        kept.0.drain(..surplus.min(kept.0.len()));
        kept.0.push(approval);
        kept.write(lock)
    }

    /// Takes back those whose identifier is this one; gives them.
    ///
    /// # Errors
    /// [`ApprovalError::Unknown`], [`ApprovalError::Damaged`]; a workspace that stays busy, the state folder's.
    pub fn revoke(state: &StateDir, pause: fn(Duration), id: &str, now: Timestamp) -> Result<Vec<Approval>, Fault> {
        let lock = take_turn(state, pause)?;
        let kept = Self::read(state.folder())?;
        let (revoked, rest): (Vec<_>, Vec<_>) = kept.0.into_iter().partition(|approval| approval.key.id() == id);
        if revoked.is_empty() {
            return Err(ApprovalError::Unknown { id: id.to_owned() }.into());
        }
        Self(rest.into_iter().filter(|approval| approval.holds(now)).collect()).write(&lock)?;
        Ok(revoked)
    }

    /// Takes back all of them, also where they do not read back.
    ///
    /// # Errors
    /// A workspace that stays busy, the state folder's.
    pub fn revoke_all(state: &StateDir, pause: fn(Duration)) -> Result<(), Fault> {
        Ok(Self::default().write(&take_turn(state, pause)?)?)
    }

    fn write(&self, lock: &WorkspaceLock<'_>) -> Result<(), ApprovalError> {
        let mut lines = Vec::new();
        for approval in &self.0 {
            serde_json::to_writer(&mut lines, approval)?;
            lines.push(b'\n');
        }
        Ok(lock.state().folder().replace(FILE, &lines)?)
    }
}

fn parse(bytes: &[u8]) -> Result<Approvals, ApprovalError> {
    let damaged = |line: usize, why: String| ApprovalError::Damaged { line, why };
    let mut approvals = Vec::new();
    let mut lines = bytes.split(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        if lines.peek().is_none() {
            // It is written at once: what stands after the last line feed was put there by somebody else.
            return if line.is_empty() { Ok(Approvals(approvals)) } else { Err(damaged(index + 1, "it has no end".to_owned())) };
        }
        let approval: Approval = serde_json::from_slice(line).map_err(|error| damaged(index + 1, error.to_string()))?;
        if let Some(why) = approval.fault() {
            return Err(damaged(index + 1, why));
        }
        approvals.push(approval);
    }
    Ok(Approvals(approvals))
}

#[cfg(test)]
mod tests;
