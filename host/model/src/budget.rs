//! The caps of a run: what may be spent, sent and waited for. Checked before a request leaves, charged after it came back.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{ModelError, provider::Answered};

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
        }
    };
}

caps! {
    steps: 50, "steps", "Turns of the model.";
    requests: 150, "requests", "Requests to the model, retries included.";
    input_tokens: 2_000_000, "tokens", "Tokens sent, by the provider's count.";
    output_tokens: 200_000, "tokens", "Tokens received, by the provider's count.";
    cost_microdollars: 5_000_000, "millionths of a dollar", "Money, by the prices in the configuration; a model without prices costs nothing here.";
    seconds: 3_600, "seconds", "Wall time of the run.";
    egress_bytes: 64 << 20, "bytes", "Bytes sent to the model.";
}

/// What a model costs, in millionths of a dollar per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// A million tokens sent.
    pub input: u64,
    /// A million tokens received.
    pub output: u64,
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
        let mut next = self.spent;
        next.steps += 1;
        next.requests += 1;
        next.egress_bytes = next.egress_bytes.saturating_add(bytes);
        match self.caps.over(&next) {
            Some(error) => Err(error),
            None => {
                self.spent.steps += 1;
                Ok(Reserved(()))
            }
        }
    }

    /// Charges what an answer really cost. The next turn is refused where this passed a cap.
    pub fn charge(&mut self, _reserved: Reserved, answered: &Answered) {
        let usage = answered.response.usage;
        let cost = |tokens: u64, price: u64| (u128::from(tokens) * u128::from(price)).div_ceil(1_000_000);
        let money = cost(usage.input, self.prices.input) + cost(usage.output, self.prices.output);
        let spent = &mut self.spent;
        spent.requests = spent.requests.saturating_add(answered.requests);
        spent.egress_bytes = spent.egress_bytes.saturating_add(answered.egress_bytes);
        spent.input_tokens = spent.input_tokens.saturating_add(usage.input);
        spent.output_tokens = spent.output_tokens.saturating_add(usage.output);
        spent.cost_microdollars = spent.cost_microdollars.saturating_add(u64::try_from(money).unwrap_or(u64::MAX));
    }
}

/// Room for one turn. Without it nothing is charged, and without room there is none.
#[derive(Debug)]
#[must_use]
pub struct Reserved(());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChatResponse, Finish, TokenUsage};

    fn answered(input: u64, output: u64) -> Answered {
        let response = ChatResponse { text: String::new(), calls: vec![], finish: Finish::Stop, usage: TokenUsage { input, output } };
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
    fn money_is_counted_and_capped() {
        let caps = Caps { cost_microdollars: 10, ..Caps::default() };
        let mut budget = Budget::new(caps, Prices { input: 3_000_000, output: 15_000_000 }, Spent::default());
        let room = budget.reserve(1).unwrap();
        budget.charge(room, &answered(2, 1));
        assert_eq!(budget.spent().cost_microdollars, 6 + 15);
        assert_eq!(cap_of(budget.reserve(1).unwrap_err()), "cost_microdollars");
    }
}
