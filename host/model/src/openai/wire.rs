//! The chat completions protocol: requests with the `tools` field, and answers.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    ChatRequest, ChatResponse, Finish, Message, TokenUsage, ToolCall,
    calls::Calls,
    chat::wire_name,
    exchange::{Fault, reported},
};

/// The request with native tool calls.
pub(super) fn native_request(model: &str, request: &ChatRequest) -> Value {
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| json!({"type": "function", "function": {"name": tool.wire_name(), "description": tool.description, "parameters": tool.input}}))
        .collect();
    let mut body = json!({
        "model": model,
        "messages": messages(request, native_message),
        "max_tokens": request.max_output_tokens,
        "temperature": 0,
    });
    if let (Value::Object(members), false) = (&mut body, tools.is_empty()) {
        members.insert("tools".to_owned(), Value::Array(tools));
    }
    body
}

/// The system message and every other one, each by `message`.
pub(super) fn messages(request: &ChatRequest, message: fn(&Message) -> Value) -> Vec<Value> {
    std::iter::once(json!({"role": "system", "content": request.system})).chain(request.messages.iter().map(message)).collect()
}

fn native_message(message: &Message) -> Value {
    match message {
        Message::User { text } => json!({"role": "user", "content": text}),
        Message::Assistant { text, calls } if calls.is_empty() => json!({"role": "assistant", "content": text}),
        Message::Assistant { text, calls } => {
            let calls: Vec<Value> = calls
                .iter()
                .map(|call| json!({"id": call.id, "type": "function", "function": {"name": wire_name(&call.name), "arguments": call.input().to_string()}}))
                .collect();
            json!({"role": "assistant", "content": text, "tool_calls": calls})
        }
        Message::ToolResult { id, content, .. } => json!({"role": "tool", "tool_call_id": id, "content": content}),
    }
}

// Servers add members of their own, so unknown ones are passed over here and in the stream: nothing in an answer is believed.
#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Answer,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    id: Option<String>,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    arguments: Value,
}

/// Token counts. The tokens of the cache are a part of `prompt_tokens` here.
#[derive(Deserialize)]
pub(super) struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        let cached = usage.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or_default();
        Self { input: usage.prompt_tokens, output: usage.completion_tokens, cached, cache_written: 0 }
    }
}

/// A call's arguments. The protocol says text; some servers send the object itself.
pub(super) fn arguments(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
    }
}

/// An answer in its parts.
pub(super) struct Parts {
    pub(super) text: String,
    /// What the model says instead of an answer; empty where it does not refuse.
    pub(super) refusal: String,
    pub(super) calls: Vec<ToolCall>,
    pub(super) finish_reason: Option<String>,
    pub(super) usage: Option<Usage>,
}

impl From<Parts> for ChatResponse {
    fn from(Parts { mut text, refusal, mut calls, finish_reason, usage }: Parts) -> Self {
        text.push_str(&refusal);
        let finish = match finish_reason.as_deref() {
            reason if !refusal.is_empty() || reason == Some("content_filter") => Finish::Filtered,
            Some("length") => Finish::Length,
            _ if !calls.is_empty() => Finish::Calls,
            _ => Finish::Stop,
        };
        // What a refused answer asked for before is not to be used.
        if finish == Finish::Filtered {
            calls.clear();
        }
        Self { text, calls, finish, usage: usage.map(TokenUsage::from).unwrap_or_default() }
    }
}

/// Reads an answer with status 200 that is one object.
pub(super) fn parse_response(body: &[u8]) -> Result<ChatResponse, Fault> {
    let wrong = |error: serde_json::Error| Fault::Protocol(error.to_string());
    let value: Value = serde_json::from_slice(body).map_err(wrong)?;
    if let Some((kind, message)) = reported(&value) {
        return Err(Fault::Reported { kind, message });
    }
    let completion: Completion = serde_json::from_value(value).map_err(wrong)?;
    let choice = completion.choices.into_iter().next().ok_or_else(|| Fault::Protocol("it has no choice".to_owned()))?;
    let calls = choice.message.tool_calls.unwrap_or_default().into_iter();
    let calls = calls.map(|call| ToolCall {
        id: call.id.unwrap_or_default(),
        name: call.function.name,
        arguments: arguments(call.function.arguments),
    });
    let calls = Calls::of(calls)?.into_vec();
    let (text, refusal) = (choice.message.content.unwrap_or_default(), choice.message.refusal.unwrap_or_default());
    Ok(Parts { text, refusal, calls, finish_reason: choice.finish_reason, usage: completion.usage }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MAX_CALLS;

    #[test]
    fn reads_calls_whether_arguments_are_text_or_an_object() {
        for arguments in [r#""{\"path\":\"a\"}""#, r#"{"path":"a"}"#] {
            let body = format!(
                r#"{{"id":"x","choices":[{{"index":0,"finish_reason":"tool_calls","message":{{"role":"assistant","content":null,"tool_calls":[{{"id":"c1","type":"function","function":{{"name":"files_read","arguments":{arguments}}}}}]}}}}],"usage":{{"prompt_tokens":5,"completion_tokens":7,"prompt_tokens_details":{{"cached_tokens":3}}}}}}"#
            );
            let answer = parse_response(body.as_bytes()).unwrap();
            assert_eq!(answer.calls, [ToolCall { id: "c1".into(), name: "files_read".into(), arguments: r#"{"path":"a"}"#.into() }]);
            assert_eq!((answer.finish, answer.usage), (Finish::Calls, TokenUsage { input: 5, output: 7, cached: 3, cache_written: 0 }));
        }
    }

    fn with_calls(count: usize, finish_reason: &str) -> Vec<u8> {
        let call = json!({"type": "function", "function": {"name": "files_read", "arguments": "{}"}});
        let message = json!({"role": "assistant", "content": "so far", "tool_calls": vec![call; count]});
        json!({"choices": [{"index": 0, "finish_reason": finish_reason, "message": message}]}).to_string().into_bytes()
    }

    #[test]
    fn a_filtered_answer_and_a_refusal_are_told_and_what_they_asked_for_is_not_used() {
        let answer = parse_response(&with_calls(2, "content_filter")).unwrap();
        assert_eq!((answer.calls.len(), answer.finish, answer.text.as_str()), (0, Finish::Filtered, "so far"));
        let refused = parse_response(br#"{"choices":[{"message":{"content":null,"refusal":"I cannot"},"finish_reason":"stop"}]}"#).unwrap();
        assert_eq!((refused.finish, refused.text.as_str()), (Finish::Filtered, "I cannot"));
    }

    #[test]
    fn calls_of_one_answer_have_a_limit() {
        assert_eq!(parse_response(&with_calls(MAX_CALLS, "tool_calls")).unwrap().calls.len(), MAX_CALLS);
        assert!(matches!(parse_response(&with_calls(MAX_CALLS + 1, "tool_calls")), Err(Fault::TooManyCalls)));
    }

    #[test]
    fn an_answer_that_is_none_has_a_named_error() {
        for body in ["", "{}", r#"{"choices":[]}"#, "[1]", "null"] {
            assert!(matches!(parse_response(body.as_bytes()), Err(Fault::Protocol(_))), "{body}");
        }
        let told = parse_response(br#"{"error":{"message":"no","code":502}}"#);
        assert!(matches!(told, Err(Fault::Reported { kind, message }) if kind == "502" && message == "no"));
    }
}
