//! What a model says as the events of either protocol, in the form in which the services send them.

use serde_json::{Value, json};

/// Text, and calls with their arguments.
pub struct Says<'a> {
    pub text: &'a str,
    pub calls: &'a [(&'a str, Value)],
}

/// Pieces of a text, some characters each.
fn pieces(text: &str) -> Vec<String> {
    text.chars().collect::<Vec<char>>().chunks(7).map(|piece| piece.iter().collect()).collect()
}

/// The events of a chat completion: 100 tokens sent, 80 of them cached, 10 received.
pub fn openai(says: &Says<'_>) -> Vec<String> {
    let chunk = |delta: Value, finish: Option<&str>| {
        json!({"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "usage": null,
               "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    };
    let mut chunks = vec![chunk(json!({"role": "assistant", "content": ""}), None)];
    chunks.extend(pieces(says.text).into_iter().map(|piece| chunk(json!({"content": piece}), None)));
    for (index, (name, arguments)) in says.calls.iter().enumerate() {
        let call = |piece: Value| chunk(json!({"tool_calls": [piece]}), None);
        let function = json!({"name": name, "arguments": ""});
        chunks.push(call(json!({"index": index, "id": format!("c{index}"), "type": "function", "function": function})));
        chunks.extend(
            pieces(&arguments.to_string()).into_iter().map(|piece| call(json!({"index": index, "function": {"arguments": piece}}))),
        );
    }
    chunks.push(chunk(json!({}), Some(if says.calls.is_empty() { "stop" } else { "tool_calls" })));
    chunks.push(json!({"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110, "prompt_tokens_details": {"cached_tokens": 80}}}));
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).chain(["data: [DONE]\n\n".to_owned()]).collect()
}

/// The events of a message: 5 tokens sent beside the cache, 20 written to it, 75 read from it, 10 received.
pub fn anthropic(says: &Says<'_>) -> Vec<String> {
    let usage = json!({"input_tokens": 5, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 75, "output_tokens": 1});
    let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage});
    let mut events = vec![json!({"type": "message_start", "message": message}), json!({"type": "ping"})];
    let mut block = |block: Value, deltas: Vec<Value>| {
        let index = events.iter().filter(|event| event["type"] == "content_block_start").count();
        events.push(json!({"type": "content_block_start", "index": index, "content_block": block}));
        events.extend(deltas.into_iter().map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})));
        events.push(json!({"type": "content_block_stop", "index": index}));
    };
    if !says.text.is_empty() {
        let deltas = pieces(says.text).into_iter().map(|piece| json!({"type": "text_delta", "text": piece})).collect();
        block(json!({"type": "text", "text": ""}), deltas);
    }
    for (index, (name, arguments)) in says.calls.iter().enumerate() {
        let deltas = pieces(&arguments.to_string()).into_iter().map(|piece| json!({"type": "input_json_delta", "partial_json": piece}));
        block(json!({"type": "tool_use", "id": format!("toolu_{index}"), "name": name, "input": {}}), deltas.collect());
    }
    let reason = if says.calls.is_empty() { "end_turn" } else { "tool_use" };
    let ending = json!({"stop_reason": reason, "stop_sequence": null});
    events.push(json!({"type": "message_delta", "delta": ending, "usage": {"output_tokens": 10}}));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().expect("a type"))).collect()
}
