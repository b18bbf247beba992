//! The agent's own functions: recall and remember, which reach the memory and nothing else, and the plan's. None grants anything.

use std::collections::BTreeSet;

use cofferdam_base::CallId;
use cofferdam_gate::{Attendant, Gate, Refused};
use cofferdam_memory::{Draft, Integrity};
use cofferdam_model::ToolSpec;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    plan::{self, Plan},
    progress::Progress,
};

/// Recalls entries of the memory and checks each against the world.
pub(crate) const RECALL: &str = "memory.recall";
/// Commits a memory.
pub(crate) const REMEMBER: &str = "memory.remember";

/// What the model is told of them; of plans only where it is to make any.
pub(crate) fn specs(plans: bool) -> Vec<ToolSpec> {
    let mut specs = vec![
        ToolSpec {
            name: RECALL.to_owned(),
            description: "Recall what earlier runs learnt, saw and said: by words, by a topic of the memory, or a call of this run by its \
                          number (`from` a byte on). Each is checked now: fresh, stale (and what changed) or unverifiable; what was only said always is that."
                .to_owned(),
            input: json!({
                "type": "object",
                "properties": {"topic": {"type": "string"}, "words": {"type": "string"}, "call": {"type": "integer"}, "from": {"type": "integer"}},
                "additionalProperties": false,
            }),
        },
        ToolSpec {
            name: REMEMBER.to_owned(),
            description: "Keep one fact for later runs, with the numbers of the verified calls of this run that show it. \
                          The topic is a short name in lower case with hyphens."
                .to_owned(),
            input: json!({
                "type": "object",
                "properties": {
                    "topic": {"type": "string"},
                    "text": {"type": "string"},
                    "calls": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["topic", "text", "calls"],
                "additionalProperties": false,
            }),
        },
    ];
    if plans {
        specs.push(plan::spec());
    }
    specs
}

/// Whether the agent itself has a function of this name.
pub(crate) fn is_builtin(name: &str) -> bool {
    [RECALL, REMEMBER, plan::UPDATE].contains(&name)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RememberArguments {
    topic: String,
    text: String,
    calls: Vec<u64>,
}

/// What a function of the agent brought.
pub(crate) struct Brought {
    /// Name and value of what the model is shown.
    pub(crate) shown: (&'static str, Value),
    /// What the model is told beside it.
    pub(crate) beside: Option<(&'static str, Value)>,
    /// One line for the person.
    pub(crate) note: String,
    /// Whether text from outside came into view.
    pub(crate) outside: bool,
    /// The calls whose texts it shows again.
    pub(crate) quotes: BTreeSet<CallId>,
    /// What is confidential in it, by name.
    pub(crate) secrets: BTreeSet<String>,
}

/// The member by which the model is told that a function was not done.
const REFUSED: &str = "refused";

impl Brought {
    /// Words of the agent's own.
    fn own(note: String, shown: (&'static str, String)) -> Self {
        let (shown, quotes, secrets) = ((shown.0, Value::String(shown.1)), BTreeSet::new(), BTreeSet::new());
        Self { note, shown, beside: None, outside: false, quotes, secrets }
    }

    /// Whether the function was not done.
    pub(crate) fn is_refusal(&self) -> bool {
        self.shown.0 == REFUSED
    }
}

pub(crate) fn refusal(why: String) -> Brought {
    Brought::own(format!("refused: {why}"), (REFUSED, why))
}

/// Runs [`plan::UPDATE`]. What is wrong with it, the model is told; the plan itself it is shown with each request.
pub(crate) fn update_plan(progress: &Progress, arguments: &str) -> Brought {
    match Plan::revise(progress.plan(), arguments, progress.plan_room(), |number| progress.calls().is_verified(number)) {
        Ok(plan) => Brought::own(plan.summary(), ("plan", "kept".to_owned())),
        Err(why) => refusal(why),
    }
}

/// The memory that arguments of [`REMEMBER`] ask for; else what is wrong with them, in words for the model.
pub(crate) fn draft(progress: &Progress, arguments: &str) -> Result<Draft, String> {
    let arguments: RememberArguments = serde_json::from_str(arguments).map_err(|error| error.to_string())?;
    let mut evidence = Vec::new();
    for number in &arguments.calls {
        match progress.calls().get(*number).and_then(|past| past.evidence.as_ref()) {
            Some(shown) => evidence.push(shown.clone()),
            None => return Err(format!("call {number} is no verified call of this run, so it cannot be cited")),
        }
    }
    let integrity = if progress.outside { Integrity::Untrusted } else { Integrity::Trusted };
    let draft = arguments.topic.parse().and_then(|topic| Draft::new(topic, &arguments.text, evidence, integrity));
    draft.map(|draft| draft.carrying(progress.view().secrets())).map_err(|error| error.to_string())
}

/// Runs [`REMEMBER`].
///
/// # Errors
/// [`Refused`] by the gate. What is wrong with the arguments, the model is told.
pub(crate) fn remember(
    gate: &Gate,
    progress: &Progress,
    call: &CallId,
    arguments: &str,
    attendant: &mut dyn Attendant,
) -> Result<Brought, Box<Refused>> {
    let draft = match draft(progress, arguments) {
        Ok(draft) => draft,
        Err(why) => return Ok(refusal(why)),
    };
    let entry = gate.remember(call, draft, attendant)?;
    let topic = entry.topic().as_str().to_owned();
    let note = format!("remembered under {topic}");
    Ok(Brought::own(note, ("remembered", topic)))
}
