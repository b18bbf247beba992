//! Model providers: one request, one answer, whoever gives it.
//!
//! A provider turns a [`ChatRequest`] into a [`ChatResponse`]. [`openai`] talks to any OpenAI-compatible server,
//! [`recorded`] replays a session and fails where a request differs from the recorded one. [`budget`] holds a run's caps.

pub mod budget;
pub mod chat;
pub mod error;
pub mod openai;
pub mod provider;
pub mod recorded;
pub mod recorder;

pub use budget::{Budget, Caps, Prices, Spent};
pub use chat::{ChatRequest, ChatResponse, Finish, Message, TokenUsage, ToolCall, ToolSpec};
pub use error::ModelError;
pub use provider::{Answered, Provider};
pub use recorded::Recorded;
pub use recorder::Recorder;
