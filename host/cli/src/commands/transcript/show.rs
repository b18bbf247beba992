//! `cofferdam transcript show`: a run for people, or the same as JSON lines.

use cofferdam_agent::{RunState, Step};
use cofferdam_base::{CallId, RunId, Timestamp, text};
use cofferdam_gate::transcript::Checked;
use serde_json::{Value, json};

use super::{
    run_of::RunOf,
    walk::{Item, walk},
};
use crate::{
    commands::{CommandResult, Context},
    failure::Failure,
    output::{self, Format},
    session::Session,
};

/// Most characters of one text that are shown to people; `transcript export` has all.
const SHOWN: usize = 4000;

#[derive(clap::Args)]
pub(super) struct Show {
    /// The run: the agent's, or the ledger's
    run: RunId,
    /// Only this call
    #[arg(long)]
    call: Option<CallId>,
}

impl Show {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let run = RunOf::find(&session.gate, &self.run)?;
        walk(&session.gate, &run, self.call.as_ref(), |item| {
            match context.format {
                Format::Text => output::data(&as_text(&item))?,
                Format::Json => output::line(&as_json(&item)?.to_string())?,
            }
            Ok(())
        })
    }
}

fn block(words: &str) -> String {
    format!("  {}\n", text::block(words.trim_end(), SHOWN).replace('\n', "\n  "))
}

/// Who had something removed, and when.
fn removed(time: Timestamp, by: Option<&str>) -> String {
    format!("by {} on {time}", by.map_or_else(|| "a person".to_owned(), |by| text::inline(by, 200)))
}

fn as_text(item: &Item<'_>) -> String {
    match item {
        Item::Header(header) => format!("run {} began on {}: the task\n{}", header.run, header.time, block(&header.task)),
        Item::Step(Step::Taken { ledger, .. }) => format!("taken up by run {ledger} of the ledger\n"),
        Item::Step(Step::Looking { call }) => {
            format!("looks at the folder: {} {}\n", text::inline(&call.name, 130), text::inline(&call.arguments, 300))
        }
        Item::Step(Step::Answered { response, .. }) => {
            let calls = response
                .calls
                .iter()
                .map(|call| format!("  asks for {} {}\n", text::inline(&call.name, 130), text::inline(&call.arguments, 300)));
            let said = if response.text.is_empty() { String::new() } else { block(&response.text) };
            format!("the model\n{said}{}", calls.collect::<String>())
        }
        Item::Step(Step::Calling { call, .. }) => format!("call {call}\n"),
        Item::Step(Step::Observed { content, .. }) => format!("shown to the model\n{}", block(content)),
        Item::Step(Step::Compared { doubts }) if doubts.is_empty() => "the plan's done steps stand again\n".to_owned(),
        Item::Step(Step::Compared { doubts }) => {
            doubts.iter().map(|doubt| format!("step {} of the plan is in doubt: {doubt}\n", doubt.step)).collect()
        }
        Item::Step(Step::Reminded { text }) => format!("the model is reminded\n{}", block(text)),
        Item::Step(Step::Permitted { text, .. }) => format!("a person permits\n{}", block(text)),
        Item::Step(Step::Stopped { stop, .. }) => format!("stopped: {}\n", RunState::Stopped(stop.clone())),
        Item::Step(Step::Finished { answer }) => format!("the answer\n{}", block(answer)),
        Item::Line { call, said, checked, .. } => line_as_text(call, said.as_str(), checked),
        Item::Missing(missing) => {
            format!("call {} {} [missing: the ledger committed to it in leaf {}]\n", missing.call, missing.said, missing.leaf)
        }
        Item::Pruned { run, time, by } => format!("run {run} of the ledger [transcript removed {}]\n", removed(*time, *by)),
    }
}

fn line_as_text(call: &CallId, said: &str, checked: &Checked) -> String {
    match checked {
        Checked::InLedger { text, leaf, time } => {
            format!("call {call} {said} [in the ledger: leaf {leaf}, {time}]\n{}", block(text.as_str()))
        }
        Checked::Redacted { leaf, time, by, reason } => {
            let reason = reason
                .as_ref()
                .map_or_else(|| "a reason that is not the recorded one".to_owned(), |reason| text::inline(reason.as_str(), 2000));
            format!("call {call} {said} [redacted {}; leaf {leaf} committed to it]\n{}", removed(*time, by.as_deref()), block(&reason))
        }
        Checked::Differs { text, why } => {
            format!("call {call} {said} [DIFFERS: {why}]\n{}", text.as_deref().map(block).unwrap_or_default())
        }
        Checked::NotInLedger { text } => {
            format!("call {call} {said} [NOT IN THE LEDGER]\n{}", text.as_deref().map(block).unwrap_or_default())
        }
    }
}

/// One object for each thing: what the journal has, or a line with what the check of it says.
///
/// # Errors
/// A step that cannot be written as JSON.
pub(super) fn as_json(item: &Item<'_>) -> Result<Value, Failure> {
    let step = |step: serde_json::Result<Value>| step.map_err(|error| Failure::from(cofferdam_agent::AgentError::Write(error)));
    Ok(match item {
        Item::Header(header) => json!({"kind": "run", "from": "journal", "header": step(serde_json::to_value(header))?}),
        Item::Step(one) => json!({"kind": "step", "from": "journal", "step": step(serde_json::to_value(one))?}),
        Item::Line { run, call, said, checked } => {
            let (text, leaf, time) = match checked {
                Checked::InLedger { text, leaf, time } => (Some(text.as_str()), Some(leaf), Some(time)),
                Checked::Redacted { leaf, time, .. } => (None, Some(leaf), Some(time)),
                Checked::Differs { text, .. } | Checked::NotInLedger { text } => (text.as_deref(), None, None),
            };
            let (by, reason) = match checked {
                Checked::Redacted { by, reason, .. } => (by.as_deref(), reason.as_ref().map(|reason| reason.as_str())),
                Checked::InLedger { .. } | Checked::Differs { .. } | Checked::NotInLedger { .. } => (None, None),
            };
            json!({
                "kind": "line", "run": run, "call": call, "said": said.as_str(), "check": checked.name(), "text": text, "leaf": leaf,
                "time": time, "by": by, "reason": reason,
            })
        }
        Item::Missing(missing) => {
            json!({"kind": "line", "call": missing.call, "said": missing.said.as_str(), "check": "missing", "leaf": missing.leaf})
        }
        Item::Pruned { run, time, by } => json!({"kind": "pruned", "run": run, "time": time, "by": by}),
    })
}
