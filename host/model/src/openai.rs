//! Any server that speaks OpenAI's chat completions: the provider, its retries, and its two ways of calling tools.

mod fenced;
mod refusable;
mod stream;
mod structured;
mod wire;

use cofferdam_base::Entropy;
use cofferdam_net::{Client, CredentialForm, Endpoint, NetError, Post, Secret};
use serde_json::json;

use self::{refusable::Refused, stream::Stream};
use crate::{
    Answered, ChatRequest, ChatResponse, Deaf, Listener, Meter, ModelError, Provider,
    exchange::{self, Failed},
};

/// How the model is asked for calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallMode {
    /// The `tools` field; an answer that is one fenced or bare JSON object naming a tool counts as a call as well, since
    /// many local models write one instead of `tool_calls`.
    #[default]
    Native,
    /// A JSON Schema as response format, with one object per tool, for servers that hold a model to a schema.
    Structured,
}

/// What the provider needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The API's root, for example `https://api.openai.com/v1`.
    pub base: Endpoint,
    /// The model's name.
    pub model: String,
    /// How calls are asked for.
    pub mode: CallMode,
}

/// An OpenAI-compatible provider.
pub struct OpenAi {
    client: Client,
    settings: Settings,
    chat: Endpoint,
    key: Option<Secret>,
    entropy: Box<dyn Entropy>,
    /// What the server refused. It is not asked with that again as long as this provider lives.
    refused: Refused,
}

impl std::fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenAi").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl OpenAi {
    /// A provider over an open client. Entropy is for the retries' jitter.
    ///
    /// # Errors
    /// The endpoint of the chat cannot be made from the base.
    pub fn new(client: Client, settings: Settings, key: Option<Secret>, entropy: Box<dyn Entropy>) -> Result<Self, NetError> {
        let chat = settings.base.below("chat/completions")?;
        Ok(Self { client, settings, chat, key, entropy, refused: Refused::default() })
    }

    fn body(&self, request: &ChatRequest) -> Result<Vec<u8>, ModelError> {
        let mut body = match self.settings.mode {
            CallMode::Native => wire::native_request(&self.settings.model, request),
            CallMode::Structured => structured::request(&self.settings.model, request),
        };
        if let Some(members) = body.as_object_mut() {
            members.insert("stream".to_owned(), json!(true));
            self.refused.complete(members);
        }
        serde_json::to_vec(&body).map_err(ModelError::Request)
    }

    fn ask(&self, body: &[u8], meter: &mut dyn Meter, listener: &mut dyn Listener) -> Result<Answered, Failed> {
        let post = Post { endpoint: &self.chat, secret: self.key.as_ref(), form: CredentialForm::Bearer, headers: &[], body };
        exchange::ask::<Stream>(&self.client, &post, self.entropy.as_ref(), meter, listener)
    }

    /// Asks; where the server refuses a member that a request can do without, once more without.
    fn ask_as_the_server_lets(
        &mut self,
        request: &ChatRequest,
        meter: &mut dyn Meter,
        listener: &mut dyn Listener,
    ) -> Result<Answered, ModelError> {
        let mut sent = Vec::new();
        loop {
            let body = self.body(request)?;
            let failed = match self.ask(&body, meter, listener) {
                Ok(mut answered) => {
                    sent.append(&mut answered.sent);
                    return Ok(Answered { sent, ..answered });
                }
                Err(failed) => failed,
            };
            if !self.refused.learn(&failed.fault) {
                return Err(failed.into());
            }
            sent.extend((0..failed.attempts).map(|_| body.len() as u64));
        }
    }

    fn read(&self, answer: ChatResponse, request: &ChatRequest) -> Result<ChatResponse, ModelError> {
        match self.settings.mode {
            CallMode::Native => Ok(fenced::calls_in_text(answer, &request.tools)?.with_own_names(&request.tools)),
            CallMode::Structured => structured::read(answer),
        }
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        "openai"
    }

    fn host(&self) -> Option<String> {
        Some(self.chat.host_name().to_owned())
    }

    fn model(&self) -> &str {
        &self.settings.model
    }

    fn request_bytes(&self, request: &ChatRequest) -> Result<u64, ModelError> {
        self.body(request).map(|body| body.len() as u64)
    }

    fn complete(&mut self, request: &ChatRequest, meter: &mut dyn Meter, listener: &mut dyn Listener) -> Result<Answered, ModelError> {
        let mut answered = match self.settings.mode {
            CallMode::Native => self.ask_as_the_server_lets(request, meter, listener)?,
            // What comes is JSON for the host, in which the text is: it can be heard when it was read.
            CallMode::Structured => self.ask_as_the_server_lets(request, meter, &mut Deaf)?,
        };
        answered.response = self.read(answered.response, request)?;
        if self.settings.mode == CallMode::Structured {
            listener.heard(&answered.response.text);
        }
        Ok(answered)
    }
}
