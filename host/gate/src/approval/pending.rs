//! A question that waits for somebody at another terminal: a file of its own in the project's state, held by the process that waits.
//!
//! What nobody holds is what a crash left: it is swept away, and an answer to it is taken by nobody. An answer names the digest of
//! the question that was shown, so that none is taken for another question.

use std::time::Duration;

use cofferdam_base::{CallId, Digest, Timestamp};
use cofferdam_store::{AppendFile, Folder, StateError};
use serde::{Deserialize, Serialize};

use super::{Offers, QuestionKey, Word, error::ApprovalError};
use crate::attendant::Asked;

/// Folder of the questions that wait, in the project's state.
const FOLDER: &str = "questions";
/// How the file of a question ends, and that of its answer.
const QUESTION: &str = ".question.json";
const ANSWER: &str = ".answer.json";
/// Largest file that is read: a rendered question is bounded well below.
const MAX_FILE_BYTES: u64 = 4 << 20;
/// Version of the format.
const VERSION: u32 = 1;
/// Separates the digest from every other one.
const DOMAIN: &[u8] = b"cofferdam pending question v1";
/// How often a question is put down again where somebody who sweeps took it for one that a crash left, and the pause between.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// A question that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingQuestion {
    v: u32,
    id: CallId,
    key: QuestionKey,
    offers: Offers,
    shown: String,
    asked: Timestamp,
    until: Timestamp,
}

impl PendingQuestion {
    /// A question as a person is to be shown it, until its time is over.
    #[must_use]
    pub fn new(asked: &Asked<'_>, shown: String, now: Timestamp, until: Timestamp) -> Self {
        Self { v: VERSION, id: asked.call.clone(), key: asked.key, offers: asked.offers, shown, asked: now, until }
    }

    /// By what it is answered: the call that it is about.
    #[must_use]
    pub fn id(&self) -> &CallId {
        &self.id
    }

    /// What makes another question the same.
    #[must_use]
    pub fn key(&self) -> QuestionKey {
        self.key
    }

    /// Which answers there are.
    #[must_use]
    pub fn offers(&self) -> Offers {
        self.offers
    }

    /// What a person is shown.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Until when it waits.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// The digest of the question, with all that a person is shown of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let offers: &[u8] = match self.offers {
            Offers::Once => b"once",
            Offers::Lasting => b"lasting",
        };
        Digest::of_parts(&[DOMAIN, self.id.as_str().as_bytes(), self.key.digest().as_bytes(), offers, self.shown.as_bytes()])
    }

    fn file(&self) -> String {
        file_of(&self.id, QUESTION)
    }
}

fn file_of(id: &CallId, kind: &str) -> String {
    format!("{id}{kind}")
}

/// An answer on its way to the process that waits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    question: Digest,
    word: Word,
}

/// A question of this process that waits. When it is dropped, the question waits no more.
#[derive(Debug)]
pub struct Waiting {
    folder: Folder,
    question: PendingQuestion,
    _held: AppendFile,
}

impl Waiting {
    /// Puts a question where others find it.
    ///
    /// # Errors
    /// The state folder's.
    pub fn begin(state: &Folder, question: PendingQuestion, pause: fn(Duration)) -> Result<Self, ApprovalError> {
        let folder = state.folder(FOLDER)?;
        // Of an earlier question of the same call.
        folder.remove(&file_of(&question.id, ANSWER))?;
        let (name, bytes) = (question.file(), serde_json::to_vec(&question)?);
        let mut tries = 0;
        loop {
            folder.replace(&name, &bytes)?;
            // Before it is held, somebody who sweeps may take it for one that a crash left.
            let held = match folder.appending(&name)? {
                Some(file) => match file.hold() {
                    Ok(()) if folder.is_named(&file, &name)? => Some(file),
                    Ok(()) | Err(StateError::Held(_)) => None,
                    Err(error) => return Err(error.into()),
                },
                None => None,
            };
            match held {
                Some(held) => return Ok(Self { folder, question, _held: held }),
                None if tries < TRIES => {
                    tries += 1;
                    pause(PAUSE);
                }
                None => return Err(StateError::Held(name).into()),
            }
        }
    }

    /// The question.
    #[must_use]
    pub fn question(&self) -> &PendingQuestion {
        &self.question
    }

    /// The answer that came, if one did. One that is not to this very question, or does not read back, is thrown away.
    ///
    /// # Errors
    /// The state folder's.
    pub fn look(&self) -> Result<Option<Word>, ApprovalError> {
        let name = file_of(&self.question.id, ANSWER);
        let Some(bytes) = self.folder.read(&name, MAX_FILE_BYTES)? else { return Ok(None) };
        self.folder.remove(&name)?;
        let sent = serde_json::from_slice::<Sent>(&bytes).ok();
        Ok(sent.filter(|sent| sent.question == self.question.digest()).map(|sent| sent.word))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // What cannot be removed is held by nobody from here on, and swept away.
        let _ = self.folder.remove(&self.question.file());
        let _ = self.folder.remove(&file_of(&self.question.id, ANSWER));
    }
}

/// The questions that wait in a project, oldest first; those whose process is gone are swept away.
///
/// # Errors
/// The state folder's.
pub fn pending(state: &Folder) -> Result<Vec<PendingQuestion>, ApprovalError> {
    let folder = state.folder(FOLDER)?;
    let mut waiting = Vec::new();
    let names = folder.list()?;
    for name in &names {
        let id = |kind: &str| name.strip_suffix(kind).and_then(|id| id.parse::<CallId>().ok());
        match (id(QUESTION), id(ANSWER)) {
            (Some(id), _) => waiting.extend(read(&folder, &id)?),
            // It is sent only while its question waits.
            (None, Some(id)) if !names.contains(&file_of(&id, QUESTION)) => {
                folder.remove(name)?;
            }
            (None, Some(_)) => {}
            (None, None) => return Err(StateError::Stranger(name.clone()).into()),
        }
    }
    Ok(waiting)
}

/// The question that waits under an identifier.
///
/// # Errors
/// [`ApprovalError::NotWaiting`], the state folder's.
pub fn find(state: &Folder, id: &CallId) -> Result<PendingQuestion, ApprovalError> {
    read(&state.folder(FOLDER)?, id)?.ok_or_else(|| ApprovalError::NotWaiting { id: id.to_string() })
}

/// Sends a person's word to the process that waits with the question that they were shown.
///
/// # Errors
/// [`ApprovalError::NotWaiting`], [`ApprovalError::OtherQuestion`], the state folder's. Then nothing is answered.
pub fn answer(state: &Folder, question: &PendingQuestion, word: Word) -> Result<(), ApprovalError> {
    if find(state, &question.id)?.digest() != question.digest() {
        return Err(ApprovalError::OtherQuestion { id: question.id.to_string() });
    }
    let sent = Sent { question: question.digest(), word };
    Ok(state.folder(FOLDER)?.replace(&file_of(&question.id, ANSWER), &serde_json::to_vec(&sent)?)?)
}

/// A question whose process waits; one whose process is gone is removed. What does not read back is answered by nobody.
fn read(folder: &Folder, id: &CallId) -> Result<Option<PendingQuestion>, ApprovalError> {
    let name = file_of(id, QUESTION);
    let Some(file) = folder.appending(&name)? else { return Ok(None) };
    match file.hold() {
        Ok(()) => {
            if folder.is_named(&file, &name)? {
                folder.remove(&name)?;
                folder.remove(&file_of(id, ANSWER))?;
            }
            return Ok(None);
        }
        Err(StateError::Held(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let Some(bytes) = folder.read(&name, MAX_FILE_BYTES)? else { return Ok(None) };
    let question = serde_json::from_slice::<PendingQuestion>(&bytes).ok();
    Ok(question.filter(|question| question.v == VERSION && question.id == *id))
}

#[cfg(test)]
mod tests;
