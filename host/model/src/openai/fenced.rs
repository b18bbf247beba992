//! Calls that a model writes as text: JSON objects, bare or in code fences, instead of `tool_calls`.

use serde_json::Value;

use crate::{ChatResponse, Finish, ModelError, ToolCall, ToolSpec, calls::Calls};

/// The answer with its text read as calls, where it has no calls and its text consists of such objects. What the
/// text quotes may be read as a call too: like every call it is only asked for, and the gate decides. What was filtered asks for
/// nothing.
///
/// # Errors
/// [`ModelError::TooManyCalls`].
pub(super) fn calls_in_text(mut answer: ChatResponse, tools: &[ToolSpec]) -> Result<ChatResponse, ModelError> {
    if !answer.calls.is_empty() || answer.finish == Finish::Filtered {
        return Ok(answer);
    }
    let calls: Option<Vec<ToolCall>> =
        objects_in(&answer.text).and_then(|objects| objects.iter().map(|object| call_of(object, tools)).collect());
    if let Some(calls) = calls.filter(|calls| !calls.is_empty()) {
        answer.calls = Calls::of(calls)?.into_vec();
        answer.text.clear();
        answer.finish = Finish::Calls;
    }
    Ok(answer)
}

/// The JSON objects that a text consists of: those in its code fences, or, where it has none, all of it; none where any part of
/// that is something else.
fn objects_in(text: &str) -> Option<Vec<Value>> {
    let objects = |text: &str| serde_json::Deserializer::from_str(text).into_iter().collect::<Result<Vec<Value>, _>>().ok();
    if !text.contains("```") {
        return objects(text);
    }
    let tag = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let blocks: Option<Vec<Vec<Value>>> =
        text.split("```").skip(1).step_by(2).map(|block| objects(block.trim_start_matches(tag))).collect();
    blocks.map(|blocks| blocks.into_iter().flatten().collect())
}

/// The one JSON object that a text consists of: bare, or the contents of its only code fence.
pub(super) fn object_in(text: &str) -> Option<Value> {
    let text = text.trim();
    let inner = match text.split_once("```") {
        None => text,
        Some((_, rest)) => {
            let (block, after) = rest.split_once("```")?;
            if after.contains("```") {
                return None;
            }
            block.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim()
        }
    };
    serde_json::from_str(inner).ok().filter(Value::is_object)
}

/// The call that the object is, of an offered tool in one of the spellings that models use.
fn call_of(object: &Value, tools: &[ToolSpec]) -> Option<ToolCall> {
    let call = object.get("function").filter(|inner| inner.is_object()).unwrap_or(object);
    let name = ["name", "tool", "function", "tool_name"].iter().find_map(|member| call.get(member)?.as_str())?;
    let offered = ToolSpec::offered(tools, name)?;
    let arguments = ["arguments", "parameters", "args", "input"].iter().find_map(|member| call.get(member)).cloned();
    let arguments: Value = match arguments {
        Some(Value::String(text)) => serde_json::from_str(&text).ok()?,
        Some(value) => value,
        None => Value::Object(serde_json::Map::new()),
    };
    Some(ToolCall { id: String::new(), name: offered.name.clone(), arguments: arguments.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MAX_CALLS, TokenUsage};
    use serde_json::json;

    fn tools() -> Vec<ToolSpec> {
        vec![ToolSpec { name: "files.read".into(), description: String::new(), input: json!({}) }]
    }

    fn read(text: &str) -> ChatResponse {
        calls_in_text(said(text, Finish::Stop), &tools()).unwrap()
    }

    fn said(text: &str, finish: Finish) -> ChatResponse {
        ChatResponse { text: text.into(), calls: vec![], finish, usage: TokenUsage::default() }
    }

    #[test]
    fn what_was_filtered_asks_for_nothing_and_calls_have_a_limit() {
        let object = "{\"name\": \"files_read\"}\n";
        let filtered = said(object, Finish::Filtered);
        assert_eq!(calls_in_text(filtered.clone(), &tools()).unwrap(), filtered);
        assert_eq!(read(&object.repeat(MAX_CALLS)).calls.len(), MAX_CALLS);
        let many = calls_in_text(said(&object.repeat(MAX_CALLS + 1), Finish::Stop), &tools());
        assert!(matches!(many, Err(ModelError::TooManyCalls { limit: MAX_CALLS })));
    }

    #[test]
    fn reads_a_call_in_a_fence_or_bare() {
        for text in [
            "```json\n{\"name\": \"files_read\", \"arguments\": {\"path\": \"a\"}}\n```",
            "I will read it.\n```\n{\"tool\": \"files.read\", \"parameters\": {\"path\": \"a\"}}\n```",
            "{\"function\": {\"name\": \"files_read\", \"arguments\": \"{\\\"path\\\": \\\"a\\\"}\"}}",
        ] {
            let answer = read(text);
            assert_eq!(answer.calls.len(), 1, "{text}");
            assert_eq!((answer.calls[0].name.as_str(), answer.calls[0].arguments.as_str()), ("files.read", "{\"path\":\"a\"}"));
        }
    }

    #[test]
    fn reads_several_calls_in_their_order() {
        let object = |path: &str| format!("{{\"name\": \"files_read\", \"arguments\": {{\"path\": \"{path}\"}}}}");
        for text in [
            format!("{}\n{}", object("a"), object("b")),
            format!("First\n```json\n{}\n```\nthen\n```\n{}\n```\n", object("a"), object("b")),
        ] {
            let paths: Vec<String> = read(&text).calls.iter().map(|call| call.arguments.clone()).collect();
            assert_eq!(paths, ["{\"path\":\"a\"}", "{\"path\":\"b\"}"], "{text}");
        }
    }

    #[test]
    fn leaves_text_alone_that_only_mentions_json() {
        for text in [
            "{\"name\": \"rm\", \"arguments\": {}}",
            "the file says {\"name\": \"files_read\"} and more",
            "```json\n{}\n```",
            "```\n{\"name\":\"files_read\"}\n```\n```\nx\n```",
        ] {
            assert!(read(text).calls.is_empty(), "{text}");
        }
    }
}
