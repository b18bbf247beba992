//! How recalled things are shown: provenance and state first, words from models and tools escaped and cut.

use cofferdam_base::text;
use cofferdam_gate::transcript::SeenCall;
use cofferdam_memory::{
    Found,
    contradiction::{Opposed, Standing},
};
use cofferdam_recall::{Recalled, Role, Thing, Words};
use serde_json::{Value, json};

use crate::{
    commands::CommandResult,
    output::{self, Format},
};

/// Longest reasons of a state that are shown, in characters.
const MAX_STATE: usize = 400;
/// Longest text of an entry that is shown, in characters: more than one may have.
const MAX_TEXT: usize = 5000;
/// Longest arguments and outcome of a call, and longest words of a run, that are shown, in characters; `cofferdam transcript show`
/// has all of it.
const MAX_SEEN: usize = 400;

/// Longest value of a contradiction that is shown, in characters.
const MAX_VALUE: usize = 200;

/// Prints what was recalled.
pub(super) fn print(recalled: &[Recalled], format: Format) -> CommandResult {
    for one in recalled {
        match format {
            Format::Text => output::data(&as_text(one))?,
            Format::Json => output::line(&as_json(one).to_string())?,
        }
    }
    Ok(())
}

/// For a person.
pub(in crate::commands) fn as_text(one: &Recalled) -> String {
    let state = text::inline(&one.state.to_string(), MAX_STATE);
    let mut shown = match &one.thing {
        Thing::Learnt(found) => learnt(found, &one.contradicts, &state),
        Thing::Seen(call) => seen(call, &state),
        Thing::Said(words) => said(words, &state),
    };
    let secrets: Vec<String> = one.secrets().into_iter().collect();
    if !secrets.is_empty() {
        shown.push_str(&format!("  may carry what is confidential in {}\n", text::inline(&secrets.join(", "), MAX_STATE)));
    }
    for again in &one.again {
        let arguments = text::inline(&again.arguments, MAX_SEEN);
        shown.push_str(&format!("  check it again with {} {arguments}\n", again.function));
    }
    shown
}

fn learnt(found: &Found, contradicts: &[Opposed], state: &str) -> String {
    let (topic, words) = match found {
        Found::Entry(entry) => (entry.topic(), entry.text()),
        Found::Loose { topic, text, .. } => (topic, text.as_str()),
    };
    let mut shown = format!("[{state}] {topic}\n  {}\n", text::block(words.trim(), MAX_TEXT).replace('\n', "\n  "));
    for opposed in contradicts {
        shown.push_str(&format!("  {}\n", contradicts_line(opposed)));
    }
    if let Found::Entry(entry) = found {
        for cited in entry.evidence() {
            let attested = if cited.is_self_attested() { ", by the tool's own word" } else { "" };
            shown.push_str(&format!(
                "  shown by {} {} (call {}, leaf {}{attested})\n",
                cited.function, cited.version, cited.call, cited.leaf
            ));
        }
        if !entry.origins().is_empty() {
            let origins: Vec<&str> = entry.origins().iter().map(|id| id.as_str()).collect();
            shown.push_str(&format!("  stands for {}\n", origins.join(" ")));
        }
    }
    shown
}

/// `contradicts ENTRY: value`, of what, and whose value counts.
fn contradicts_line(Opposed { matter, entry, value, standing, secrets: _ }: &Opposed) -> String {
    let counts = match standing {
        Standing::OtherCounts => "that one counts",
        Standing::OtherDoesNot => "that one does not count",
    };
    let of = format!("{}: {}", matter.subject(), matter.attribute());
    format!("contradicts {entry}: {} ({}; {counts})", text::inline(value, MAX_VALUE), text::inline(&of, MAX_VALUE))
}

fn seen(call: &SeenCall, state: &str) -> String {
    let function = call.function.as_deref().unwrap_or("a call that the ledger does not know");
    let given = call.given().unwrap_or_else(|| "(redacted)".to_owned());
    let outcome = call.outcome.as_deref().unwrap_or("(redacted, or none)");
    format!(
        "[{state}] {} {}\n  {}\n  seen in run {}, call {}\n",
        text::inline(function, MAX_SEEN),
        text::inline(&given, MAX_SEEN),
        text::inline(outcome, MAX_SEEN),
        call.run,
        call.call
    )
}

fn said(Words { run, step, role, text, secrets: _ }: &Words, state: &str) -> String {
    let (what, place) = match role {
        Role::Task => ("a person asked", "its task".to_owned()),
        Role::Remark => ("the model said beside its calls", format!("step {step}")),
        Role::Answer => ("the model answered", format!("step {step}")),
    };
    format!("[{state}] {what}\n  {}\n  said in run {run}, {place}\n", text::inline(text, MAX_SEEN))
}

/// For a program.
fn as_json(one: &Recalled) -> Value {
    let (state, why) = (one.state.name(), one.state.reasons());
    let again: Vec<Value> = one.again.iter().map(|again| json!({"function": again.function, "arguments": again.arguments})).collect();
    let mut shown = match &one.thing {
        Thing::Learnt(Found::Entry(entry)) => json!({
            "topic": entry.topic().as_str(),
            "entry": entry.id(),
            "text": entry.text(),
            "state": state,
            "why": why,
            "leaf": entry.leaf(),
            "calls": entry.evidence().iter().map(|cited| cited.call.as_str()).collect::<Vec<_>>(),
            "from": entry.origins(),
            "contradicts": one.contradicts.iter().map(opposed_json).collect::<Vec<_>>(),
            "again": again,
        }),
        Thing::Learnt(Found::Loose { topic, line, text, why }) => json!({
            "topic": topic.as_str(),
            "line": line,
            "text": text,
            "state": state,
            "why": [why],
        }),
        Thing::Seen(call) => json!({
            "run": call.run,
            "call": call.call,
            "function": call.function,
            "arguments": call.given(),
            "outcome": call.outcome,
            "state": state,
            "why": why,
        }),
        Thing::Said(words) => json!({
            "run": words.run,
            "step": words.step,
            "by": words.role.speaker(),
            "as": words.role.name(),
            "words": words.text,
            "state": state,
            "why": why,
        }),
    };
    let secrets = one.secrets();
    if let Some(members) = shown.as_object_mut().filter(|_| !secrets.is_empty()) {
        members.insert("secrets".to_owned(), json!(secrets));
    }
    shown
}

fn opposed_json(Opposed { matter, entry, value, standing, secrets: _ }: &Opposed) -> Value {
    json!({
        "entry": entry,
        "subject": matter.subject(),
        "attribute": matter.attribute(),
        "value": value,
        "counts": *standing == Standing::OtherCounts,
    })
}
