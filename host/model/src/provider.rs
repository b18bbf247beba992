//! What the agent asks a model through.

use crate::{ChatRequest, ChatResponse, Listener, ModelError};

/// An answer and what it cost to get it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What the model said.
    pub response: ChatResponse,
    /// Bytes that left the machine for it, retries included.
    pub egress_bytes: u64,
    /// Requests that were sent for it, retries included.
    pub requests: u64,
}

/// Somebody who answers chat requests.
pub trait Provider {
    /// A name for logs and policies: `openai`, `anthropic`, `recorded`.
    fn name(&self) -> &str;

    /// The host that a request would go to, for the `model:send` policy; none where nothing leaves the process.
    fn host(&self) -> Option<String>;

    /// The model's name, for the run's record.
    fn model(&self) -> &str;

    /// The bytes that a request would send at the least, for the egress cap.
    ///
    /// # Errors
    /// The request cannot be written.
    fn request_bytes(&self, request: &ChatRequest) -> Result<u64, ModelError>;

    /// Asks. The answer's text goes to the listener while it comes; the answer is what is given back, whole or not at all.
    ///
    /// # Errors
    /// See [`ModelError`]; a refusal by the server, a broken connection, an answer that does not parse or is not whole.
    fn complete(&mut self, request: &ChatRequest, listener: &mut dyn Listener) -> Result<Answered, ModelError>;

    /// Passes over turns that a run has had already, for a resumed run. Nothing to do where a conversation is sent whole.
    fn skip(&mut self, _turns: usize) {}
}
