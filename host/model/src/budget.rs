//! The caps of a run: what may be spent, sent and waited for. Checked before a request leaves, charged after it came back.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{ModelError, TokenUsage, provider::Answered};

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
#[derive(Debug, Clone)]
pub struct Budget {
    caps: Caps,
    prices: Prices,
    spent: Spent,
}

impl Budget {
    /// A budget of which `spent` is used already (a resumed run goes on where it stopped).
    #[must_use]
    pub fn new(caps: Caps, prices: Prices, spent: Spent) -> Self {
        Self { caps, prices, spent }
    }

    /// What is used so far.
    #[must_use]
    pub fn spent(&self) -> &Spent {
        &self.spent
    }

    /// Sets the wall time used so far.
    pub fn set_elapsed(&mut self, elapsed: Duration) {
        self.spent.seconds = elapsed.as_secs();
    }

    /// Makes room for one more turn that sends at least `bytes`.
    ///
    /// # Errors
    /// [`ModelError::Cap`] where a cap would be passed, before anything leaves.
    pub fn reserve(&mut self, bytes: u64) -> Result<Reserved, ModelError> {
        let turn = Spent { steps: self.spent.steps + 1, ..self.spent };
        let reserved = self.room(turn, bytes)?;
        self.spent = turn;
        Ok(reserved)
    }

    /// Makes room for one request beside the turns, that sends at least `bytes`.
    ///
    /// # Errors
    /// See [`Budget::reserve`].
    pub fn reserve_request(&self, bytes: u64) -> Result<Reserved, ModelError> {
        self.room(self.spent, bytes)
    }

    /// Room for one more request after `spent`.
    fn room(&self, spent: Spent, bytes: u64) -> Result<Reserved, ModelError> {
        let egress_bytes = spent.egress_bytes.saturating_add(bytes);
        match self.caps.over(&Spent { requests: spent.requests + 1, egress_bytes, ..spent }) {
            Some(error) => Err(error),
            None => Ok(Reserved(())),
        }
    }

    /// Charges what an answer really cost. The next turn is refused where this passed a cap.
    pub fn charge(&mut self, reserved: Reserved, answered: &Answered) {
        self.charge_requests(reserved, answered.requests, answered.egress_bytes);
        let usage = answered.response.usage;
        let money = self.prices.cost(usage);
        let spent = &mut self.spent;
        spent.input_tokens = spent.input_tokens.saturating_add(usage.input);
        spent.output_tokens = spent.output_tokens.saturating_add(usage.output);
        spent.cached_tokens = spent.cached_tokens.saturating_add(usage.cached);
        spent.uncounted_answers = spent.uncounted_answers.saturating_add(u64::from(!usage.is_counted()));
        spent.cost_microdollars = spent.cost_microdollars.saturating_add(money);
    }

    /// Charges requests and what they sent, whatever they brought.
    pub fn charge_requests(&mut self, _reserved: Reserved, requests: u64, egress_bytes: u64) {
        let spent = &mut self.spent;
        spent.requests = spent.requests.saturating_add(requests);
        spent.egress_bytes = spent.egress_bytes.saturating_add(egress_bytes);
    }
}

/// Room for one turn, or one request beside them. Without it nothing is charged, and without room there is none.
#[derive(Debug)]
#[must_use]
pub struct Reserved(());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChatResponse, Finish};

    fn answered(input: u64, output: u64) -> Answered {
        used(TokenUsage { input, output, ..TokenUsage::default() })
    }

    fn used(usage: TokenUsage) -> Answered {
        let response = ChatResponse { text: String::new(), calls: vec![], finish: Finish::Stop, usage };
        Answered { response, egress_bytes: 100, requests: 1 }
    }

    fn cap_of(error: ModelError) -> &'static str {
        let ModelError::Cap { name, .. } = error else { panic!("{error}") };
        name
    }

    #[test]
    fn refuses_the_turn_that_would_pass_a_cap_before_it_leaves() {
        let caps = Caps { steps: 1, egress_bytes: 150, ..Caps::default() };
        let mut budget = Budget::new(caps, Prices::default(), Spent::default());
        assert_eq!(cap_of(budget.reserve(151).unwrap_err()), "egress_bytes");
        let room = budget.reserve(100).unwrap();
        budget.charge(room, &answered(1, 1));
        assert_eq!(cap_of(budget.reserve(1).unwrap_err()), "steps");
    }

    #[test]
    fn a_request_beside_the_turns_is_no_step_and_counts_against_the_same_caps() {
        let caps = Caps { steps: 1, requests: 3, egress_bytes: 150, ..Caps::default() };
        let mut budget = Budget::new(caps, Prices::default(), Spent::default());
        let room = budget.reserve(1).unwrap();
        budget.charge_requests(room, 1, 1);
        let room = budget.reserve_request(100).unwrap();
        budget.charge_requests(room, 1, 100);
        assert_eq!(budget.spent(), &Spent { steps: 1, requests: 2, egress_bytes: 101, ..Spent::default() });
        assert_eq!(cap_of(budget.reserve_request(50).unwrap_err()), "egress_bytes");
        let room = budget.reserve_request(1).unwrap();
        budget.charge_requests(room, 1, 1);
        assert_eq!(cap_of(budget.reserve_request(1).unwrap_err()), "requests");
    }

    #[test]
    fn money_is_counted_and_capped() {
        let caps = Caps { cost_microdollars: 10, ..Caps::default() };
        let mut budget = Budget::new(caps, Prices { input: 3_000_000, output: 15_000_000, ..Prices::default() }, Spent::default());
        let room = budget.reserve(1).unwrap();
        budget.charge(room, &answered(2, 1));
        assert_eq!(budget.spent().cost_microdollars, 6 + 15);
        assert_eq!(cap_of(budget.reserve(1).unwrap_err()), "cost_microdollars");
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
        let mut budget = Budget::new(Caps::default(), Prices::default(), Spent::default());
        for usage in [TokenUsage::default(), TokenUsage { input: 9, output: 1, cached: 8, cache_written: 1 }] {
            let room = budget.reserve(1).unwrap();
            budget.charge(room, &used(usage));
        }
        let spent = budget.spent();
        assert_eq!((spent.input_tokens, spent.cached_tokens, spent.uncounted_answers), (9, 8, 1));
    }

    #[test]
    fn what_was_spent_before_the_cache_was_counted_reads_back() {
        let old = r#"{"steps":1,"requests":1,"input_tokens":2,"output_tokens":3,"cost_microdollars":0,"seconds":4,"egress_bytes":5}"#;
        let spent: Spent = serde_json::from_str(old).unwrap();
        assert_eq!((spent.egress_bytes, spent.cached_tokens, spent.uncounted_answers), (5, 0, 0));
        assert_eq!(serde_json::from_str::<TokenUsage>(r#"{"input":1,"output":2}"#).unwrap().cached, 0);
    }
}
