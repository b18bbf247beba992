//! The stream of a chat completion: pieces of text and of calls, put together to what the whole answer would have been.
//!
//! The answer is whole where the server says so: by a `finish_reason`, or by `[DONE]`. A stream that ends before is none.

use std::ops::ControlFlow;

use serde::Deserialize;
use serde_json::Value;

use super::wire;
use crate::{
    ChatResponse, Listener, ToolCall,
    calls::Calls,
    event_stream::Event,
    exchange::{Fault, Reading, reported},
};

/// What ends a stream, in place of JSON.
const DONE: &str = "[DONE]";

// Unknown members are passed over, see `wire`.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<wire::Usage>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u64,
    #[serde(default)]
    delta: Option<Delta>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<CallPiece>>,
}

#[derive(Deserialize)]
struct CallPiece {
    #[serde(default)]
    index: Option<u64>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<FunctionPiece>,
}

#[derive(Deserialize)]
struct FunctionPiece {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<Value>,
}

/// An answer while it comes.
#[derive(Default)]
pub(super) struct Stream {
    text: String,
    refusal: String,
    /// Calls with the server's index of each.
    calls: Calls<(Option<u64>, ToolCall)>,
    finish_reason: Option<String>,
    usage: Option<wire::Usage>,
    done: bool,
}

impl Stream {
    fn take_call(&mut self, piece: CallPiece) -> Result<(), Fault> {
        let id = piece.id.unwrap_or_default();
        let (name, more) = piece.function.map_or((None, None), |function| (function.name, function.arguments));
        let name = name.unwrap_or_default();
        // A further piece has the index of its call. Some servers give no index, or the same one to every call: there a new
        // identifier begins a new call.
        let begun = self.calls.iter_mut().rev().find(|(index, _)| *index == piece.index).map(|(_, call)| call);
        let call = match begun {
            Some(call) if id.is_empty() || call.id == id => call,
            Some(_) | None => {
                let call = ToolCall { id, name: String::new(), arguments: String::new() };
                &mut self.calls.push((piece.index, call))?.1
            }
        };
        if call.name.is_empty() {
            call.name = name;
        } else if !name.is_empty() && name != call.name {
            return Err(Fault::Protocol("one call of its stream has two names".to_owned()));
        }
        if let Some(more) = more.filter(|more| !more.is_null()) {
            call.arguments.push_str(&wire::arguments(more));
        }
        Ok(())
    }
}

impl Reading for Stream {
    fn take(&mut self, event: &Event, listener: &mut dyn Listener) -> Result<ControlFlow<()>, Fault> {
        if event.data.trim() == DONE {
            self.done = true;
            return Ok(ControlFlow::Break(()));
        }
        let wrong = |error: serde_json::Error| Fault::Protocol(format!("an event of its stream: {error}"));
        let value: Value = serde_json::from_str(&event.data).map_err(wrong)?;
        if let Some((kind, message)) = reported(&value) {
            return Err(Fault::Reported { kind, message });
        }
        let chunk: Chunk = serde_json::from_value(value).map_err(wrong)?;
        if chunk.usage.is_some() {
            self.usage = chunk.usage;
        }
        // One answer was asked for: another choice is none of ours.
        for choice in chunk.choices.into_iter().filter(|choice| choice.index == 0) {
            if let Some(delta) = choice.delta {
                if let Some(text) = delta.content {
                    listener.heard(&text);
                    self.text.push_str(&text);
                }
                if let Some(refusal) = delta.refusal {
                    listener.heard(&refusal);
                    self.refusal.push_str(&refusal);
                }
                for piece in delta.tool_calls.unwrap_or_default() {
                    self.take_call(piece)?;
                }
            }
            if choice.finish_reason.is_some() {
                self.finish_reason = choice.finish_reason;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn finish(self) -> Result<ChatResponse, Fault> {
        if !self.done && self.finish_reason.is_none() {
            return Err(Fault::Unfinished);
        }
        let calls: Vec<ToolCall> = self.calls.into_vec().into_iter().map(|(_, call)| call).collect();
        if calls.iter().any(|call| call.name.is_empty()) {
            return Err(Fault::Protocol("a call of its stream has no name".to_owned()));
        }
        let Self { text, refusal, finish_reason, usage, .. } = self;
        Ok(wire::Parts { text, refusal, calls, finish_reason, usage }.into())
    }

    fn parse(body: &[u8]) -> Result<ChatResponse, Fault> {
        wire::parse_response(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Deaf, Finish, MAX_CALLS, TokenUsage, exchange::read_stream};
    use proptest::prelude::*;
    use serde_json::json;

    /// The data of chunks as a stream, with its end.
    fn stream(chunks: &[Value]) -> String {
        let lines: Vec<String> = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
        lines.concat() + "data: [DONE]\n\n"
    }

    fn delta(delta: Value) -> Value {
        json!({"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
    }

    fn end(reason: &str) -> Value {
        json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "usage": null})
    }

    fn usage() -> Value {
        json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 8}}})
    }

    fn piece(index: u64, id: Option<&str>, name: Option<&str>, arguments: &str) -> Value {
        delta(json!({"tool_calls": [{"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": arguments}}]}))
    }

    /// Text, and two calls whose pieces come one after the other.
    fn whole() -> String {
        stream(&[
            delta(json!({"role": "assistant", "content": ""})),
            delta(json!({"content": "I lo"})),
            delta(json!({"content": "ök"})),
            piece(0, Some("c1"), Some("files_read"), ""),
            piece(0, None, None, "{\"path\":"),
            piece(0, None, None, "\"ä\"}"),
            piece(1, Some("c2"), Some("files_list"), "{}"),
            end("tool_calls"),
            usage(),
        ])
    }

    fn read(text: &str) -> Result<ChatResponse, Fault> {
        read_stream::<Stream>(text.as_bytes(), text.len(), &mut Deaf)
    }

    fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
        ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }
    }

    #[test]
    fn pieces_come_to_what_the_whole_answer_would_have_been() {
        let answer = read(&whole()).unwrap();
        assert_eq!(answer.text, "I loök");
        assert_eq!(answer.calls, [call("c1", "files_read", "{\"path\":\"ä\"}"), call("c2", "files_list", "{}")]);
        assert_eq!(answer.finish, Finish::Calls);
        assert_eq!(answer.usage, TokenUsage { input: 9, output: 4, cached: 8, cache_written: 0 });
    }

    #[test]
    fn calls_are_told_apart_where_a_server_gives_no_index_or_always_the_same() {
        for index in [json!(null), json!(0)] {
            let piece = |id: &str, path: &str| {
                let function = json!({"name": "files_read", "arguments": {"path": path}});
                delta(json!({"tool_calls": [{"index": index, "id": id, "function": function}]}))
            };
            let answer = read(&stream(&[piece("a", "1"), piece("b", "2"), end("stop")])).unwrap();
            assert_eq!(answer.calls, [call("a", "files_read", "{\"path\":\"1\"}"), call("b", "files_read", "{\"path\":\"2\"}")]);
        }
    }

    #[test]
    fn a_refusal_in_pieces_is_told_as_one() {
        let answer = read(&stream(&[delta(json!({"refusal": "I can"})), delta(json!({"refusal": "not"})), end("stop")])).unwrap();
        assert_eq!((answer.finish, answer.text.as_str()), (Finish::Filtered, "I cannot"));
    }

    #[test]
    fn calls_of_one_answer_have_a_limit() {
        let of = |count: usize| {
            let pieces = (0..count as u64).map(|index| piece(index, None, Some("files_read"), "{}"));
            read(&stream(&pieces.chain([end("tool_calls")]).collect::<Vec<_>>()))
        };
        assert_eq!(of(MAX_CALLS).unwrap().calls.len(), MAX_CALLS);
        assert!(matches!(of(MAX_CALLS + 1), Err(Fault::TooManyCalls)));
    }

    #[test]
    fn an_answer_is_whole_where_the_server_says_so_and_nowhere_before() {
        let text = whole();
        let (before, after) = text.split_once("\"finish_reason\":\"tool_calls\"").unwrap();
        let finished = before.len() + "\"finish_reason\":\"tool_calls\"".len() + after.find("\n\n").unwrap() + 2;
        for cut in 0..finished {
            let Some(cut_off) = text.get(..cut) else { continue };
            assert!(matches!(read(cut_off), Err(Fault::Unfinished)), "cut at {cut}");
        }
        assert_eq!(read(text.get(..finished).unwrap()).unwrap().usage, TokenUsage::default());
        assert_eq!(read(&stream(&[delta(json!({"content": "ok"}))])).unwrap().text, "ok");
    }

    #[test]
    fn an_error_in_the_stream_is_reported_and_nonsense_is_refused() {
        let broken = stream(&[delta(json!({"content": "I"})), json!({"error": {"message": "out of memory", "type": "server_error"}})]);
        assert!(matches!(read(&broken), Err(Fault::Reported { kind, .. }) if kind == "server_error"));
        let nameless = stream(&[piece(0, Some("a"), None, "{}"), end("tool_calls")]);
        let twice = stream(&[piece(0, Some("a"), Some("x"), ""), piece(0, None, Some("y"), ""), end("tool_calls")]);
        for bad in ["data: {\n\n", "data: 1\n\n", nameless.as_str(), twice.as_str()] {
            assert!(matches!(read(bad), Err(Fault::Protocol(_))), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_cut_into_pieces_gives_the_same_answer(size in 1usize..400) {
            let (text, mut heard) = (whole(), Heard(String::new()));
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
}
