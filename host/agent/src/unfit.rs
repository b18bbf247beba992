//! Answers that are none.

use cofferdam_model::{ChatResponse, Finish, ToolCall};

use crate::AgentError;

/// Why an answer that asks for no calls is no answer to the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is empty.
    Silent,
    /// It reached the most tokens that it may have.
    Cut,
    /// The provider stopped it: it refused to answer, or its filter did.
    Filtered,
}

impl Unfit {
    /// None where the answer is one.
    pub(crate) fn of(response: &ChatResponse) -> Option<Self> {
        match response.finish {
            Finish::Length => Some(Self::Cut),
            Finish::Filtered => Some(Self::Filtered),
            Finish::Stop | Finish::Calls => response.text.trim().is_empty().then_some(Self::Silent),
        }
    }

    /// What the person is told.
    pub(crate) fn to_person(self) -> &'static str {
        match self {
            Self::Silent => "the model's answer is empty, so it is asked once more",
            Self::Cut => "the model's answer broke off at the most tokens that one may have, so it is asked once more",
            Self::Filtered => "the provider stopped the model's answer, so it is asked once more",
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
            Self::Filtered => {
                "Your provider stopped your answer. Go on with the task in another way; if it cannot be done, say so in plain words."
            }
        }
    }

    /// How a run ends whose model was told so and did it again. An empty answer is one in the end: there is nothing to do.
    pub(crate) fn ends(self) -> Result<(), AgentError> {
        match self {
            Self::Silent => Ok(()),
            Self::Cut => Err(AgentError::AnswerCut),
            Self::Filtered => Err(AgentError::AnswerFiltered),
        }
    }
}

/// The last call of an answer that broke off, where it broke off in it: what is there of its arguments is no JSON object, since no
/// beginning of one is.
pub(crate) fn broken_call(response: &ChatResponse) -> Option<&ToolCall> {
    let last = response.calls.last().filter(|_| response.finish == Finish::Length)?;
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&last.arguments).is_err().then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_model::TokenUsage;

    fn response(finish: Finish, text: &str, arguments: &[&str]) -> ChatResponse {
        let call = |arguments: &&str| ToolCall { id: "a".into(), name: "files.read".into(), arguments: (*arguments).into() };
        ChatResponse { text: text.into(), calls: arguments.iter().map(call).collect(), finish, usage: TokenUsage::default() }
    }

    #[test]
    fn an_answer_that_was_stopped_is_none_whatever_it_says() {
        for (finish, text, unfit) in [
            (Finish::Filtered, "", Some(Unfit::Filtered)),
            (Finish::Filtered, "I can", Some(Unfit::Filtered)),
            (Finish::Length, "I can", Some(Unfit::Cut)),
            (Finish::Stop, " ", Some(Unfit::Silent)),
            (Finish::Stop, "done", None),
        ] {
            assert_eq!(Unfit::of(&response(finish, text, &[])), unfit);
        }
    }

    #[test]
    fn only_the_last_call_of_an_answer_that_broke_off_is_broken_and_only_where_it_is_not_whole() {
        for (finish, arguments, is_broken) in [
            (Finish::Length, ["{}", "{\"path\": \"a"], true),
            (Finish::Length, ["{}", ""], true),
            (Finish::Length, ["{", "{\"path\": \"a\"}"], false),
            (Finish::Calls, ["{}", "{"], false),
        ] {
            let response = response(finish, "", &arguments);
            assert_eq!(broken_call(&response).is_some(), is_broken, "{arguments:?}");
        }
    }
}
