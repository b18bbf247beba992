//! Randomness as an argument, so that a test can fix it.

/// Where a crate gets unpredictable bytes from: identifiers, salts, keys.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    ///
    /// # Errors
    /// The operating system has none to give; the caller must not go on without.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The operating system gave no random bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoEntropy(pub String);

impl std::fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the operating system gave no random bytes: {}", self.0)
    }
}

impl std::error::Error for NoEntropy {}

impl crate::Diagnostic for NoEntropy {
    fn code(&self) -> &'static str {
        "base.no-entropy"
    }

    fn class(&self) -> crate::Class {
        crate::Class::Failed
    }
}
