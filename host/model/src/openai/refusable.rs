//! Members of a request that some servers refuse: they are asked without them from then on.
//!
//! Mistral's refuses `stream_options` with 422, others with 400; OpenAI's reasoning models want `max_completion_tokens` instead of
//! `max_tokens`, which most other servers do not know, and take no `temperature` but their own (OpenAI's guide to reasoning models).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::exchange::{Fault, reported};

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
        let complaint = Complaint::of(body);
        let refused = Member::ALL.into_iter().find(|member| complaint.is_about(*member) && !self.0.contains(member));
        refused.filter(|_| matches!(head.status, 400 | 422)).is_some_and(|member| self.0.insert(member))
    }
}

/// What a server complains about. The rest of its answer may quote the conversation, in which any word can stand.
#[derive(Debug, PartialEq, Eq)]
enum Complaint {
    /// One member, which it names.
    Param(String),
    /// Whatever its words name.
    Words(String),
}

impl Complaint {
    fn of(body: &str) -> Self {
        let Ok(value) = serde_json::from_str::<Value>(body) else { return Self::Words(body.to_owned()) };
        let param = value.get("error").and_then(|error| error.get("param")).and_then(Value::as_str);
        if let Some(param) = param.filter(|param| !param.is_empty()) {
            return Self::Param(param.to_owned());
        }
        if let Some((_, message)) = reported(&value) {
            return Self::Words(message);
        }
        // FastAPI's form, which Mistral and vLLM have: a list of what is wrong, each with where it stands and the value that stood
        // there. Mistral puts it into a message.
        let message = value.get("message").unwrap_or(&value);
        let details = message.get("detail").and_then(Value::as_array).into_iter().flatten();
        let place = |detail: &Value| detail.get("loc")?.as_array()?.iter().rev().find_map(|part| Some(part.as_str()?.to_owned()));
        let places: Vec<String> = details.filter_map(place).collect();
        let said = [message, message.get("detail").unwrap_or(message)].into_iter().find_map(Value::as_str);
        Self::Words(said.map_or_else(|| places.join(" "), str::to_owned))
    }

    fn is_about(&self, member: Member) -> bool {
        match self {
            Self::Param(param) => param == member.name(),
            Self::Words(words) => words.contains(member.name()),
        }
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

    #[test]
    fn what_an_error_quotes_of_the_conversation_teaches_nothing() {
        let about = |body: Value| {
            let mut refused = Refused::default();
            refused.learn(&status(400, &body.to_string())).then(|| refused.0.into_iter().next()).flatten()
        };
        let quoted = "the temperature and the max_tokens of stream_options";
        for (body, member) in [
            (json!({"error": {"message": "Unsupported value", "param": "temperature"}}), Some(Member::Temperature)),
            (json!({"error": {"message": format!("Invalid content: {quoted}"), "param": "messages.[1].content"}}), None),
            (json!({"error": {"message": "too long", "param": null}, "input": quoted}), None),
            (json!({"error": {"message": "'max_tokens' is not supported", "param": null}}), Some(Member::MaxTokens)),
            (json!({"detail": [{"loc": ["body", "stream_options"], "input": {"include_usage": true}}]}), Some(Member::StreamOptions)),
            (json!({"message": {"detail": [{"loc": ["body", "temperature"]}]}, "object": "error"}), Some(Member::Temperature)),
            (json!({"message": "max_tokens: not known here", "object": "error"}), Some(Member::MaxTokens)),
            (json!({"detail": "stream_options is not known"}), Some(Member::StreamOptions)),
            (json!({"detail": [{"loc": ["body", "messages", 0, "content"], "input": quoted}]}), None),
            (json!({"request": quoted}), None),
        ] {
            assert_eq!(about(body.clone()), member, "{body}");
        }
    }
}
