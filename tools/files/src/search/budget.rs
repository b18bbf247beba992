//! How much text one call may search.

use cofferdam_tool_sdk::WorkspacePath;

use crate::problem::Problem;

/// Bytes of text that a call may still search.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    left: usize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, left: limit }
    }

    /// What is left after `bytes` more of the text below `path`.
    ///
    /// # Errors
    /// [`Problem::TooMuch`].
    pub(super) fn spend(self, path: &WorkspacePath, bytes: usize) -> Result<Self, Problem> {
        match self.left.checked_sub(bytes) {
            Some(left) => Ok(Self { left, ..self }),
            None => Err(Problem::TooMuch { path: path.clone(), limit: self.limit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_tool_sdk::Failure;

    #[test]
    fn refuses_what_is_more_than_is_left() {
        let budget = Budget::new(10).spend(&WorkspacePath::root(), 4).unwrap().spend(&WorkspacePath::root(), 6).unwrap();
        let failure = Failure::from(budget.spend(&WorkspacePath::root(), 1).unwrap_err());
        assert_eq!(failure.code(), "files.too-much");
        assert_eq!(failure.message(), "`.` holds more than 10 bytes of text; a deeper `path` or a `glob` leaves less to search");
    }
}
