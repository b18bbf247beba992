//! Tool calls by structured output: the server holds the model to a JSON Schema with one object per tool, or an answer.

use serde_json::{Value, json};

use super::{fenced, wire};
use crate::{ChatRequest, ChatResponse, Finish, Message, ModelError, ToolCall};

/// The member that names the tool, and the name that stands for "no tool, this is the answer".
const TOOL: &str = "tool";
const ANSWER: &str = "answer";

/// The request with a schema as response format.
pub(super) fn request(model: &str, request: &ChatRequest) -> Value {
    let mut choices: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| {
            json!({
                "type": "object",
                "properties": {TOOL: {"const": tool.name}, "arguments": tool.input},
                "required": [TOOL, "arguments"],
                "additionalProperties": false,
            })
        })
        .collect();
    choices.push(json!({
        "type": "object",
        "properties": {TOOL: {"const": ANSWER}, "text": {"type": "string"}},
        "required": [TOOL, "text"],
        "additionalProperties": false,
    }));
    let mut messages = wire::messages(request, message);
    if let Some(Value::Object(first)) = messages.first_mut() {
        first.insert("content".to_owned(), Value::String(format!("{}\n\n{}", request.system, instructions(request))));
    }
    json!({
        "model": model,
        "messages": messages,
        "max_tokens": request.max_output_tokens,
        "temperature": 0,
        "response_format": {"type": "json_schema", "json_schema": {"name": "step", "strict": true, "schema": {"anyOf": choices}}},
    })
}

/// What a model needs to be told when no `tools` field tells it.
fn instructions(request: &ChatRequest) -> String {
    let mut text = format!(
        "Answer with one JSON object and nothing else. To use a tool: {{\"{TOOL}\": \"<name>\", \"arguments\": {{...}}}}. \
         When the task is done: {{\"{TOOL}\": \"{ANSWER}\", \"text\": \"<your answer>\"}}.\nTools:\n"
    );
    for tool in &request.tools {
        text.push_str(&format!(
            "- {}: {} Arguments: {}\n",
            tool.name,
            tool.description,
            tool.input.get("properties").unwrap_or(&tool.input)
        ));
    }
    text
}

fn message(message: &Message) -> Value {
    match message {
        Message::User { text } => json!({"role": "user", "content": text}),
        Message::Assistant { text, calls } => {
            let content = match calls.first() {
                // What the model wrote, as it was asked to write it.
                Some(call) => {
                    let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| Value::String(call.arguments.clone()));
                    json!({TOOL: call.name, "arguments": arguments}).to_string()
                }
                None => json!({TOOL: ANSWER, "text": text}).to_string(),
            };
            json!({"role": "assistant", "content": content})
        }
        Message::ToolResult { name, content, .. } => json!({"role": "user", "content": format!("Result of {name}:\n{content}")}),
    }
}

/// Reads the object that the schema asked for.
pub(super) fn read(mut answer: ChatResponse) -> Result<ChatResponse, ModelError> {
    let wrong = |why: &str| ModelError::Answer { why: why.to_owned() };
    if answer.finish == Finish::Filtered {
        return Ok(answer);
    }
    let object = match fenced::object_in(&answer.text) {
        Some(object) => object,
        None if answer.finish == Finish::Length => return Ok(answer),
        None => return Err(wrong("it is not one JSON object, as the response format asks")),
    };
    let tool = object.get(TOOL).and_then(Value::as_str).ok_or_else(|| wrong("its object names no tool"))?;
    if tool == ANSWER {
        answer.text = object.get("text").and_then(Value::as_str).ok_or_else(|| wrong("its answer has no text"))?.to_owned();
        answer.finish = Finish::Stop;
    } else {
        let arguments = object.get("arguments").cloned().unwrap_or_else(|| json!({}));
        answer.calls = vec![ToolCall { id: String::new(), name: tool.to_owned(), arguments: arguments.to_string() }];
        answer.text.clear();
        answer.finish = Finish::Calls;
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TokenUsage;

    fn answer(text: &str) -> ChatResponse {
        ChatResponse { text: text.into(), calls: vec![], finish: Finish::Stop, usage: TokenUsage::default() }
    }

    #[test]
    fn reads_a_call_and_an_answer() {
        let call = read(answer("{\"tool\":\"files.read\",\"arguments\":{\"path\":\"a\"}}")).unwrap();
        assert_eq!((call.calls[0].name.as_str(), call.finish), ("files.read", Finish::Calls));
        let text = read(answer("```json\n{\"tool\":\"answer\",\"text\":\"4.7.1\"}\n```")).unwrap();
        assert_eq!((text.text.as_str(), text.calls.len()), ("4.7.1", 0));
        let filtered = ChatResponse { finish: Finish::Filtered, ..answer("I can") };
        assert_eq!(read(filtered.clone()).unwrap(), filtered);
        for bad in ["4.7.1", "{}", "{\"tool\":\"answer\"}", "[]"] {
            assert!(read(answer(bad)).is_err(), "{bad}");
        }
    }
}
