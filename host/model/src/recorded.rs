//! Recorded sessions: what a model said, replayed only where it is asked the same again.
//!
//! A session is a file of JSON lines. The first is a header, every further one a turn: the request as canonical JSON and
//! the answer. Replaying fails where a request differs from the recorded one in anything but [`FREE_POINTERS`], so that a
//! recorded test proves what the model was really shown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Answered, ChatRequest, ChatResponse, Listener, ModelError, Provider};

/// Largest session file that is read, in bytes.
pub const MAX_SESSION_BYTES: u64 = 64 << 20;
/// Version of the format. 1: header `{v, model}`, turns `{request, response}`.
const VERSION: u32 = 1;
/// What may differ between a recorded request and a replayed one: JSON pointers, and why.
pub const FREE_POINTERS: &[(&str, &str)] = &[
    ("/max_output_tokens", "a cap of the person who replays"),
    ("/tools/*/description", "words of a tool's newer release; names and schemas must be the same"),
];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    v: u32,
    model: String,
}

/// One exchange.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// What was asked.
    pub request: ChatRequest,
    /// What was answered.
    pub response: ChatResponse,
}

/// A provider that answers from a recorded session, in order.
#[derive(Debug)]
pub struct Recorded {
    model: String,
    turns: Vec<Turn>,
    next: usize,
    strictness: Strictness,
}

/// Whether a request has to be the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strictness {
    Same,
    Any,
}

impl Recorded {
    /// Reads a session.
    ///
    /// # Errors
    /// [`ModelError::Session`] with the line that does not read back.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let bad = |line: usize, why: String| ModelError::Session { line, why };
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let (number, first) = lines.next().ok_or_else(|| bad(1, "the file is empty".to_owned()))?;
        let header: Header = serde_json::from_str(first).map_err(|error| bad(number, error.to_string()))?;
        if header.v != VERSION {
            return Err(bad(number, format!("version {} is not {VERSION}", header.v)));
        }
        let turns = lines
            .map(|(number, line)| serde_json::from_str(line).map_err(|error| bad(number, error.to_string())))
            .collect::<Result<_, _>>()?;
        Ok(Self { model: header.model, turns, next: 0, strictness: Strictness::Same })
    }

    /// The same answers whatever is asked: to record a session anew after the requests changed on purpose.
    #[must_use]
    pub fn whatever_is_asked(mut self) -> Self {
        self.strictness = Strictness::Any;
        self
    }
}

/// The first line of a session file.
///
/// # Errors
/// The header does not serialise.
pub fn header_line(model: &str) -> Result<String, ModelError> {
    serde_json::to_string(&Header { v: VERSION, model: model.to_owned() }).map_err(ModelError::Request)
}

/// One further line of a session file.
///
/// # Errors
/// The turn does not serialise.
pub fn turn_line(request: &ChatRequest, response: &ChatResponse) -> Result<String, ModelError> {
    serde_json::to_string(&Turn { request: request.clone(), response: response.clone() }).map_err(ModelError::Request)
}

impl Provider for Recorded {
    fn name(&self) -> &str {
        "recorded"
    }

    fn host(&self) -> Option<String> {
        None
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn request_bytes(&self, _: &ChatRequest) -> Result<u64, ModelError> {
        Ok(0)
    }

    fn complete(&mut self, request: &ChatRequest, listener: &mut dyn Listener) -> Result<Answered, ModelError> {
        let turn = self.turns.get(self.next).ok_or(ModelError::SessionEnded { turns: self.turns.len() })?;
        let recorded = serde_json::to_value(&turn.request).map_err(ModelError::Request)?;
        let now = serde_json::to_value(request).map_err(ModelError::Request)?;
        if self.strictness == Strictness::Same
            && let Some((pointer, recorded, now)) = first_difference(&recorded, &now, String::new())
        {
            return Err(ModelError::Differs { turn: self.next + 1, pointer, recorded, now });
        }
        let response = turn.response.clone();
        self.next += 1;
        listener.heard(&response.text);
        Ok(Answered { response, egress_bytes: 0, requests: 1 })
    }

    fn skip(&mut self, turns: usize) {
        self.next = turns;
    }
}

fn is_free(pointer: &str) -> bool {
    FREE_POINTERS.iter().any(|(free, _)| {
        free.split('/').count() == pointer.split('/').count()
            && free.split('/').zip(pointer.split('/')).all(|(free, part)| free == "*" || free == part)
    })
}

/// Where two values differ first, in the order of the recorded one, outside [`FREE_POINTERS`].
fn first_difference(recorded: &Value, now: &Value, pointer: String) -> Option<(String, String, String)> {
    if recorded == now || is_free(&pointer) {
        return None;
    }
    let escaped = |member: &str| format!("{pointer}/{}", member.replace('~', "~0").replace('/', "~1"));
    match (recorded, now) {
        (Value::Object(old), Value::Object(new)) => {
            let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            names.into_iter().find_map(|name| {
                first_difference(old.get(name).unwrap_or(&Value::Null), new.get(name).unwrap_or(&Value::Null), escaped(name))
            })
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            old.iter().zip(new).enumerate().find_map(|(index, (old, new))| first_difference(old, new, format!("{pointer}/{index}")))
        }
        _ => Some((pointer, recorded.to_string(), now.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Deaf, Finish, Message, TokenUsage, ToolSpec};
    use cofferdam_base::Diagnostic as _;
    use serde_json::json;

    fn request(text: &str) -> ChatRequest {
        ChatRequest {
            system: "s".into(),
            messages: vec![Message::User { text: text.into() }],
            tools: vec![ToolSpec { name: "files.read".into(), description: "d".into(), input: json!({"type": "object"}) }],
            max_output_tokens: 10,
        }
    }

    fn session() -> Recorded {
        let response = ChatResponse { text: "hi".into(), calls: vec![], finish: Finish::Stop, usage: TokenUsage::default() };
        Recorded::parse(&format!("{}\n{}\n", header_line("m").unwrap(), turn_line(&request("one"), &response).unwrap())).unwrap()
    }

    #[test]
    fn replays_the_same_request_and_then_ends() {
        let mut session = session();
        assert_eq!(session.complete(&request("one"), &mut Deaf).unwrap().response.text, "hi");
        assert_eq!(session.complete(&request("one"), &mut Deaf).unwrap_err().code(), "model.session-ended");
    }

    #[test]
    fn names_the_first_difference_by_pointer() {
        let error = session().complete(&request("two"), &mut Deaf).unwrap_err();
        let ModelError::Differs { turn: 1, pointer, .. } = error else { panic!("{error}") };
        assert_eq!(pointer, "/messages/0/text");
        let mut schema = request("one");
        schema.tools[0].input = json!({"type": "string"});
        assert_eq!(session().complete(&schema, &mut Deaf).unwrap_err().code(), "model.request-differs");
    }

    #[test]
    fn only_listed_fields_may_differ() {
        let mut free = request("one");
        free.max_output_tokens = 99;
        free.tools[0].description = "other words".into();
        assert!(session().complete(&free, &mut Deaf).is_ok());
    }

    #[test]
    fn a_bad_session_names_its_line() {
        for (text, line) in [("", 1), ("{}", 1), ("{\"v\":2,\"model\":\"m\"}", 1), ("{\"v\":1,\"model\":\"m\"}\n{}", 2)] {
            assert!(matches!(Recorded::parse(text).unwrap_err(), ModelError::Session { line: found, .. } if found == line), "{text}");
        }
    }
}
