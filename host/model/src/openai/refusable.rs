//! Members of a request that some servers refuse: they are asked without them from then on.
//!
//! Mistral's refuses `stream_options` with 422, others with 400; OpenAI's reasoning models want `max_completion_tokens` instead of
//! `max_tokens`, which most other servers do not know, and take no `temperature` but their own (OpenAI's guide to reasoning models).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::exchange::Fault;

/// A member that a request can do without, or with another in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    /// It asks for token counts at the end of a stream.
    StreamOptions,
    /// The longest answer; another member says it as well.
    MaxTokens,
    /// It asks for the likeliest answer.
    Temperature,
}

impl Member {
    const ALL: [Self; 3] = [Self::StreamOptions, Self::MaxTokens, Self::Temperature];

    fn name(self) -> &'static str {
        match self {
            Self::StreamOptions => "stream_options",
            Self::MaxTokens => "max_tokens",
            Self::Temperature => "temperature",
        }
    }
}

/// What a server has refused so far.
#[derive(Debug, Default)]
pub(super) struct Refused(BTreeSet<Member>);

impl Refused {
    /// Completes a request with what the server has not refused.
    pub(super) fn complete(&self, members: &mut Map<String, Value>) {
        members.insert(Member::StreamOptions.name().to_owned(), json!({"include_usage": true}));
        for member in &self.0 {
            let value = members.remove(member.name());
            if let (Member::MaxTokens, Some(value)) = (member, value) {
                members.insert("max_completion_tokens".to_owned(), value);
            }
        }
    }

    /// Learns from a failure which member the server refuses; whether there is one that it had not refused before.
    pub(super) fn learn(&mut self, fault: &Fault) -> bool {
        let Fault::Status { head, body } = fault else { return false };
        let named = |member: &Member| body.contains(member.name()) && !self.0.contains(member);
        let refused = Member::ALL.into_iter().find(named).filter(|_| matches!(head.status, 400 | 422));
        refused.is_some_and(|member| self.0.insert(member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_net::Head;

    fn status(status: u16, body: &str) -> Fault {
        Fault::Status { head: Head { status, retry_after: None, is_event_stream: false }, body: body.to_owned() }
    }

    #[test]
    fn what_is_refused_is_left_out_or_said_otherwise_and_nothing_is_refused_twice() {
        let mut refused = Refused::default();
        let body = |refused: &Refused| {
            let mut members = json!({"max_tokens": 7, "temperature": 0}).as_object().cloned().unwrap_or_default();
            refused.complete(&mut members);
            Value::Object(members)
        };
        assert_eq!(body(&refused), json!({"max_tokens": 7, "temperature": 0, "stream_options": {"include_usage": true}}));
        // The words of OpenAI's API.
        let told = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        assert!(!refused.learn(&status(500, told)) && refused.learn(&status(400, told)) && !refused.learn(&status(400, told)));
        assert!(refused.learn(&status(400, "Unsupported value: 'temperature' does not support 0 with this model.")));
        assert!(refused.learn(&status(422, "stream_options: extra inputs are not permitted")));
        assert_eq!(body(&refused), json!({"max_completion_tokens": 7}));
        assert!(!refused.learn(&status(400, "no such model")) && !refused.learn(&Fault::Unfinished));
    }
}
