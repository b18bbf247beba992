//! The budgets of the parts, in tokens: shares of one window.

use cofferdam_base::limits::LimitRow;
use serde::{Deserialize, Serialize};

use crate::context::{OutputTokens, output::DEFAULT_OUTPUT_TOKENS};

/// Tokens of the window where nothing else is configured. Hosted models have several times as many; a request that is no larger
/// costs less, and its beginning is not lost in its middle.
pub const DEFAULT_TOKENS: u64 = 48_000;
/// Fewest tokens of a window: the instructions and the tools alone take about two thousand.
pub const MIN_TOKENS: u64 = 6_000;

/// How many tokens a request of a run may have, about; the answer comes on top.
///
/// Instructions, tools, task, memory index and plan are always whole: the recent steps have what these leave of the window, and
/// at most half of it. Only a newest turn that alone is more than that, cut as it is, passes the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Window(u64);

/// A window that is too small for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSmall;

impl std::fmt::Display for TooSmall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a window has at least {MIN_TOKENS} tokens")
    }
}

impl std::error::Error for TooSmall {}

impl Default for Window {
    fn default() -> Self {
        Self(DEFAULT_TOKENS)
    }
}

impl TryFrom<u64> for Window {
    type Error = TooSmall;

    fn try_from(tokens: u64) -> Result<Self, TooSmall> {
        if tokens >= MIN_TOKENS { Ok(Self(tokens)) } else { Err(TooSmall) }
    }
}

impl From<Window> for u64 {
    fn from(window: Window) -> Self {
        window.0
    }
}

impl Window {
    /// Steps that are shown word for word: half of the window, or what else stands in a request leaves of it. What stands in every
    /// request has so many tokens.
    #[must_use]
    pub fn recent(self, fixed: u64) -> u64 {
        (self.0 / 2).min(self.0.saturating_sub(fixed).saturating_sub(self.facts())).max(self.least_recent())
    }

    /// Whether what stands in every request leaves room for the other parts, and for steps, of which one answer may have so many tokens.
    #[must_use]
    pub fn has_room_for(self, fixed: u64, output: OutputTokens) -> bool {
        let parts = [self.facts(), self.look(), self.plan(), self.least_recent().max(output.into())];
        parts.into_iter().fold(fixed, u64::saturating_add) <= self.0
    }

    /// With less than an eighth of the window, a model would see no more than its newest call.
    fn least_recent(self) -> u64 {
        self.0 / 8
    }

    /// Compacted steps: a sixteenth.
    #[must_use]
    pub fn facts(self) -> u64 {
        self.0 / 16
    }

    /// The plan: an eighth.
    #[must_use]
    pub fn plan(self) -> u64 {
        self.0 / 8
    }

    /// The look at the folder that a run begins with: a twelfth.
    #[must_use]
    pub fn look(self) -> u64 {
        self.0 / 12
    }
}

/// The budgets of the default window, for the docs.
#[must_use]
pub fn rows() -> [LimitRow; 6] {
    let window = Window::default();
    let row = |name, value, prevents| LimitRow { name, value, unit: "tokens", prevents };
    [
        row("window", DEFAULT_TOKENS, "a request that a model cannot take; `cofferdam init --window-tokens` sets it"),
        row("recent_steps", window.recent(0), "a run whose requests grow with every step; older steps are compacted"),
        row("compacted_steps", window.facts(), "a list of old steps that grows without end; the oldest are only counted"),
        row("plan", window.plan(), "a plan that takes the room of the work; the model is asked for a shorter one"),
        row("look", window.look(), "a large folder that takes the room of the work"),
        row(
            "answer",
            DEFAULT_OUTPUT_TOKENS.into(),
            "an answer that the next request has no room for; `cofferdam init --output-tokens` sets it",
        ),
    ]
}
