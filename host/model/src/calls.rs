//! The calls of one answer while it is read: their limit, whichever protocol they come in.

use crate::{ModelError, exchange::Fault};

/// Most calls of one answer. The loop makes far fewer; more are a fault of the model or of its server, and cost time and memory.
pub const MAX_CALLS: usize = 128;

/// Calls, or what becomes one, in their order.
#[derive(Debug)]
pub(crate) struct Calls<T>(Vec<T>);

impl<T> Default for Calls<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Calls<T> {
    /// Takes one more.
    ///
    /// # Errors
    /// [`TooManyCalls`].
    pub(crate) fn push(&mut self, call: T) -> Result<&mut T, TooManyCalls> {
        if self.0.len() >= MAX_CALLS { Err(TooManyCalls) } else { Ok(self.0.push_mut(call)) }
    }

    /// All of them.
    ///
    /// # Errors
    /// [`TooManyCalls`].
    pub(crate) fn of(calls: impl IntoIterator<Item = T>) -> Result<Self, TooManyCalls> {
        let mut taken = Self::default();
        for call in calls {
            taken.push(call)?;
        }
        Ok(taken)
    }

    /// Those so far.
    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// Those that there are.
    pub(crate) fn into_vec(self) -> Vec<T> {
        self.0
    }
}

/// An answer asks for more than [`MAX_CALLS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooManyCalls;

impl From<TooManyCalls> for Fault {
    fn from(_: TooManyCalls) -> Self {
        Self::TooManyCalls
    }
}

impl From<TooManyCalls> for ModelError {
    fn from(_: TooManyCalls) -> Self {
        Self::TooManyCalls { limit: MAX_CALLS }
    }
}
