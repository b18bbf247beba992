//! Why a call did nothing.

use std::fmt;

use serde::Serialize;

/// What `invoke` gives instead of an outcome. The host drops whatever was staged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    code: &'static str,
    message: String,
}

impl Failure {
    /// A failure with a stable code, `area.kebab-code`, and one sentence without a full stop.
    ///
    /// Text from outside goes into the sentence in backticks and through [`crate::text::inline`].
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The stable code, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
