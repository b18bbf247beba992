//! Any server that speaks OpenAI's chat completions: the provider, its retries, and its two ways of calling tools.

mod fenced;
mod retry;
mod structured;
mod wire;

use std::time::Duration;

use cofferdam_base::Entropy;
use cofferdam_net::{Client, Endpoint, NetError, Response, Secret, Timing};

use crate::{Answered, ChatRequest, ModelError, Provider};

/// Largest answer that is read. A chat answer is far smaller; more is a fault or an attack.
const MAX_RESPONSE_BYTES: u64 = 8 << 20;
/// Longest wait for one answer. Local models on a busy machine take minutes.
const ANSWER_LIMIT: Duration = Duration::from_secs(600);
/// Longest piece of a server's error message that is kept.
const MAX_MESSAGE_CHARS: usize = 300;

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
        Ok(Self { client, settings, chat, key, entropy })
    }

    fn body(&self, request: &ChatRequest) -> Result<Vec<u8>, ModelError> {
        let body = match self.settings.mode {
            CallMode::Native => wire::native_request(&self.settings.model, request),
            CallMode::Structured => structured::request(&self.settings.model, request),
        };
        serde_json::to_vec(&body).map_err(ModelError::Request)
    }

    fn read(&self, request: &ChatRequest, response: &Response) -> Result<crate::ChatResponse, ModelError> {
        if response.status != 200 {
            return Err(refusal(response));
        }
        let answer = wire::parse_response(&response.body)?;
        match self.settings.mode {
            CallMode::Native => Ok(fenced::with_own_names(fenced::calls_in_text(answer, &request.tools), &request.tools)),
            CallMode::Structured => structured::read(answer),
        }
    }
}

fn refusal(response: &Response) -> ModelError {
    let text = String::from_utf8_lossy(&response.body);
    let parsed: Option<String> = serde_json::from_slice::<serde_json::Value>(&response.body)
        .ok()
        .and_then(|value| Some(value.get("error")?.get("message")?.as_str()?.to_owned()));
    let message = parsed.unwrap_or_else(|| text.into_owned());
    ModelError::Status { status: response.status, message: cofferdam_base::text::inline(&message, MAX_MESSAGE_CHARS) }
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

    fn complete(&mut self, request: &ChatRequest) -> Result<Answered, ModelError> {
        let body = self.body(request)?;
        let timing = Timing { total: ANSWER_LIMIT, response_bytes: MAX_RESPONSE_BYTES };
        let mut attempts = 0u32;
        loop {
            attempts += 1;
            let result = self.client.post_json(&self.chat, self.key.as_ref(), body.clone(), timing);
            let again = retry::after(&result, attempts, self.entropy.as_ref());
            if let Some(pause) = again {
                self.client.wait(pause).map_err(|source| ModelError::Net { attempts, source })?;
                continue;
            }
            let response = result.map_err(|source| ModelError::Net { attempts, source })?;
            let egress_bytes = (body.len() as u64).saturating_mul(u64::from(attempts));
            return Ok(Answered { response: self.read(request, &response)?, egress_bytes, requests: u64::from(attempts) });
        }
    }
}
