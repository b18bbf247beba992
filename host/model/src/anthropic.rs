//! A server that speaks Anthropic's Messages (`POST /v1/messages`, version 2023-06-01), always as a stream.
//!
//! Not asked for: thinking. Where a model thinks by default, what it thought is passed over and not sent back: the API takes it back
//! only with an unchanged conversation before it, and the agent shortens old results. Not sent: a temperature, which newer models
//! refuse.

mod request;
mod stream;

use cofferdam_base::Entropy;
use cofferdam_net::{ApiHeader, Client, CredentialForm, Endpoint, NetError, Post, Secret};

use self::stream::Stream;
use crate::{Answered, ChatRequest, Listener, Meter, ModelError, Provider, exchange};

/// What the provider needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The API's root, for example `https://api.anthropic.com`.
    pub base: Endpoint,
    /// The model's name.
    pub model: String,
}

/// A provider that speaks Anthropic's Messages.
pub struct Anthropic {
    client: Client,
    model: String,
    messages: Endpoint,
    key: Option<Secret>,
    entropy: Box<dyn Entropy>,
}

impl std::fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Anthropic").field("model", &self.model).field("messages", &self.messages).finish_non_exhaustive()
    }
}

impl Anthropic {
    /// A provider over an open client. Entropy is for the retries' jitter.
    ///
    /// # Errors
    /// The endpoint of the messages cannot be made from the base.
    pub fn new(client: Client, settings: Settings, key: Option<Secret>, entropy: Box<dyn Entropy>) -> Result<Self, NetError> {
        let messages = settings.base.below("v1/messages")?;
        Ok(Self { client, model: settings.model, messages, key, entropy })
    }

    fn body(&self, request: &ChatRequest) -> Result<Vec<u8>, ModelError> {
        serde_json::to_vec(&request::body(&self.model, request)).map_err(ModelError::Request)
    }
}

impl Provider for Anthropic {
    fn name(&self) -> &str {
        "anthropic"
    }

    fn host(&self) -> Option<String> {
        Some(self.messages.host_name().to_owned())
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn request_bytes(&self, request: &ChatRequest) -> Result<u64, ModelError> {
        self.body(request).map(|body| body.len() as u64)
    }

    fn complete(&mut self, request: &ChatRequest, meter: &mut dyn Meter, listener: &mut dyn Listener) -> Result<Answered, ModelError> {
        let body = self.body(request)?;
        let post = Post {
            endpoint: &self.messages,
            secret: self.key.as_ref(),
            form: CredentialForm::ApiKey,
            headers: &[ApiHeader::AnthropicVersion],
            body: &body,
        };
        let mut answered = exchange::ask::<Stream>(&self.client, &post, self.entropy.as_ref(), meter, listener)?;
        answered.response = answered.response.with_own_names(&request.tools);
        Ok(answered)
    }
}
