//! What a verification finds: evidence that holds, or the first thing that does not.

use std::fmt;

use crate::{View, WorkspaceError, http::Http};

/// Longest sentence of evidence or refutation, in characters. Keeps a file's content from flooding the verdict.
const MAX_SENTENCE: usize = 400;

/// The two states that a verification compares, both read-only, and what the call was answered.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The staged state: what becomes real if the verification passes.
    pub now: View,
    /// The state before the call.
    pub before: View,
    /// Answers each request of the call once, as it was answered, and any other with [`Denied`](crate::http::HttpError::Denied).
    pub http: Http,
}

/// Evidence, or why there is none. An error in looking at the world, such as an unreadable file, refutes.
pub type Verdict = Result<Evidence, Refuted>;

/// Facts about the world that were checked and hold.
///
/// Each check consumes the evidence and gives it back only if the fact holds, so no check can be overlooked:
///
/// ```
/// # use cofferdam_tool_sdk::{Evidence, Verdict};
/// # fn verdict(now: &[u8], expected: &[u8]) -> Verdict {
/// Evidence::new()
///     .check("the file has the content", now == expected)?
///     .check("the file is not empty", !now.is_empty())
/// # }
/// # assert!(verdict(b"a", b"a").is_ok() && verdict(b"a", b"b").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "evidence counts only if it is returned"]
pub struct Evidence(Vec<String>);

impl Evidence {
    /// No evidence yet. Evidence that stays empty is a failed verification.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fact, if it holds. The fact is one sentence without a full stop.
    ///
    /// # Errors
    /// [`Refuted`], if it does not hold.
    pub fn check(mut self, fact: impl Into<String>, holds: bool) -> Verdict {
        let fact = fact.into();
        if !holds {
            return Err(Refuted::new(format!("not so: {fact}")));
        }
        self.0.push(crate::text::inline(&fact, MAX_SENTENCE));
        Ok(self)
    }

    /// The facts, in the order in which they were checked.
    #[must_use]
    pub fn facts(&self) -> &[String] {
        &self.0
    }
}

/// Something is not as it must be, or could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refuted(String);

impl Refuted {
    /// Says why, in one sentence without a full stop.
    #[must_use]
    pub fn new(reason: impl AsRef<str>) -> Self {
        Self(crate::text::inline(reason.as_ref(), MAX_SENTENCE))
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Refuted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refuted {}

impl From<WorkspaceError> for Refuted {
    fn from(error: WorkspaceError) -> Self {
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fact_that_does_not_hold_refutes() {
        let verdict = Evidence::new().check("one", true).and_then(|evidence| evidence.check("two\u{1b}", false));
        assert_eq!(verdict.unwrap_err().reason(), "not so: two\\u{1b}");
    }

    #[test]
    fn a_sentence_is_cut() {
        let evidence = Evidence::new().check("x".repeat(1000), true).unwrap();
        assert_eq!(evidence.facts()[0].chars().count(), MAX_SENTENCE + 1);
    }
}
