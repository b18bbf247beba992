//! Taking a published call back, as a call of its own.

use cofferdam_base::CallId;
use cofferdam_ledger::event::Event;
use cofferdam_store::publish::{PublishError, Undo, history};

use crate::{gate::Gate, publish::publish_undo, refusal::Refused};

/// A call that was taken back.
#[derive(Debug, Clone)]
pub struct Undone {
    /// The call that took it back; it can be taken back itself.
    pub call: CallId,
    /// The call that was taken back.
    pub undoes: CallId,
    /// What changed by it.
    pub changes: Vec<cofferdam_store::change::ChangeSummary>,
}

impl Gate {
    /// The newest published call that can be taken back.
    ///
    /// # Errors
    /// A damaged record.
    pub fn newest_to_undo(&self) -> Result<Option<history::PublishedCall>, PublishError> {
        history::newest_to_undo(&self.state)
    }

    /// The newest published calls, newest first.
    ///
    /// # Errors
    /// A damaged record.
    pub fn history(&self, count: usize) -> Result<Vec<history::PublishedCall>, PublishError> {
        history::newest(&self.state, count)
    }

    /// Takes a published call back, if nothing has changed since. It is a person's own act: no policy is asked.
    ///
    /// # Errors
    /// [`Refused`]: then nothing was changed.
    pub fn undo(&self, undoes: &CallId) -> Result<Undone, Box<Refused>> {
        let call = self.new_call().map_err(|error| Refused::before_all(undoes.clone(), error.into()))?;
        self.recorded(call.clone(), |record| {
            let changes = self.in_turn(|workspace, lock, book| {
                let undo = Undo::verify(workspace, lock, undoes)?;
                publish_undo(&undo, workspace, lock, book, record)?;
                record.note(Event::Undone { call: call.clone(), undoes: undoes.clone() });
                book.write(record.take())?;
                Ok(undo.changes().summary())
            })?;
            Ok(Undone { call: call.clone(), undoes: undoes.clone(), changes })
        })
    }
}
