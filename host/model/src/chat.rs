//! A conversation as every provider understands it.

use cofferdam_base::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest name of a function that every provider takes.
const MAX_WIRE_NAME: usize = 64;

/// What is asked of a model in one turn. The same inputs give the same request, byte for byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatRequest {
    /// Instructions that stand before everything else.
    pub system: String,
    /// The conversation so far, oldest first.
    pub messages: Vec<Message>,
    /// The tools that may be called.
    pub tools: Vec<ToolSpec>,
    /// Most tokens of the answer.
    pub max_output_tokens: u32,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Message {
    /// The person, or the host speaking for the task.
    User {
        /// What is said.
        text: String,
    },
    /// The model.
    Assistant {
        /// What it said beside its calls.
        text: String,
        /// The calls that it asked for.
        calls: Vec<ToolCall>,
    },
    /// What a call brought.
    ToolResult {
        /// The [`ToolCall::id`] that it answers.
        id: String,
        /// The name that was called.
        name: String,
        /// What the model is shown.
        content: String,
    },
}

/// A function that the model may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolSpec {
    /// `tool.function`, for example `files.read`. See [`Self::wire_name`].
    pub name: String,
    /// One or two sentences, from the signed statement.
    pub description: String,
    /// JSON Schema of the arguments, from the signed statement.
    pub input: Value,
}

impl ToolSpec {
    /// The name for providers: function names there are 1 to 64 of `[a-zA-Z0-9_-]`. A dot becomes an underscore.
    #[must_use]
    pub fn wire_name(&self) -> String {
        wire_name(&self.name)
    }

    /// The offered tool of a name, in either spelling.
    pub(crate) fn offered<'t>(tools: &'t [Self], name: &str) -> Option<&'t Self> {
        tools.iter().find(|tool| tool.name == name || tool.wire_name() == name)
    }
}

/// The name of a function for providers and for clients of the protocol server, see [`ToolSpec::wire_name`]. A name that a model made up goes back to it in the conversation, and some providers refuse the
/// whole of it for one name of another shape: what is none of the characters becomes an underscore, and a name that is too long
/// ends in its digest, so that two that begin alike stay two. The same name always becomes the same.
#[must_use]
pub fn wire_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let wire: String = name.chars().map(plain).collect();
    match wire.len() {
        0 => "_".to_owned(),
        1..=MAX_WIRE_NAME => wire,
        _ => {
            let digest = Digest::of(name.as_bytes()).short();
            let kept = wire.chars().take(MAX_WIRE_NAME.saturating_sub(digest.len() + 1));
            format!("{}_{digest}", kept.collect::<String>())
        }
    }
}

/// A call that a model asks for. Nothing in it is believed: name and arguments are checked by the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// The provider's identifier of the call within the conversation; empty where it gave none, until the loop gives one.
    pub id: String,
    /// `tool.function`, or whatever the model wrote.
    pub name: String,
    /// JSON text, or whatever the model wrote.
    pub arguments: String,
}

impl ToolCall {
    /// The arguments as the object that servers want to have back. What the model wrote instead of one stands inside it, as
    /// Anthropic's documentation of invalid JSON advises: servers that parse it would refuse the whole conversation for it.
    pub(crate) fn input(&self) -> serde_json::Value {
        match serde_json::from_str(&self.arguments) {
            Ok(object @ serde_json::Value::Object(_)) => object,
            _ => serde_json::json!({"INVALID_JSON": self.arguments}),
        }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finish {
    /// The model was done.
    Stop,
    /// It wants calls made.
    Calls,
    /// It ran into [`ChatRequest::max_output_tokens`] or its window.
    Length,
    /// The provider stopped it.
    Filtered,
}

/// Tokens by the provider's own count; all zero where it gives no count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenUsage {
    /// Tokens of the request, with those of the cache: [`Self::cached`] and [`Self::cache_written`] are parts of it, whoever
    /// the provider is.
    pub input: u64,
    /// Tokens of the answer.
    pub output: u64,
    /// Tokens of the request that were read from the provider's cache.
    #[serde(default)]
    pub cached: u64,
    /// Tokens of the request that were written to the provider's cache.
    #[serde(default)]
    pub cache_written: u64,
}

impl TokenUsage {
    /// Whether the provider gave a count: no request and no answer is without a token.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        *self != Self::default()
    }
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatResponse {
    /// Text for the person; may be empty beside calls.
    pub text: String,
    /// Calls that it asks for, in its order.
    pub calls: Vec<ToolCall>,
    /// Why it ended.
    pub finish: Finish,
    /// What it cost.
    pub usage: TokenUsage,
}

impl ChatResponse {
    /// The answer with its calls under the names of the offered tools. Another name stays as the model wrote it: the gate
    /// refuses it.
    pub(crate) fn with_own_names(mut self, tools: &[ToolSpec]) -> Self {
        for call in &mut self.calls {
            if let Some(tool) = ToolSpec::offered(tools, &call.name) {
                call.name.clone_from(&tool.name);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_to_a_provider_in_the_shape_that_every_one_takes() {
        assert_eq!(wire_name("files.read"), "files_read");
        let long = format!("files.{}", "x".repeat(64));
        for name in ["", "run a command!", "größe", &long, &format!("{long}y"), &"ü".repeat(100)] {
            let wire = wire_name(name);
            let fits = (1..=64).contains(&wire.len()) && wire.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
            assert!(fits && wire == wire_name(name), "{name}: {wire}");
        }
        assert_ne!(wire_name(&long), wire_name(&format!("{long}y")));
        assert_eq!(wire_name(&"x".repeat(64)), "x".repeat(64));
    }
}
