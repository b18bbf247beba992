//! What the agent asks a model through.

use crate::{ChatRequest, ChatResponse, Listener, Meter, ModelError};

/// An answer and what was sent for it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// What the model said.
    pub response: ChatResponse,
    /// Bytes of each request that was sent for it, in their order: more than one where it was asked for again.
    pub sent: Vec<u64>,
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

    /// Asks; every request passes the meter before it leaves. The answer's text goes to the listener while it comes; the answer is what is given back, whole or not at all.
    ///
    /// # Errors
    /// See [`ModelError`]; a cap, a refusal by the server, a broken connection, an answer that does not parse or is not whole.
    fn complete(&mut self, request: &ChatRequest, meter: &mut dyn Meter, listener: &mut dyn Listener) -> Result<Answered, ModelError>;

    /// Passes over turns that a run has had already, for a resumed run. Nothing to do where a conversation is sent whole.
    fn skip(&mut self, _turns: usize) {}
}
