//! How long one answer may be.

use serde::{Deserialize, Serialize};

use crate::context::Window;

/// Most tokens of one answer where nothing else is configured: room for a file of some hundred lines.
pub const DEFAULT_OUTPUT_TOKENS: u32 = 4096;
/// Fewest: a call that writes a few lines has so many.
pub const MIN_OUTPUT_TOKENS: u32 = 256;

/// Most tokens of one answer. It comes on top of the window of the request that it answers, and has to have room in that of the next
/// one, which shows it word for word: [`Window::output`] gives one that has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct OutputTokens(u32);

/// No length of an answer, or none for this window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsuitable {
    /// No call fits in less.
    TooFew,
    /// The next request has no room for it.
    TooMany {
        /// Most that there may be.
        most: u64,
    },
}

impl std::fmt::Display for Unsuitable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFew => write!(f, "an answer may have at least {MIN_OUTPUT_TOKENS} tokens"),
            Self::TooMany { most } => write!(f, "an answer may have at most {most} tokens, half of the window"),
        }
    }
}

impl std::error::Error for Unsuitable {}

impl Default for OutputTokens {
    fn default() -> Self {
        Self(DEFAULT_OUTPUT_TOKENS)
    }
}

impl TryFrom<u64> for OutputTokens {
    type Error = Unsuitable;

    fn try_from(tokens: u64) -> Result<Self, Unsuitable> {
        let tokens = u32::try_from(tokens).map_err(|_| Unsuitable::TooMany { most: u32::MAX.into() })?;
        if tokens >= MIN_OUTPUT_TOKENS { Ok(Self(tokens)) } else { Err(Unsuitable::TooFew) }
    }
}

impl From<OutputTokens> for u64 {
    fn from(tokens: OutputTokens) -> Self {
        tokens.0.into()
    }
}

impl From<OutputTokens> for u32 {
    fn from(tokens: OutputTokens) -> Self {
        tokens.0
    }
}

impl Window {
    /// Most tokens of one answer within this window: what is wanted, else the default, or a quarter of a small window.
    ///
    /// # Errors
    /// [`Unsuitable::TooMany`] where more than half of the window is wanted.
    pub fn output(self, wanted: Option<OutputTokens>) -> Result<OutputTokens, Unsuitable> {
        let window = u64::from(self);
        match wanted {
            Some(wanted) if u64::from(wanted) > window / 2 => Err(Unsuitable::TooMany { most: window / 2 }),
            Some(wanted) => Ok(wanted),
            None => OutputTokens::try_from((window / 4).min(DEFAULT_OUTPUT_TOKENS.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_bounded_by_the_window() {
        let window = |tokens: u64| Window::try_from(tokens).unwrap();
        let wanted = |tokens: u64| Some(OutputTokens::try_from(tokens).unwrap());
        for (size, given, most) in
            [(48_000, None, Ok(4096)), (6_000, None, Ok(1500)), (6_000, wanted(3000), Ok(3000)), (6_000, wanted(3001), Err(3000))]
        {
            let most = most.map(|tokens: u64| tokens.try_into().unwrap()).map_err(|most| Unsuitable::TooMany { most });
            assert_eq!(window(size).output(given), most, "{size}");
        }
        assert_eq!(OutputTokens::try_from(255), Err(Unsuitable::TooFew));
    }
}
