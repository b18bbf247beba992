//! Answers that are none.

use cofferdam_model::{ChatResponse, Finish};

/// Why an answer that asks for no calls is no answer to the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is empty.
    Silent,
    /// It reached the most tokens that it may have.
    Cut,
}

impl Unfit {
    /// None where the answer is one.
    pub(crate) fn of(response: &ChatResponse) -> Option<Self> {
        match response.finish {
            Finish::Length => Some(Self::Cut),
            Finish::Stop | Finish::Calls | Finish::Filtered => response.text.trim().is_empty().then_some(Self::Silent),
        }
    }

    /// What the person is told.
    pub(crate) fn to_person(self) -> &'static str {
        match self {
            Self::Silent => "the model's answer is empty, so it is asked once more",
            Self::Cut => "the model's answer broke off at the most tokens that one may have, so it is asked once more",
        }
    }

    /// What the model is told.
    pub(crate) fn to_model(self) -> &'static str {
        match self {
            Self::Silent => {
                "Your answer was empty. If the task is done, answer the person now, in plain words; if not, make the next call."
            }
            Self::Cut => {
                "Your answer broke off, since it was too long. Answer again, shorter; write a long text into a file in several calls."
            }
        }
    }
}
