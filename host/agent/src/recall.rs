//! What the model is shown of what it recalls.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, Diagnostic as _};
use cofferdam_memory::{
    Found, MemoryError, State, Topic,
    contradiction::{Opposed, Standing},
};
use cofferdam_recall::{Meaning, Ranked, Recall, RecallError, Recalled, Thing, passage};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    builtin::{Brought, refusal},
    context::{CUT_BYTES, cut, written},
    observation::{self, set},
    progress::Progress,
};

/// Most things that one recall shows, the best first.
const MAX_RECALLED: usize = 10;
/// Longest outcome of a call, and longest words of a run, that are shown beside others, in bytes; what is found alone is shown as a
/// new outcome would be. Of a longer one, the part with the words is shown.
const MAX_SEEN_BYTES: usize = 1500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    topic: Option<String>,
    words: Option<String>,
    call: Option<u64>,
    /// From which byte of what it brought.
    #[serde(default)]
    from: usize,
}

/// Runs [`crate::builtin::RECALL`].
///
/// # Errors
/// A ledger, a transcript or a memory that does not check out. What is wrong with the arguments, the model is told.
pub(crate) fn recall(
    recall: &mut Recall<'_>,
    progress: &Progress,
    arguments: &str,
    meaning: Option<&mut dyn Meaning>,
) -> Result<Brought, RecallError> {
    let arguments: Arguments = match serde_json::from_str(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return Ok(refusal(error.to_string())),
    };
    let words = arguments.words.as_deref().unwrap_or_default();
    let found = match (arguments.call, arguments.topic, &arguments.words) {
        (Some(number), ..) => return Ok(earlier(progress, number, arguments.from)),
        (None, Some(topic), _) => topic
            .parse::<Topic>()
            .map_err(RecallError::from)
            .and_then(|topic| recall.topic(&topic))
            .map(|found| Ranked { found, by_words_alone: None }),
        (None, None, Some(words)) => recall.search(words, MAX_RECALLED, meaning),
        (None, None, None) => return Ok(refusal("give words, a topic or the number of a call".to_owned())),
    };
    match found {
        Ok(mut ranked) => {
            ranked.found.truncate(MAX_RECALLED);
            Ok(shown(&ranked, words, progress))
        }
        // A topic that there is not, and an index that cannot be used: the run goes on without.
        Err(error @ (RecallError::Memory(MemoryError::Topic { .. } | MemoryError::UnknownTopic { .. }) | RecallError::Index(_))) => {
            Ok(refusal(error.to_string()))
        }
        Err(error @ (RecallError::Memory(_) | RecallError::Gate(_))) => Err(error),
    }
}

/// What a call of this run brought, word for word; of what has no room, the part from a byte on.
fn earlier(progress: &Progress, number: u64, from: usize) -> Brought {
    let Some(content) = progress.observed(number) else { return refusal(format!("this run has made no call {number}")) };
    let Some(rest) = content.get(from..).filter(|rest| !rest.is_empty()) else {
        return refusal(format!("call {number} brought {} bytes, and no character begins at byte {from}", content.len()));
    };
    let room = room(progress);
    let whole = (from == 0).then(|| serde_json::from_str::<Value>(content).unwrap_or_else(|_| Value::String(content.to_owned())));
    let (shown, beside) = match whole.filter(|_| written(content) <= room) {
        Some(whole) => (whole, None),
        None => {
            let piece = fitting(rest, room);
            let until = from + piece.len();
            let more = if until < content.len() { format!("; ask with `from` {until} for more") } else { String::new() };
            (Value::String(piece.to_owned()), Some(("bytes", format!("{from} to {until} of {}{more}", content.len()).into())))
        }
    };
    let quotes = progress.calls().get(number).and_then(|past| past.call.clone()).into_iter().collect();
    // What is confidential in a call of this run is in view already.
    let (note, secrets) = (format!("looked at call {number} again"), BTreeSet::new());
    Brought { note, shown: ("earlier", shown), beside, outside: true, quotes, secrets }
}

/// Bytes that what is recalled may have: half of what the steps may have that are shown word for word.
fn room(progress: &Progress) -> usize {
    (progress.estimate().bytes(progress.recent_budget()) / 2).max(CUT_BYTES)
}

/// The beginning of a text that has room as a string within a result, which is sent as a string itself.
fn fitting(text: &str, room: usize) -> &str {
    let mut piece = cut(text, room);
    while written(&Value::from(piece).to_string()) > room && piece.len() > 1 {
        piece = piece.get(..piece.floor_char_boundary(piece.len() * 3 / 4)).unwrap_or_default();
    }
    piece
}

fn shown(Ranked { found, by_words_alone }: &Ranked, words: &str, progress: &Progress) -> Brought {
    let most = if found.len() == 1 { observation::MAX_OUTPUT_BYTES } else { MAX_SEEN_BYTES };
    let bytes = (room(progress) / found.len().max(1)).clamp(CUT_BYTES, most);
    let entries: Vec<Value> = found.iter().map(|one| as_json(one, |outcome| about(outcome, words, bytes), progress)).collect();
    let mut note = format!("recalled {} entries", entries.len());
    if let Some(why) = by_words_alone {
        note.push_str(&format!(" by words alone: {}: {why}", why.code()));
    }
    Brought {
        note,
        shown: ("entries", Value::Array(entries)),
        // The code alone: the rest may be a server's words.
        beside: by_words_alone.as_ref().map(|why| ("note", format!("by words alone, not by meaning: {}", why.code()).into())),
        outside: found.iter().any(|one| !one.is_trusted()),
        quotes: found.iter().flat_map(quoted).collect(),
        secrets: found.iter().flat_map(Recalled::secrets).collect(),
    }
}

/// The calls whose texts are shown with something that was recalled.
fn quoted(one: &Recalled) -> impl Iterator<Item = CallId> {
    let seen = if let Thing::Seen(seen) = &one.thing { Some(seen.call.clone()) } else { None };
    seen.into_iter().chain(one.again.iter().map(|again| again.call.clone()))
}

/// An outcome, or the part of it that the words are about.
fn about(outcome: &str, words: &str, bytes: usize) -> Value {
    let piece = passage(outcome, words, bytes);
    if piece.is_whole() {
        return observation::output(outcome);
    }
    json!({"passage": piece.text, "cut": format!("bytes {} to {} of {}", piece.from, piece.from + piece.text.len(), piece.of)})
}

/// Words that do not stand are never called by a name that says that they do.
fn as_json(one: &Recalled, about: impl Fn(&str) -> Value, progress: &Progress) -> Value {
    let (state, why) = (one.state.name(), one.state.reasons());
    let stands = matches!(one.state, State::Fresh | State::Stated);
    let again: Vec<Value> =
        one.again.iter().map(|again| json!({"function": again.function, "arguments": observation::output(&again.arguments)})).collect();
    let mut shown = match &one.thing {
        Thing::Learnt(found) => {
            let (topic, text) = match found {
                Found::Entry(entry) => (entry.topic(), entry.text()),
                Found::Loose { topic, text, .. } => (topic, text.as_str()),
            };
            let words = if stands { "text" } else { "said_then" };
            json!({"topic": topic.as_str(), words: text, "state": state, "why": why})
        }
        Thing::Seen(seen) => {
            let name = if stands { "outcome" } else { "outcome_then" };
            let arguments = seen.given().map_or(Value::Null, |given| observation::output(&given));
            let outcome = about(seen.outcome.as_deref().unwrap_or("(redacted)"));
            let mut shown = json!({"function": seen.function, "arguments": arguments, name: outcome, "state": state, "why": why});
            match progress.calls().number_of(&seen.call) {
                Some(number) => set(&mut shown, "call", number.into()),
                None => set(&mut shown, "seen_in_run", seen.run.as_str().into()),
            }
            shown
        }
        Thing::Said(words) => {
            json!({
                "said_in_run": words.run.as_str(), "step": words.step, "by": words.role.speaker(), "as": words.role.name(),
                "said_then": about(&words.text), "state": state, "why": why,
            })
        }
    };
    let contradicts: Vec<Value> = one.contradicts.iter().map(opposed).collect();
    for (name, values) in [("make_again_to_check", again), ("contradicted_by", contradicts)] {
        if !values.is_empty() {
            set(&mut shown, name, Value::Array(values));
        }
    }
    shown
}

/// What another entry says of the same matter.
fn opposed(other: &Opposed) -> Value {
    let counts = other.standing == Standing::OtherCounts;
    json!({"of": format!("{}: {}", other.matter.subject(), other.matter.attribute()), "value": other.value, "that_one_counts": counts})
}
