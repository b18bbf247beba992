//! The ambient clock and the operating system's randomness: made here, passed everywhere else.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cofferdam_base::{Clock, Entropy, Timestamp, entropy::NoEntropy};

/// Waits for another process to finish its turn.
pub(crate) fn pause(duration: Duration) {
    #[expect(clippy::disallowed_methods, reason = "the one place where the program waits")]
    std::thread::sleep(duration);
}

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place where ambient time enters")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// The operating system's random generator.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(bytes).map_err(|error| NoEntropy(error.to_string()))
    }
}
