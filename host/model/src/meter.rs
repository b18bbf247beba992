//! What every request to a model passes before it leaves.

use crate::ModelError;

/// Lets requests leave, one by one, and charges each: one that is sent again, or brings nothing, was sent all the same.
pub trait Meter {
    /// Admits one request that sends so many bytes, and charges it.
    ///
    /// # Errors
    /// [`ModelError::Cap`] where it would pass a cap: it does not leave, and is not charged.
    fn admit(&mut self, bytes: u64) -> Result<Admitted, ModelError>;

    /// Charges tokens that a server counted for a request beside the turns.
    fn counted(&mut self, tokens: u64);
}

/// One request may leave. Only [`Meter::admit`] gives it, and sending consumes it.
#[derive(Debug)]
#[must_use]
pub struct Admitted(());

impl Admitted {
    /// The word of a meter of this crate.
    pub(crate) fn new() -> Self {
        Self(())
    }
}

/// Where there is no run, there are no caps: a person waits for each request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unmetered;

impl Meter for Unmetered {
    fn admit(&mut self, _: u64) -> Result<Admitted, ModelError> {
        Ok(Admitted::new())
    }

    fn counted(&mut self, _: u64) {}
}
