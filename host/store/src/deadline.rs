//! When a call has to be over.

use std::time::Instant;

use crate::error::FsError;

/// The end of a call's time, if it has one. Checked at each operation and inside each loop that can be long.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// No end: for work on the host's own account.
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn at(instant: Instant) -> Self {
        Self(Some(instant))
    }

    /// Goes on only while there is time.
    pub(crate) fn check(self) -> Result<(), FsError> {
        match self.0 {
            Some(end) if Instant::now() >= end => Err(FsError::Deadline),
            Some(_) | None => Ok(()),
        }
    }
}
