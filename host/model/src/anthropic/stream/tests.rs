use super::*;
use crate::{Deaf, MAX_CALLS, exchange::read_stream};
use proptest::prelude::*;
use serde_json::json;

fn stream(events: &[Value]) -> String {
    let lines: Vec<String> =
        events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or("message"))).collect();
    lines.concat()
}

fn start() -> Value {
    let usage = json!({"input_tokens": 5, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 300, "output_tokens": 1});
    json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "usage": usage}})
}

fn begin(index: u64, block: Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn delta(index: u64, delta: Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn json_delta(index: u64, piece: &str) -> Value {
    delta(index, json!({"type": "input_json_delta", "partial_json": piece}))
}

fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn end(reason: &str) -> [Value; 2] {
    let usage = json!({"output_tokens": 17});
    [
        json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null}, "usage": usage}),
        json!({"type": "message_stop"}),
    ]
}

fn call_begin(index: u64) -> Value {
    begin(index, json!({"type": "tool_use", "id": format!("toolu_{index}"), "name": "files_read", "input": {}}))
}

/// A thought, text, and two calls, with a ping and an event that nobody knows.
fn whole() -> String {
    let mut events = vec![
        start(),
        begin(0, json!({"type": "thinking", "thinking": "", "signature": ""})),
        delta(0, json!({"type": "thinking_delta", "thinking": "hm"})),
        delta(0, json!({"type": "signature_delta", "signature": "abc"})),
        stop(0),
        begin(1, json!({"type": "text", "text": ""})),
        json!({"type": "ping"}),
        delta(1, json!({"type": "text_delta", "text": "I lo"})),
        delta(1, json!({"type": "text_delta", "text": "ök"})),
        stop(1),
        call_begin(2),
        json_delta(2, ""),
        json_delta(2, "{\"path\": "),
        json_delta(2, "\"ä\"}"),
        stop(2),
        json!({"type": "of_a_newer_version", "content": []}),
        call_begin(3),
        stop(3),
    ];
    events.extend(end("tool_use"));
    stream(&events)
}

fn read(text: &str) -> Result<ChatResponse, Fault> {
    read_stream::<Stream>(text.as_bytes(), text.len(), &mut Deaf)
}

fn call(id: &str, arguments: &str) -> ToolCall {
    ToolCall { id: id.into(), name: "files_read".into(), arguments: arguments.into() }
}

#[test]
fn blocks_come_to_an_answer_and_counts_to_those_of_the_other_protocol() {
    let answer = read(&whole()).unwrap();
    assert_eq!(answer.text, "I loök");
    assert_eq!(answer.calls, [call("toolu_2", "{\"path\": \"ä\"}"), call("toolu_3", "{}")]);
    assert_eq!(answer.finish, Finish::Calls);
    assert_eq!(answer.usage, TokenUsage { input: 325, output: 17, cached: 300, cache_written: 20 });
}

#[test]
fn cut_anywhere_it_is_no_answer() {
    let text = whole();
    for cut in 0..text.len() - 1 {
        let Some(cut_off) = text.get(..cut) else { continue };
        assert!(matches!(read(cut_off), Err(Fault::Unfinished)), "cut at {cut}");
    }
}

#[test]
fn an_end_says_what_it_is() {
    for (reason, finish) in [
        ("end_turn", Finish::Stop),
        ("stop_sequence", Finish::Stop),
        ("of_a_newer_version", Finish::Stop),
        ("max_tokens", Finish::Length),
        ("model_context_window_exceeded", Finish::Length),
        ("refusal", Finish::Filtered),
    ] {
        let events = [vec![start(), begin(0, json!({"type": "text", "text": "so"})), stop(0)], end(reason).to_vec()].concat();
        let answer = read(&stream(&events)).unwrap();
        assert_eq!((answer.finish, answer.text.as_str()), (finish, "so"), "{reason}");
    }
    assert!(matches!(read(&stream(&[vec![start()], end("pause_turn").to_vec()].concat())), Err(Fault::Protocol(_))));
}

#[test]
fn a_call_that_was_cut_short_has_no_arguments_that_read_back_and_a_refused_one_is_none() {
    for pieces in [vec![], vec![json_delta(0, "{\"path\":")]] {
        let events = |reason| [vec![start(), call_begin(0)], pieces.clone(), vec![stop(0)], end(reason).to_vec()].concat();
        let cut = read(&stream(&events("max_tokens"))).unwrap();
        assert!(serde_json::from_str::<Value>(&cut.calls[0].arguments).is_err(), "{:?}", cut.calls);
        assert_eq!(read(&stream(&events("refusal"))).unwrap().calls, []);
    }
}

#[test]
fn an_error_in_the_stream_is_reported_and_nonsense_is_refused() {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let told = read(&stream(&[start(), begin(0, json!({"type": "text", "text": "I"})), error.clone()]));
    assert!(matches!(told, Err(Fault::Reported { kind, message }) if kind == "overloaded_error" && message == "Overloaded"));
    assert!(matches!(Stream::parse(error.to_string().as_bytes()), Err(Fault::Reported { .. })));
    let text = begin(0, json!({"type": "text", "text": ""}));
    for bad in [
        vec![start(), json_delta(0, "{}")],
        vec![start(), text.clone(), json_delta(0, "{}")],
        vec![start(), text.clone(), text.clone()],
        vec![start(), text.clone(), stop(0), stop(0)],
        vec![start(), text.clone(), json!({"type": "message_stop"})],
        vec![start(), json!({"type": "message_stop"})],
        vec![json!({"content": "x"})],
    ] {
        assert!(matches!(read(&stream(&bad)), Err(Fault::Protocol(_))), "{bad:?}");
    }
}

#[test]
fn a_message_that_came_whole_is_read_too() {
    let body = json!({
        "type": "message", "role": "assistant", "stop_reason": "tool_use", "usage": {"input_tokens": 5, "output_tokens": 7},
        "content": [{"type": "text", "text": "so"}, {"type": "tool_use", "id": "a", "name": "files_read", "input": {"path": "x"}}],
    });
    let answer = Stream::parse(body.to_string().as_bytes()).unwrap();
    assert_eq!((answer.text.as_str(), answer.calls), ("so", vec![call("a", "{\"path\":\"x\"}")]));
    assert_eq!(answer.usage, TokenUsage { input: 5, output: 7, ..TokenUsage::default() });
    assert!(matches!(Stream::parse(b"{}"), Err(Fault::Protocol(_))));
}

proptest! {
    #[test]
    fn any_cut_into_pieces_gives_the_same_answer(size in 1usize..400) {
        let text = whole();
        let mut heard = Heard(String::new());
        let answer = read_stream::<Stream>(text.as_bytes(), size, &mut heard).unwrap();
        prop_assert_eq!(&heard.0, &answer.text);
        prop_assert_eq!(answer, read(&text).unwrap());
    }
}

struct Heard(String);
impl Listener for Heard {
    fn heard(&mut self, piece: &str) {
        self.0.push_str(piece);
    }
}

#[test]
fn calls_of_one_answer_have_a_limit() {
    let of = |count: u64| {
        let calls = (0..count).flat_map(|index| [call_begin(index), stop(index)]);
        let text = stream(&[start()].into_iter().chain(calls).chain(end("tool_use")).collect::<Vec<_>>());
        read_stream::<Stream>(text.as_bytes(), text.len(), &mut Deaf)
    };
    let whole = |count: usize| {
        let call = json!({"type": "tool_use", "id": "a", "name": "files_read", "input": {}});
        Stream::parse(json!({"content": vec![call; count], "stop_reason": "tool_use"}).to_string().as_bytes())
    };
    assert_eq!((of(MAX_CALLS as u64).unwrap().calls.len(), whole(MAX_CALLS).unwrap().calls.len()), (MAX_CALLS, MAX_CALLS));
    for many in [of(MAX_CALLS as u64 + 1), whole(MAX_CALLS + 1)] {
        assert!(matches!(many, Err(Fault::TooManyCalls)), "{many:?}");
    }
}
