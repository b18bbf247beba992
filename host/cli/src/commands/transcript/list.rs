//! `cofferdam transcript list`: the runs that have a transcript.

use std::collections::BTreeMap;

use cofferdam_agent::Journal;
use cofferdam_base::{RunId, text};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
    session::Session,
};

pub(super) fn run(context: &Context) -> CommandResult {
    let session = Session::open(&context.confine()?, &context.workspace)?;
    let state = session.gate.state().folder();
    let mut agents: BTreeMap<RunId, (RunId, String)> = BTreeMap::new();
    for run in Journal::runs(state)? {
        match Journal::read(state, &run) {
            Ok(recorded) => {
                agents.extend(recorded.ledgers().map(|ledger| (ledger.clone(), (run.clone(), recorded.header.task.clone()))));
            }
            // The transcripts are listed all the same.
            Err(error) => output::say(&format!("warning: {}", text::inline(&error.to_string(), 500))),
        }
    }
    let mut runs: BTreeMap<RunId, (u64, u64)> = BTreeMap::new();
    for part in session.gate.transcripts()?.parts()? {
        let (parts, bytes) = runs.entry(part.run).or_default();
        *parts += 1;
        *bytes = bytes.saturating_add(part.bytes);
    }
    for (run, (parts, bytes)) in runs {
        let agent = agents.get(&run);
        match context.format {
            Format::Text => {
                let told = agent.map(|(agent, task)| format!("  run {agent}: {}", text::inline(task, 80))).unwrap_or_default();
                output::line(&format!("{run}  {parts} parts  {bytes} bytes{told}"))?;
            }
            Format::Json => {
                let (agent, task) = agent.map(|(agent, task)| (agent, task)).unzip();
                output::line(&json!({"run": run, "parts": parts, "bytes": bytes, "agent": agent, "task": task}).to_string())?;
            }
        }
    }
    Ok(())
}
