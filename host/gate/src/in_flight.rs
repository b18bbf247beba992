//! Calls that cannot be taken back, while they are made.
//!
//! Their intents are open without the workspace's lock, since a request can take long. So that another process does not take one for
//! what a crash left, whoever makes such a call holds a file of its name (`flock`), which the system releases when the process ends.

use cofferdam_base::CallId;
use cofferdam_store::{AppendFile, Folder, StateError};

/// The folder of these files in the state folder.
const FOLDER: &str = "in-flight";

/// A call is being made by this process.
#[derive(Debug)]
#[must_use = "the call counts as interrupted as soon as this is dropped"]
pub(crate) struct InFlight {
    folder: Folder,
    call: CallId,
    _held: AppendFile,
}

impl InFlight {
    /// Takes the name of a call.
    ///
    /// # Errors
    /// The state folder's; [`StateError::Held`] where the call is being made already.
    pub(crate) fn begin(state: &Folder, call: &CallId) -> Result<Self, StateError> {
        let folder = state.folder(FOLDER)?;
        let held = folder.append(call.as_str())?;
        held.hold()?;
        Ok(Self { folder, call: call.clone(), _held: held })
    }

    /// The intent of the call is closed: nobody looks for it any more.
    ///
    /// # Errors
    /// The state folder's.
    pub(crate) fn end(self) -> Result<(), StateError> {
        self.folder.remove(self.call.as_str())?;
        Ok(())
    }
}

/// Whether a process that lives makes a call. What a crash left of one goes.
///
/// # Errors
/// The state folder's.
pub(crate) fn is_in_flight(state: &Folder, call: &CallId) -> Result<bool, StateError> {
    let folder = state.folder(FOLDER)?;
    let Some(file) = folder.appending(call.as_str())? else { return Ok(false) };
    match file.hold() {
        Err(StateError::Held(_)) => Ok(true),
        Err(error) => Err(error),
        Ok(()) => {
            folder.remove(call.as_str())?;
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Timestamp;

    #[test]
    fn a_call_is_in_flight_until_its_process_ends_or_closes_it() {
        let home = tempfile::tempdir().unwrap();
        let state = Folder::open_ambient(&home.path().join("state")).unwrap();
        let call = CallId::new(Timestamp(1), [1; 10]);
        assert!(!is_in_flight(&state, &call).unwrap());
        let held = InFlight::begin(&state, &call).unwrap();
        assert!(is_in_flight(&state, &call).unwrap());
        assert!(matches!(InFlight::begin(&state, &call), Err(StateError::Held(_))));
        // As a crash leaves it.
        drop(held);
        assert!(!is_in_flight(&state, &call).unwrap());
        InFlight::begin(&state, &call).unwrap().end().unwrap();
        assert!(state.folder(FOLDER).unwrap().list().unwrap().is_empty());
    }
}
