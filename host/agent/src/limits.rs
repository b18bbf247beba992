//! The limits of the loop itself, beside the caps of a run. The docs' table is made from this list.

use cofferdam_base::limits::LimitRow;
use cofferdam_model::MAX_CALLS;

/// Most steps of a plan.
pub(crate) const PLAN_STEPS: usize = 32;
/// Longest step of a plan, in bytes.
pub(crate) const PLAN_STEP_BYTES: usize = 200;
/// Most calls that one step of a plan cites.
pub(crate) const PLAN_CITED_CALLS: usize = 16;
/// So many answers in a row that brought nothing end the run.
pub(crate) const IDLE_ANSWERS: usize = 10;
/// So many times the same call, with nothing published in between, ends the run.
pub(crate) const SAME_CALLS: usize = 6;

/// Every limit of the loop, in the order of the docs.
pub const ROWS: &[LimitRow] = &[
    LimitRow { name: "plan_steps", value: PLAN_STEPS as u64, unit: "steps", prevents: "a plan that fills the model's window" },
    LimitRow { name: "plan_step_bytes", value: PLAN_STEP_BYTES as u64, unit: "bytes", prevents: "the same, by one step" },
    LimitRow { name: "plan_cited_calls", value: PLAN_CITED_CALLS as u64, unit: "calls", prevents: "a step that costs much to check" },
    LimitRow {
        name: "idle_answers",
        value: IDLE_ANSWERS as u64,
        unit: "answers",
        prevents: "a budget burnt by a model whose calls are all refused, repeated or about its plan",
    },
    LimitRow {
        name: "same_calls",
        value: SAME_CALLS as u64,
        unit: "calls",
        prevents: "a budget burnt by the same call, with nothing published in between",
    },
    LimitRow {
        name: "asked_calls",
        value: MAX_CALLS as u64,
        unit: "calls",
        prevents: "one answer that takes memory and time without end before a call of it is made",
    },
];
