//! Recorded sessions: what a model said, replayed only where it is asked the same again.
//!
//! A session is a file of JSON lines. The first is a header, every further one a turn: the request as canonical JSON and
//! the answer. Replaying fails where a request differs from the recorded one in anything but [`FREE_POINTERS`], so that a
//! recorded test proves what the model was really shown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Answered, ChatRequest, ChatResponse, Listener, Meter, ModelError, Provider};

/// Largest session file that is read, in bytes.
pub const MAX_SESSION_BYTES: u64 = 64 << 20;
/// Version of the format. 1: header `{v, model}`, turns `{request, response, sent}`; `sent` is missing in older ones.
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
    /// Bytes of each request that was sent for it: with the provider's count of tokens they say how large a token is, by which
    /// the next request is fitted into its window. None in sessions of before they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Vec<u64>>,
}

impl Turn {
    /// What a replay charges: what was sent then, else one request of which nothing is known.
    fn sent(&self) -> Vec<u64> {
        self.sent.clone().unwrap_or_else(|| vec![0])
    }
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
pub fn turn_line(request: &ChatRequest, answered: &Answered) -> Result<String, ModelError> {
    let Answered { response, sent } = answered.clone();
    serde_json::to_string(&Turn { request: request.clone(), response, sent: Some(sent) }).map_err(ModelError::Request)
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
        Ok(self.turns.get(self.next).and_then(|turn| turn.sent().first().copied()).unwrap_or_default())
    }

    fn complete(&mut self, request: &ChatRequest, meter: &mut dyn Meter, listener: &mut dyn Listener) -> Result<Answered, ModelError> {
        let turn = self.turns.get(self.next).ok_or(ModelError::SessionEnded { turns: self.turns.len() })?;
        let recorded = serde_json::to_value(&turn.request).map_err(ModelError::Request)?;
        let now = serde_json::to_value(request).map_err(ModelError::Request)?;
        if self.strictness == Strictness::Same
            && let Some((pointer, recorded, now)) = first_difference(&recorded, &now, String::new())
        {
            return Err(ModelError::Differs { turn: self.next + 1, pointer, recorded, now });
        }
        let (response, sent) = (turn.response.clone(), turn.sent());
        for bytes in &sent {
            // Nothing leaves; it is charged as it was when it did.
            let _admitted = meter.admit(*bytes)?;
        }
        self.next += 1;
        listener.heard(&response.text);
        Ok(Answered { response, sent })
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
    use crate::{Budget, Caps, Deaf, Finish, Message, Prices, Spent, TokenUsage, ToolSpec, Unmetered};
    use cofferdam_base::{Diagnostic as _, Timestamp, clock::FixedClock};
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
        let answered = Answered { response, sent: vec![30, 40] };
        Recorded::parse(&format!("{}\n{}\n", header_line("m").unwrap(), turn_line(&request("one"), &answered).unwrap())).unwrap()
    }

    #[test]
    fn replays_the_same_request_and_then_ends() {
        let mut session = session();
        assert_eq!(session.complete(&request("one"), &mut Unmetered, &mut Deaf).unwrap().response.text, "hi");
        assert_eq!(session.complete(&request("one"), &mut Unmetered, &mut Deaf).unwrap_err().code(), "model.session-ended");
    }

    #[test]
    fn a_replay_is_charged_with_what_was_sent_then() {
        let clock = FixedClock(Timestamp(0));
        let mut budget = Budget::new(Caps::default(), Prices::default(), Spent::default(), &clock);
        let mut new = session();
        assert_eq!(new.request_bytes(&request("one")).unwrap(), 30);
        new.complete(&request("one"), &mut budget, &mut Deaf).unwrap();
        assert_eq!((budget.spent().requests, budget.spent().egress_bytes), (2, 70));
        // A session of before it was kept.
        let mut old = session();
        old.turns[0].sent = None;
        old.complete(&request("one"), &mut budget, &mut Deaf).unwrap();
        assert_eq!((budget.spent().requests, budget.spent().egress_bytes), (3, 70));
        let line = serde_json::to_string(&old.turns[0]).unwrap();
        assert!(!line.contains("sent") && serde_json::from_str::<Turn>(&line).is_ok());
    }

    #[test]
    fn names_the_first_difference_by_pointer() {
        let error = session().complete(&request("two"), &mut Unmetered, &mut Deaf).unwrap_err();
        let ModelError::Differs { turn: 1, pointer, .. } = error else { panic!("{error}") };
        assert_eq!(pointer, "/messages/0/text");
        let mut schema = request("one");
        schema.tools[0].input = json!({"type": "string"});
        assert_eq!(session().complete(&schema, &mut Unmetered, &mut Deaf).unwrap_err().code(), "model.request-differs");
    }

    #[test]
    fn only_listed_fields_may_differ() {
        let mut free = request("one");
        free.max_output_tokens = 99;
        free.tools[0].description = "other words".into();
        assert!(session().complete(&free, &mut Unmetered, &mut Deaf).is_ok());
    }

    #[test]
    fn a_bad_session_names_its_line() {
        for (text, line) in [("", 1), ("{}", 1), ("{\"v\":2,\"model\":\"m\"}", 1), ("{\"v\":1,\"model\":\"m\"}\n{}", 2)] {
            assert!(matches!(Recorded::parse(text).unwrap_err(), ModelError::Session { line: found, .. } if found == line), "{text}");
        }
    }
}
