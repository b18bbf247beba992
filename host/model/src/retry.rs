//! When a request is sent again, and how long it waits before.

use std::time::Duration;

use cofferdam_base::Entropy;
use cofferdam_net::NetError;

use crate::exchange::Fault;

/// Requests for one answer, the first included.
const MAX_ATTEMPTS: u32 = 5;
/// First pause; each further one may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause that is taken, whatever the server asks for. A longer `Retry-After` ends the attempts.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// What a server calls an error that it reports inside a stream and that may be gone a moment later. Anthropic's names stand for
/// the statuses 429, 500, 504 and 529, OpenAI's and its likenesses' for 429 and 5xx.
const TEMPORARY_KINDS: [&str; 6] =
    ["rate_limit_error", "api_error", "timeout_error", "overloaded_error", "rate_limit_exceeded", "server_error"];

/// The pause before the next attempt; none where the fault stands.
///
/// Sent again: what the server says is temporary (408, 409, 429, 5xx with Anthropic's 529, and the same inside a stream),
/// connections that failed or broke, and answers that broke off. The pause is exponential with full jitter (a random share of
/// it), so that many clients do not come back at the same moment.
pub(crate) fn after(fault: &Fault, attempts: u32, entropy: &dyn Entropy) -> Option<Duration> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let asked = match fault {
        Fault::Status { head, .. } if is_temporary(head.status) => head.retry_after,
        Fault::Reported { kind, .. } if TEMPORARY_KINDS.contains(&kind.as_str()) || kind.parse().is_ok_and(is_temporary) => None,
        Fault::Unfinished | Fault::Net(NetError::Connect { .. } | NetError::Transport { .. }) => None,
        Fault::Status { .. }
        | Fault::Reported { .. }
        | Fault::Protocol(_)
        | Fault::TooManyCalls
        | Fault::Capped(_)
        | Fault::Net(
            NetError::Endpoint { .. }
            | NetError::Credential { .. }
            | NetError::Audience { .. }
            | NetError::Cleartext { .. }
            | NetError::Setup(_)
            | NetError::Timeout { .. }
            | NetError::Idle { .. }
            | NetError::TooLarge { .. }
            | NetError::Redirect { .. }
            | NetError::Unpinned { .. }
            | NetError::Interrupted,
        ) => return None,
    };
    match asked {
        Some(pause) if pause > MAX_PAUSE => None,
        Some(pause) => Some(pause),
        None => Some(jittered(FIRST_PAUSE.saturating_mul(1 << (attempts - 1).min(10)).min(MAX_PAUSE), entropy)),
    }
}

fn is_temporary(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500..=599)
}

fn jittered(ceiling: Duration, entropy: &dyn Entropy) -> Duration {
    let mut bytes = [0u8; 2];
    // Without randomness the full pause is taken: later, never sooner.
    match entropy.fill(&mut bytes) {
        Ok(()) => ceiling.mul_f64(f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX)),
        Err(_) => ceiling,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::entropy::NoEntropy;
    use cofferdam_net::Head;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    fn answer(status: u16, retry_after: Option<u64>) -> Fault {
        let head = Head { status, retry_after: retry_after.map(Duration::from_secs), is_event_stream: false };
        Fault::Status { head, body: String::new() }
    }

    fn reported(kind: &str) -> Fault {
        Fault::Reported { kind: kind.into(), message: String::new() }
    }

    #[test]
    fn waits_longer_each_time_up_to_a_ceiling_and_then_gives_up() {
        let pauses: Vec<_> = (1..=4).map(|attempt| after(&answer(503, None), attempt, &Fixed(255)).unwrap()).collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000].map(Duration::from_millis));
        assert_eq!(after(&answer(503, None), 5, &Fixed(255)), None);
        assert_eq!(after(&answer(503, None), 3, &Fixed(0)), Some(Duration::ZERO));
    }

    #[test]
    fn honours_retry_after_unless_it_is_too_long() {
        assert_eq!(after(&answer(429, Some(7)), 1, &Fixed(0)), Some(Duration::from_secs(7)));
        assert_eq!(after(&answer(429, Some(3600)), 1, &Fixed(0)), None);
    }

    #[test]
    fn what_will_not_change_is_not_sent_again() {
        for status in [400, 401, 403, 404, 413, 422] {
            assert_eq!(after(&answer(status, None), 1, &Fixed(255)), None);
        }
        for fault in [Fault::Net(NetError::Interrupted), Fault::Protocol(String::new()), reported("invalid_request_error"), reported("400")]
        {
            assert_eq!(after(&fault, 1, &Fixed(255)), None, "{fault:?}");
        }
    }

    #[test]
    fn what_may_be_gone_a_moment_later_is_sent_again() {
        for fault in [answer(429, None), answer(529, None), Fault::Unfinished, reported("overloaded_error"), reported("503")] {
            assert_eq!(after(&fault, 1, &Fixed(255)), Some(FIRST_PAUSE), "{fault:?}");
        }
    }
}
