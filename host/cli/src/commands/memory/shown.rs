//! Entries as people and programs see them: words, evidence, what a check says now, and what says something else.

use cofferdam_base::text;
use cofferdam_gate::Checked;
use cofferdam_memory::{
    Found,
    contradiction::{Opposed, Standing},
};
use serde_json::{Value, json};

use crate::{
    commands::CommandResult,
    output::{self, Format},
};

/// Longest value of a contradiction that is shown, in characters.
const MAX_VALUE: usize = 200;

/// Prints checked memories.
pub(super) fn print(memories: &[Checked], format: Format) -> CommandResult {
    for memory in memories {
        match format {
            Format::Text => output::data(&as_text(memory))?,
            Format::Json => output::line(&as_json(memory).to_string())?,
        }
    }
    Ok(())
}

fn as_text(Checked { found, state, contradicts }: &Checked) -> String {
    let (topic, words) = match found {
        Found::Entry(entry) => (entry.topic(), entry.text()),
        Found::Loose { topic, text, .. } => (topic, text.as_str()),
    };
    let state = text::inline(&state.to_string(), 400);
    let mut shown = format!("[{state}] {topic}\n  {}\n", text::block(words.trim(), 5000).replace('\n', "\n  "));
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
fn contradicts_line(Opposed { matter, entry, value, standing }: &Opposed) -> String {
    let counts = match standing {
        Standing::OtherCounts => "that one counts",
        Standing::OtherDoesNot => "that one does not count",
    };
    let of = format!("{}: {}", matter.subject(), matter.attribute());
    format!("contradicts {entry}: {} ({}; {counts})", text::inline(value, MAX_VALUE), text::inline(&of, MAX_VALUE))
}

fn as_json(Checked { found, state, contradicts }: &Checked) -> Value {
    match found {
        Found::Entry(entry) => json!({
            "topic": entry.topic().as_str(),
            "entry": entry.id(),
            "text": entry.text(),
            "state": state.name(),
            "why": state.reasons(),
            "leaf": entry.leaf(),
            "calls": entry.evidence().iter().map(|cited| cited.call.as_str()).collect::<Vec<_>>(),
            "from": entry.origins(),
            "contradicts": contradicts.iter().map(opposed_json).collect::<Vec<_>>(),
        }),
        Found::Loose { topic, line, text, why } => json!({
            "topic": topic.as_str(),
            "line": line,
            "text": text,
            "state": state.name(),
            "why": [why],
        }),
    }
}

fn opposed_json(Opposed { matter, entry, value, standing }: &Opposed) -> Value {
    json!({
        "entry": entry,
        "subject": matter.subject(),
        "attribute": matter.attribute(),
        "value": value,
        "counts": *standing == Standing::OtherCounts,
    })
}
