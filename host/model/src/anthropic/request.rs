//! The request: system, tools and a conversation in turns, with marks for what the provider may keep in its cache.
//!
//! A mark says: what stands up to here (tools, then system, then messages) will come again. At most four are allowed; the next
//! request of a run has the same tools, the same system text and this request's turns, so they stand on the last tool, on the
//! system text, and on the results in the last two turns of the user: the newest is written, the one before it is found again.

use serde_json::{Value, json};

use crate::{ChatRequest, Message, chat::wire_name};

/// How many of the user's turns are marked, from the last.
const MARKED_TURNS: usize = 2;

/// The request's body.
pub(super) fn body(model: &str, request: &ChatRequest) -> Value {
    let mut tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| json!({"name": tool.wire_name(), "description": tool.description, "input_schema": tool.input}))
        .collect();
    if let Some(last) = tools.last_mut() {
        mark(last);
    }
    let mut system = json!({"type": "text", "text": request.system});
    mark(&mut system);
    let mut turns = turns(&request.messages);
    for turn in turns.iter_mut().rev().filter(|turn| turn.role == USER).take(MARKED_TURNS) {
        // What stands behind the results, such as the plan, is another in the next request.
        let is_result = |block: &Value| block.get("type") == Some(&Value::from("tool_result"));
        let last = turn.content.iter().rposition(is_result).or(turn.content.len().checked_sub(1));
        if let Some(last) = last.and_then(|last| turn.content.get_mut(last)) {
            mark(last);
        }
    }
    let messages: Vec<Value> = turns.into_iter().map(|turn| json!({"role": turn.role, "content": turn.content})).collect();
    let mut body =
        json!({"model": model, "max_tokens": request.max_output_tokens, "system": [system], "messages": messages, "stream": true});
    if let (Value::Object(members), false) = (&mut body, tools.is_empty()) {
        members.insert("tools".to_owned(), Value::Array(tools));
    }
    body
}

fn mark(block: &mut Value) {
    if let Value::Object(members) = block {
        members.insert("cache_control".to_owned(), json!({"type": "ephemeral"}));
    }
}

const USER: &str = "user";
const ASSISTANT: &str = "assistant";

/// Consecutive messages of one role.
struct Turn {
    role: &'static str,
    content: Vec<Value>,
}

/// The conversation with its roles in turn, as the API wants it.
fn turns(messages: &[Message]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        let (role, content) = blocks(message);
        match turns.last_mut() {
            Some(turn) if turn.role == role => turn.content.extend(content),
            // The API takes no turn without content.
            _ if content.is_empty() => {}
            _ => turns.push(Turn { role, content }),
        }
    }
    for turn in &mut turns {
        // The results of calls stand before whatever else is said with them.
        turn.content.sort_by_key(|block| turn.role == USER && block.get("type") != Some(&Value::from("tool_result")));
    }
    turns
}

fn blocks(message: &Message) -> (&'static str, Vec<Value>) {
    match message {
        Message::User { text } => (USER, vec![json!({"type": "text", "text": text})]),
        Message::Assistant { text, calls } => {
            // The API refuses a text of nothing but white space.
            let said = (!text.trim().is_empty()).then(|| json!({"type": "text", "text": text}));
            let calls =
                calls.iter().map(|call| json!({"type": "tool_use", "id": call.id, "name": wire_name(&call.name), "input": call.input()}));
            (ASSISTANT, said.into_iter().chain(calls).collect())
        }
        Message::ToolResult { id, content, .. } => (USER, vec![json!({"type": "tool_result", "tool_use_id": id, "content": content})]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ToolCall, ToolSpec};

    fn call(id: &str, arguments: &str) -> ToolCall {
        ToolCall { id: id.into(), name: "files.read".into(), arguments: arguments.into() }
    }

    fn result(id: &str) -> Message {
        Message::ToolResult { id: id.into(), name: "files.read".into(), content: format!("result of {id}") }
    }

    fn user(text: &str) -> Message {
        Message::User { text: text.into() }
    }

    fn request(messages: Vec<Message>) -> ChatRequest {
        let tool = |name: &str| ToolSpec { name: name.into(), description: "d".into(), input: json!({"type": "object"}) };
        ChatRequest { system: "s".into(), messages, tools: vec![tool("files.list"), tool("files.read")], max_output_tokens: 99 }
    }

    /// How many marks are in a value.
    fn marks(value: &Value) -> usize {
        value.to_string().matches("cache_control").count()
    }

    #[test]
    fn a_conversation_is_written_as_the_api_wants_it() {
        let asked = Message::Assistant { text: "I look".into(), calls: vec![call("a", "{\"path\":\"x\"}"), call("b", "oops")] };
        let body = body("m", &request(vec![user("task"), asked, result("a"), result("b")]));
        let mark = json!({"type": "ephemeral"});
        assert_eq!(
            body,
            json!({
                "model": "m", "max_tokens": 99, "stream": true,
                "system": [{"type": "text", "text": "s", "cache_control": mark}],
                "tools": [
                    {"name": "files_list", "description": "d", "input_schema": {"type": "object"}},
                    {"name": "files_read", "description": "d", "input_schema": {"type": "object"}, "cache_control": mark},
                ],
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "task", "cache_control": mark}]},
                    {"role": "assistant", "content": [
                        {"type": "text", "text": "I look"},
                        {"type": "tool_use", "id": "a", "name": "files_read", "input": {"path": "x"}},
                        {"type": "tool_use", "id": "b", "name": "files_read", "input": {"INVALID_JSON": "oops"}},
                    ]},
                    {"role": "user", "content": [
                        {"type": "tool_result", "tool_use_id": "a", "content": "result of a"},
                        {"type": "tool_result", "tool_use_id": "b", "content": "result of b", "cache_control": mark},
                    ]},
                ],
            })
        );
    }

    #[test]
    fn roles_alternate_and_results_stand_first() {
        let silent = Message::Assistant { text: " \n".into(), calls: vec![] };
        let asked = Message::Assistant { text: String::new(), calls: vec![call("a", "{}")] };
        let turns = turns(&[user("1"), silent, user("2"), asked, user("3"), result("a"), user("4")]);
        let shape: Vec<(&str, Vec<&str>)> =
            turns.iter().map(|turn| (turn.role, turn.content.iter().map(|block| block["type"].as_str().unwrap()).collect())).collect();
        assert_eq!(shape, [(USER, vec!["text", "text"]), (ASSISTANT, vec!["tool_use"]), (USER, vec!["tool_result", "text", "text"])]);
    }

    #[test]
    fn at_most_four_marks_and_the_prefix_of_the_next_request_is_marked_in_this_one() {
        let mut messages = vec![user("task")];
        let mut before: Option<Value> = None;
        for turn in 0..6 {
            let body = body("m", &request(messages.clone()));
            assert_eq!(marks(&body), if turn == 0 { 3 } else { 4 });
            if let Some(before) = before.replace(body.clone()) {
                let newest = before["messages"].as_array().unwrap().len() - 1;
                assert_eq!(before["messages"][newest], body["messages"][newest], "the newest turn of the last request comes again, marked");
                assert_eq!((&before["tools"], &before["system"]), (&body["tools"], &body["system"]));
            }
            messages.push(Message::Assistant { text: String::new(), calls: vec![call(&turn.to_string(), "{}")] });
            messages.push(result(&turn.to_string()));
        }
        // A plan at the end is another each time: what is marked stands before it.
        let mut planned = request(messages[..3].to_vec());
        planned.messages.push(user("plan"));
        let body_of = |request: &ChatRequest| body("m", request)["messages"][2].clone();
        assert_eq!(body_of(&planned)["content"][0], body_of(&request(messages[..3].to_vec()))["content"][0]);
        assert_eq!(marks(&body_of(&planned)["content"][1]), 0);
        let mut bare = request(vec![user("task")]);
        bare.tools.clear();
        assert_eq!(marks(&body("m", &bare)), 2);
        assert!(body("m", &bare).get("tools").is_none());
    }
}
