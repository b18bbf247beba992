//! The caps of a run: what may be spent, sent and waited for. Each request is admitted and charged before it leaves, whatever it
//! brings; what the provider counted is charged with its answer.

use std::collections::BTreeMap;

use cofferdam_base::{Clock, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ModelError, TokenUsage,
    meter::{Admitted, Meter},
};

macro_rules! caps {
    ($($field:ident: $value:expr, $unit:literal, $doc:literal;)*) => {
        /// What a run may use at the most.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Caps {
            $(#[doc = $doc] pub $field: u64,)*
        }

        impl Default for Caps {
            fn default() -> Self {
                Self { $($field: $value,)* }
            }
        }

        /// Name, default, unit and meaning of every cap, for the docs.
        pub const CAP_ROWS: &[(&str, u64, &str, &str)] = &[$((stringify!($field), $value, $unit, $doc),)*];

        impl Caps {
            /// These caps with some of them set anew.
            ///
            /// # Errors
            /// The first name that is no cap.
            pub fn with(mut self, wanted: &BTreeMap<String, u64>) -> Result<Self, String> {
                for (name, value) in wanted {
                    match name.as_str() {
                        $(stringify!($field) => self.$field = *value,)*
                        _ => return Err(name.clone()),
                    }
                }
                Ok(self)
            }

            fn over(&self, spent: &Spent) -> Option<ModelError> {
                $(if spent.$field > self.$field {
                    return Some(ModelError::Cap { name: stringify!($field), limit: self.$field, unit: $unit });
                })*
                None
            }
        }

        /// What a run has used so far.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Spent {
            $(#[doc = $doc] pub $field: u64,)*
            /// Tokens of `input_tokens` that the provider read from its cache.
            #[serde(default)]
            pub cached_tokens: u64,
            /// Answers for which the provider gave no count of tokens: tokens and money leave them out.
            #[serde(default)]
            pub uncounted_answers: u64,
        }
    };
}

caps! {
    steps: 50, "steps", "Turns of the model.";
    requests: 150, "requests", "Requests to the models, retries included.";
    input_tokens: 2_000_000, "tokens", "Tokens sent, by the provider's count.";
    output_tokens: 200_000, "tokens", "Tokens received, by the provider's count.";
    cost_microdollars: 5_000_000, "millionths of a dollar", "Money, by the prices in the configuration; a model without prices costs nothing here.";
    seconds: 3_600, "seconds", "Wall time of the run.";
    egress_bytes: 64 << 20, "bytes", "Bytes sent to the models.";
}

/// What a model costs, in millionths of a dollar per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// A million tokens sent.
    pub input: u64,
    /// A million tokens received.
    pub output: u64,
    /// A million tokens sent that the provider read from its cache; without it, those cost as all that are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input: Option<u64>,
    /// A million tokens sent that the provider wrote to its cache; without it, those cost as all that are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
}

impl Prices {
    /// What an answer costs, in millionths of a dollar, each part rounded up.
    fn cost(&self, usage: TokenUsage) -> u64 {
        let cost = |tokens: u64, price: u64| (u128::from(tokens) * u128::from(price)).div_ceil(1_000_000);
        let plain = usage.input.saturating_sub(usage.cached).saturating_sub(usage.cache_written);
        let money = cost(plain, self.input)
            + cost(usage.cached, self.cached_input.unwrap_or(self.input))
            + cost(usage.cache_written, self.cache_write.unwrap_or(self.input))
            + cost(usage.output, self.output);
        u64::try_from(money).unwrap_or(u64::MAX)
    }
}

/// Caps, and what is used of them.
pub struct Budget<'c> {
    caps: Caps,
    prices: Prices,
    /// What is used, with the time that was used before this budget.
    spent: Spent,
    clock: &'c dyn Clock,
    since: Timestamp,
}

impl std::fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget").field("caps", &self.caps).field("spent", &self.spent()).finish_non_exhaustive()
    }
}

impl<'c> Budget<'c> {
    /// A budget of which `spent` is used already (a resumed run goes on where it stopped). Its time begins now.
    #[must_use]
    pub fn new(caps: Caps, prices: Prices, spent: Spent, clock: &'c dyn Clock) -> Self {
        Self { caps, prices, spent, clock, since: clock.now() }
    }

    /// What is used so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        let elapsed = self.clock.now().0.saturating_sub(self.since.0) / 1000;
        Spent { seconds: self.spent.seconds.saturating_add(elapsed), ..self.spent }
    }

    /// Makes room for one more turn that sends at least `bytes`.
    ///
    /// # Errors
    /// [`ModelError::Cap`] where a cap would be passed, before anything leaves.
    pub fn reserve(&self, bytes: u64) -> Result<Reserved, ModelError> {
        let spent = self.spent();
        self.room(Spent { steps: spent.steps.saturating_add(1), ..spent }.with_request(bytes))?;
        Ok(Reserved(()))
    }

    /// Charges a turn that brought an answer: a step, and what the provider counted. The next turn is refused where this passed
    /// a cap.
    pub fn charge(&mut self, _reserved: Reserved, usage: TokenUsage) {
        let money = self.prices.cost(usage);
        let spent = &mut self.spent;
        spent.steps = spent.steps.saturating_add(1);
        spent.input_tokens = spent.input_tokens.saturating_add(usage.input);
        spent.output_tokens = spent.output_tokens.saturating_add(usage.output);
        spent.cached_tokens = spent.cached_tokens.saturating_add(usage.cached);
        spent.uncounted_answers = spent.uncounted_answers.saturating_add(u64::from(!usage.is_counted()));
        spent.cost_microdollars = spent.cost_microdollars.saturating_add(money);
    }

    fn room(&self, spent: Spent) -> Result<(), ModelError> {
        self.caps.over(&spent).map_or(Ok(()), Err)
    }
}

impl Spent {
    fn with_request(self, bytes: u64) -> Self {
        Self { requests: self.requests.saturating_add(1), egress_bytes: self.egress_bytes.saturating_add(bytes), ..self }
    }
}

impl Meter for Budget<'_> {
    fn admit(&mut self, bytes: u64) -> Result<Admitted, ModelError> {
        self.room(self.spent().with_request(bytes))?;
        self.spent = self.spent.with_request(bytes);
        Ok(Admitted::new())
    }

    fn counted(&mut self, tokens: u64) {
        self.spent.input_tokens = self.spent.input_tokens.saturating_add(tokens);
    }
}

/// Room for one turn. Without it no answer is charged, and without room there is none.
#[derive(Debug)]
#[must_use]
pub struct Reserved(());

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::clock::FixedClock;
    use std::sync::atomic::{AtomicU64, Ordering};

    const CLOCK: FixedClock = FixedClock(Timestamp(0));

    fn budget(caps: Caps, prices: Prices) -> Budget<'static> {
        Budget::new(caps, prices, Spent::default(), &CLOCK)
    }

    fn used(input: u64, output: u64) -> TokenUsage {
        TokenUsage { input, output, ..TokenUsage::default() }
    }

    fn cap_of<T: std::fmt::Debug>(result: Result<T, ModelError>) -> &'static str {
        let error = result.unwrap_err();
        let ModelError::Cap { name, .. } = error else { panic!("{error}") };
        name
    }

    #[test]
    fn refuses_the_turn_that_would_pass_a_cap_before_it_leaves() {
        let mut budget = budget(Caps { steps: 1, egress_bytes: 150, ..Caps::default() }, Prices::default());
        assert_eq!(cap_of(budget.reserve(151)), "egress_bytes");
        let room = budget.reserve(100).unwrap();
        budget.charge(room, used(1, 1));
        assert_eq!(cap_of(budget.reserve(1)), "steps");
    }

    #[test]
    fn each_request_is_charged_before_it_leaves_and_is_no_step() {
        let mut budget = budget(Caps { steps: 1, requests: 3, egress_bytes: 150, ..Caps::default() }, Prices::default());
        let _first = budget.admit(1).unwrap();
        let _second = budget.admit(100).unwrap();
        assert_eq!(budget.spent(), Spent { requests: 2, egress_bytes: 101, ..Spent::default() });
        assert_eq!(cap_of(budget.admit(50)), "egress_bytes");
        let _third = budget.admit(1).unwrap();
        assert_eq!(cap_of(budget.admit(1)), "requests");
        assert_eq!(budget.spent().requests, 3, "what was not admitted is not charged");
    }

    #[test]
    fn time_goes_on_while_a_turn_is_asked_for_again() {
        struct Moving(AtomicU64);
        impl Clock for Moving {
            fn now(&self) -> Timestamp {
                Timestamp(self.0.load(Ordering::SeqCst))
            }
        }
        let clock = Moving(AtomicU64::new(5_000));
        let before = Spent { seconds: 7, ..Spent::default() };
        let mut budget = Budget::new(Caps { seconds: 9, ..Caps::default() }, Prices::default(), before, &clock);
        clock.0.store(7_999, Ordering::SeqCst);
        let _in_time = budget.admit(1).unwrap();
        assert_eq!(budget.spent().seconds, 9);
        clock.0.store(8_000, Ordering::SeqCst);
        assert_eq!(cap_of(budget.admit(1)), "seconds");
    }

    #[test]
    fn money_is_counted_and_capped() {
        let prices = Prices { input: 3_000_000, output: 15_000_000, ..Prices::default() };
        let mut budget = budget(Caps { cost_microdollars: 10, ..Caps::default() }, prices);
        let room = budget.reserve(1).unwrap();
        budget.charge(room, used(2, 1));
        assert_eq!(budget.spent().cost_microdollars, 6 + 15);
        assert_eq!(cap_of(budget.reserve(1)), "cost_microdollars");
    }

    #[test]
    fn the_cache_has_its_own_prices_and_without_them_the_one_of_what_is_sent() {
        let usage = TokenUsage { input: 10, output: 1, cached: 6, cache_written: 3 };
        let plain = Prices { input: 3_000_000, output: 15_000_000, ..Prices::default() };
        assert_eq!(plain.cost(usage), 10 * 3 + 15);
        let with_cache = Prices { cached_input: Some(300_000), cache_write: Some(3_750_000), ..plain };
        // 1 at 3, 6 at 0.3 rounded up, 3 at 3.75 rounded up.
        assert_eq!(with_cache.cost(usage), 3 + 2 + 12 + 15);
        // A provider that counts more from its cache than it was sent does not make the rest free of charge.
        assert_eq!(plain.cost(TokenUsage { input: 1, cached: 2, ..TokenUsage::default() }), 6);
    }

    #[test]
    fn what_the_provider_did_not_count_is_said_and_not_invented() {
        let mut budget = budget(Caps::default(), Prices::default());
        for usage in [TokenUsage::default(), TokenUsage { input: 9, output: 1, cached: 8, cache_written: 1 }] {
            let room = budget.reserve(1).unwrap();
            budget.charge(room, usage);
        }
        budget.counted(5);
        let spent = budget.spent();
        assert_eq!((spent.input_tokens, spent.cached_tokens, spent.uncounted_answers), (14, 8, 1));
    }

    #[test]
    fn what_was_spent_before_the_cache_was_counted_reads_back() {
        let old = r#"{"steps":1,"requests":1,"input_tokens":2,"output_tokens":3,"cost_microdollars":0,"seconds":4,"egress_bytes":5}"#;
        let spent: Spent = serde_json::from_str(old).unwrap();
        assert_eq!((spent.egress_bytes, spent.cached_tokens, spent.uncounted_answers), (5, 0, 0));
        assert_eq!(serde_json::from_str::<TokenUsage>(r#"{"input":1,"output":2}"#).unwrap().cached, 0);
    }
}
