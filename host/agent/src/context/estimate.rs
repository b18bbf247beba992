//! How many tokens a text has.

use cofferdam_model::Spent;

/// Bytes of a token where the provider has not counted anything yet: English text and JSON have about four.
const BYTES_PER_TOKEN: u64 = 4;
/// More bytes of one token than this, or fewer than one, are no count of what was sent.
const MOST_BYTES_PER_TOKEN: u64 = 16;

/// Bytes and the tokens that they came to: by the provider's own count of the newest request that it counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Estimate {
    bytes: u64,
    tokens: u64,
}

impl Default for Estimate {
    fn default() -> Self {
        Self { bytes: BYTES_PER_TOKEN, tokens: 1 }
    }
}

impl Estimate {
    /// After one more answer: what the run had used before it and with it. Where the provider did not count, or a request was
    /// sent more than once, it stays as it is.
    pub(crate) fn after(self, before: &Spent, with: &Spent) -> Self {
        let bytes = with.egress_bytes.saturating_sub(before.egress_bytes);
        let tokens = with.input_tokens.saturating_sub(before.input_tokens);
        let once = with.requests.saturating_sub(before.requests) == 1;
        let plausible = tokens > 0 && bytes >= tokens && bytes / tokens <= MOST_BYTES_PER_TOKEN;
        if once && plausible { Self { bytes, tokens } } else { self }
    }

    /// Tokens of so many bytes, rounded up.
    pub(crate) fn tokens(self, bytes: usize) -> u64 {
        u64::try_from((bytes as u128 * u128::from(self.tokens)).div_ceil(u128::from(self.bytes))).unwrap_or(u64::MAX)
    }

    /// Most bytes that have so many tokens.
    pub(crate) fn bytes(self, tokens: u64) -> usize {
        usize::try_from(u128::from(tokens) * u128::from(self.bytes) / u128::from(self.tokens)).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_providers_count_is_used_where_it_is_one() {
        let spent = |requests, egress_bytes, input_tokens| Spent { requests, egress_bytes, input_tokens, ..Spent::default() };
        let none = Estimate::default();
        assert_eq!(none.tokens(9), 3);
        let counted = none.after(&spent(1, 100, 10), &spent(2, 400, 110));
        assert_eq!((counted.tokens(300), counted.bytes(100)), (100, 300));
        for with in [spent(3, 400, 110), spent(2, 400, 10), spent(2, 101, 110), spent(2, 99_999, 11)] {
            assert_eq!(none.after(&spent(1, 100, 10), &with), none, "{with:?}");
        }
    }
}
