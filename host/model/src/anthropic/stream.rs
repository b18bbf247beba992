//! The stream of a message: blocks of text and calls, each begun, continued and stopped, and an end that says why.
//!
//! The answer is whole after `message_stop`; a stream that ends before is none. Types of events, blocks and deltas that are not
//! known here are passed over: the API's versioning policy says that new ones may come.

use std::{collections::BTreeMap, ops::ControlFlow};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    ChatResponse, Finish, Listener, TokenUsage, ToolCall,
    calls::Calls,
    event_stream::Event,
    exchange::{Fault, Reading, reported},
};

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Happened {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        index: u64,
        content_block: Block,
    },
    ContentBlockDelta {
        index: u64,
        delta: Delta,
    },
    ContentBlockStop {
        index: u64,
    },
    MessageDelta {
        delta: Ending,
        #[serde(default)]
        usage: Usage,
    },
    MessageStop,
    /// `ping`, and what is not known here.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    usage: Usage,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    /// Thoughts, a server's own tools, and what is not known here.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Delta {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "input_json_delta")]
    InputJson { partial_json: String },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Ending {
    #[serde(default)]
    stop_reason: Option<String>,
}

/// Token counts, each the total so far. `input_tokens` are those beside the cache's.
#[derive(Deserialize, Default, Clone, Copy)]
struct Usage {
    #[serde(default)]
    input_tokens: Option<u64>,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    output_tokens: Option<u64>,
}

impl Usage {
    /// The larger of each count: they are running totals, and some servers end with zeros for what they told before.
    fn updated(self, newer: Self) -> Self {
        Self {
            input_tokens: newer.input_tokens.max(self.input_tokens),
            cache_creation_input_tokens: newer.cache_creation_input_tokens.max(self.cache_creation_input_tokens),
            cache_read_input_tokens: newer.cache_read_input_tokens.max(self.cache_read_input_tokens),
            output_tokens: newer.output_tokens.max(self.output_tokens),
        }
    }
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        let cached = usage.cache_read_input_tokens.unwrap_or_default();
        let cache_written = usage.cache_creation_input_tokens.unwrap_or_default();
        let input = usage.input_tokens.unwrap_or_default().saturating_add(cached).saturating_add(cache_written);
        Self { input, output: usage.output_tokens.unwrap_or_default(), cached, cache_written }
    }
}

/// A whole message, from a server that does not stream.
#[derive(Deserialize)]
struct Whole {
    content: Vec<Block>,
    stop_reason: Option<String>,
    #[serde(default)]
    usage: Usage,
}

/// A block while it comes.
struct Open {
    block: Block,
    /// Pieces of a call's JSON.
    json: String,
    stopped: bool,
}

impl From<Block> for Open {
    fn from(block: Block) -> Self {
        Self { block, json: String::new(), stopped: false }
    }
}

/// A message while it comes.
#[derive(Default)]
pub(super) struct Stream {
    blocks: BTreeMap<u64, Open>,
    /// The indices of those that are calls.
    calls: Calls<u64>,
    stop_reason: Option<String>,
    usage: Usage,
    stopped: bool,
}

impl Stream {
    fn open(&mut self, index: u64) -> Result<&mut Open, Fault> {
        let open = self.blocks.get_mut(&index).filter(|open| !open.stopped);
        open.ok_or_else(|| Fault::Protocol(format!("its stream goes on with block {index}, which is not open")))
    }

    fn happened(&mut self, happened: Happened, listener: &mut dyn Listener) -> Result<ControlFlow<()>, Fault> {
        match happened {
            Happened::MessageStart { message } => self.usage = self.usage.updated(message.usage),
            Happened::ContentBlockStart { index, content_block } => {
                match &content_block {
                    Block::Text { text } => listener.heard(text),
                    Block::ToolUse { .. } => drop(self.calls.push(index)?),
                    Block::Other => {}
                }
                if self.blocks.insert(index, content_block.into()).is_some() {
                    return Err(Fault::Protocol(format!("its stream begins block {index} twice")));
                }
            }
            Happened::ContentBlockDelta { index, delta } => {
                let open = self.open(index)?;
                match (&mut open.block, delta) {
                    (Block::Text { text }, Delta::Text { text: piece }) => {
                        listener.heard(&piece);
                        text.push_str(&piece);
                    }
                    (Block::ToolUse { .. }, Delta::InputJson { partial_json }) => open.json.push_str(&partial_json),
                    (Block::Other, _) | (_, Delta::Other) => {}
                    (Block::Text { .. }, Delta::InputJson { .. }) | (Block::ToolUse { .. }, Delta::Text { .. }) => {
                        return Err(Fault::Protocol(format!("its stream goes on with block {index} as another type")));
                    }
                }
            }
            Happened::ContentBlockStop { index } => self.open(index)?.stopped = true,
            Happened::MessageDelta { delta, usage } => {
                self.stop_reason = delta.stop_reason.or(self.stop_reason.take());
                self.usage = self.usage.updated(usage);
            }
            Happened::MessageStop => {
                self.stopped = true;
                return Ok(ControlFlow::Break(()));
            }
            Happened::Other => {}
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// The error that stands for the rest of an answer.
fn check_error(value: &Value) -> Result<(), Fault> {
    if value.get("type").and_then(Value::as_str) != Some("error") {
        return Ok(());
    }
    let (kind, message) = reported(value).unwrap_or_default();
    Err(Fault::Reported { kind, message })
}

impl Reading for Stream {
    fn take(&mut self, event: &Event, listener: &mut dyn Listener) -> Result<ControlFlow<()>, Fault> {
        // The name of an event repeats the `type` in its data.
        let wrong = |error: serde_json::Error| Fault::Protocol(format!("an event of its stream: {error}"));
        let value: Value = serde_json::from_str(&event.data).map_err(wrong)?;
        check_error(&value)?;
        self.happened(serde_json::from_value(value).map_err(wrong)?, listener)
    }

    fn finish(self) -> Result<ChatResponse, Fault> {
        if !self.stopped {
            return Err(Fault::Unfinished);
        }
        if self.blocks.values().any(|open| !open.stopped) {
            return Err(Fault::Protocol("its stream stops before one of its blocks".to_owned()));
        }
        answer(self.blocks.into_values(), self.stop_reason.as_deref(), self.usage)
    }

    fn parse(body: &[u8]) -> Result<ChatResponse, Fault> {
        let wrong = |error: serde_json::Error| Fault::Protocol(error.to_string());
        let value: Value = serde_json::from_slice(body).map_err(wrong)?;
        check_error(&value)?;
        let whole: Whole = serde_json::from_value(value).map_err(wrong)?;
        answer(whole.content.into_iter().map(Open::from), whole.stop_reason.as_deref(), whole.usage)
    }
}

fn answer(blocks: impl Iterator<Item = Open>, stop_reason: Option<&str>, usage: Usage) -> Result<ChatResponse, Fault> {
    let (mut text, mut calls) = (String::new(), Calls::default());
    for open in blocks {
        match open.block {
            Block::Text { text: more } => text.push_str(&more),
            Block::ToolUse { id, name, input } => {
                // A call without arguments comes without a piece.
                let arguments = if open.json.is_empty() && input.is_object() { input.to_string() } else { open.json };
                calls.push(ToolCall { id, name, arguments })?;
            }
            Block::Other => {}
        }
    }
    let mut calls = calls.into_vec();
    let finish = match stop_reason {
        Some("max_tokens" | "model_context_window_exceeded") => {
            // Cut before its first piece, a call looks like one without arguments. Nothing is no JSON: the loop sees that it was cut.
            if let Some(last) = calls.last_mut().filter(|call| call.arguments == "{}") {
                last.arguments.clear();
            }
            Finish::Length
        }
        // What a refused answer asked for before is not to be used.
        Some("refusal") => {
            calls.clear();
            Finish::Filtered
        }
        // Only a server's own tools pause a turn, and none is offered.
        Some("pause_turn") => return Err(Fault::Protocol("it pauses for a tool that was not offered".to_owned())),
        None => return Err(Fault::Protocol("it does not say why it ended".to_owned())),
        // `end_turn`, `stop_sequence`, `tool_use`, and what may come.
        Some(_) if calls.is_empty() => Finish::Stop,
        Some(_) => Finish::Calls,
    };
    Ok(ChatResponse { text, calls, finish, usage: usage.into() })
}

#[cfg(test)]
mod tests;
