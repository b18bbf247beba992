//! Model providers: one request, one answer, whoever gives it.
//!
//! A provider turns a [`ChatRequest`] into a [`ChatResponse`], and lets its text be heard while it comes. [`openai`] talks to
//! any OpenAI-compatible server, [`anthropic`] to one that speaks Anthropic's Messages; both read streams of server-sent events
//! ([`event_stream`]). [`embeddings`] are vectors for texts, by a server of OpenAI's kind. [`recorded`] replays a session and fails where a request differs from the recorded one. Every request
//! passes a [`meter`]; [`budget`] is that of a run with its caps.

pub mod anthropic;
pub mod budget;
mod calls;
pub mod chat;
pub mod embeddings;
pub mod error;
pub mod event_stream;
mod exchange;
pub mod listener;
pub mod meter;
pub mod openai;
pub mod provider;
pub mod recorded;
pub mod recorder;
mod retry;

pub use budget::{Budget, Caps, Prices, Spent};
pub use calls::MAX_CALLS;
pub use chat::{ChatRequest, ChatResponse, Finish, Message, TokenUsage, ToolCall, ToolSpec, wire_name};
pub use embeddings::Embeddings;
pub use error::ModelError;
pub use listener::{Deaf, Listener};
pub use meter::{Meter, Unmetered};
pub use provider::{Answered, Provider};
pub use recorded::Recorded;
pub use recorder::Recorder;
