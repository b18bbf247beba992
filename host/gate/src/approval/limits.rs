//! What questions to a person, and their answers, may take. The docs' table is made from this list.

use cofferdam_base::limits::LimitRow;

/// So many questions of a model are put to a person in one run, where the command line does not say how many.
pub const QUESTIONS: usize = 20;
/// Most questions that the command line can say.
pub const MAX_QUESTIONS: usize = 1000;
/// So many days an approval lasts where the person does not say how many.
pub const DAYS: u16 = 30;
/// Most days that an approval lasts.
pub const MAX_DAYS: u16 = 90;
/// Most approvals that are kept; the one that ends first makes room.
pub const KEPT: usize = 200;
/// So many seconds a question waits where the command line does not say how many.
pub const WAIT_SECONDS: u64 = 600;
/// Most seconds that a question waits.
pub const MAX_WAIT_SECONDS: u64 = 86_400;

/// Every limit of questions, in the order of the docs.
pub const ROWS: &[LimitRow] = &[
    LimitRow {
        name: "run_questions",
        value: QUESTIONS as u64,
        unit: "questions",
        prevents: "a model that asks until a person is tired of reading; `run --most-questions` sets it",
    },
    LimitRow {
        name: "approval_days",
        value: MAX_DAYS as u64,
        unit: "days",
        prevents: "a yes that outlives what it was given for; the default is 30",
    },
    LimitRow {
        name: "kept_approvals",
        value: KEPT as u64,
        unit: "approvals",
        prevents: "a list that nobody looks through; the one that ends first makes room",
    },
    LimitRow {
        name: "wait_seconds",
        value: MAX_WAIT_SECONDS,
        unit: "seconds",
        prevents: "a run that waits for nobody; the default is 600",
    },
];
