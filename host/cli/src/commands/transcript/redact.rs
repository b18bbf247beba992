//! `cofferdam transcript redact`: what a call said is removed, for good.

use cofferdam_agent::removal;
use cofferdam_base::{CallId, RunId};
use cofferdam_gate::{
    Gate, Said,
    transcript::{RedactionRequest, Signature},
};
use cofferdam_store::publish::history;
use serde_json::json;

use super::run_of::RunOf;
use crate::{
    commands::{CommandResult, Context},
    confirm::{NotConfirmed, confirmed},
    failure::Failure,
    output::{self, Format},
    session::Session,
};

#[derive(clap::Args)]
pub(super) struct Redact {
    /// The run: the agent's, or the ledger's
    run: RunId,
    /// The call
    #[arg(long)]
    call: CallId,
    /// Only this of the call (arguments, question, reads, outcome, evidence, changes); can be given more than once
    #[arg(long)]
    kind: Vec<Said>,
    /// Why; it stands where the text was
    #[arg(long)]
    reason: String,
    /// Who, in your own words
    #[arg(long)]
    by: Option<String>,
    /// Do it without being asked
    #[arg(long)]
    yes: bool,
}

/// Nobody confirmed a removal.
pub(super) const NOT_CONFIRMED: NotConfirmed = NotConfirmed {
    code: "transcript.not-confirmed",
    what: "nobody confirmed the removal, so nothing was removed",
    hint: "look with `cofferdam transcript show RUN`, then run it on a terminal or give --yes",
};

/// What a redaction cannot reach. Said every time: a person who removes a secret has to know where else it may be.
const NOT_REACHED: &str = "not reached, if the text is there: words of the model that quote it, and what a program of before this one recalled of it in \
    other runs (`cofferdam transcript grep WORDS` finds them), \
    memories (`cofferdam memory edit TOPIC`, then `cofferdam memory history TOPIC --forget` for their former texts), files that `run --record` or `transcript export` wrote, the model's provider, backups, \
    and blocks of the disk that are free now";

impl Redact {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let by = self.by.as_deref().map(Signature::verify).transpose()?;
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let run = run_of_call(&session.gate, &self.run, &self.call)?;
        let request = RedactionRequest::verify(run, self.call.clone(), &self.kind, &self.reason, by)?;
        if !self.yes {
            let kinds: Vec<&str> = request.kinds().iter().map(|said| said.as_str()).collect();
            output::say(&format!("call {} of run {}: {}", request.call(), request.run(), kinds.join(", ")));
            if !confirmed("Remove these texts for good?") {
                return Err(NOT_CONFIRMED.into());
            }
        }
        let redacted = removal::redact(&session.gate, &request)?;
        match context.format {
            Format::Text => {
                let journal = if redacted.journal { ", and from the journal of its run" } else { "" };
                let copies =
                    if redacted.copies > 0 { format!(", and from {} journals that recalled them", redacted.copies) } else { String::new() };
                output::line(&format!("call {}: {} texts removed from the transcript{journal}{copies}", request.call(), redacted.lines))?;
            }
            Format::Json => {
                let told = json!({
                    "run": request.run(), "call": request.call(), "lines": redacted.lines, "journal": redacted.journal,
                    "copies": redacted.copies, "later": redacted.later, "damaged": redacted.damaged,
                });
                output::line(&told.to_string())?;
            }
        }
        output::say(NOT_REACHED);
        if !redacted.later.is_empty() {
            output::say(&format!(
                "other processes are at work on these runs; what they recalled of it goes with the first command after they are done: {}",
                list(&redacted.later)
            ));
        }
        if !redacted.damaged.is_empty() {
            output::say(&format!(
                "the journals of these runs do not read back, so what they recalled of it stays: {}",
                list(&redacted.damaged)
            ));
        }
        if history::find(session.gate.state(), request.call())?.is_some() {
            output::say(
                "this call changed files: their contents before and after it are kept in the project's state for `cofferdam undo`, and stay there",
            );
        }
        Ok(())
    }
}

fn list(runs: &[RunId]) -> String {
    runs.iter().map(RunId::as_str).collect::<Vec<_>>().join(", ")
}

/// The run of the ledger in which a run's call is recorded.
fn run_of_call(gate: &Gate, run: &RunId, call: &CallId) -> Result<RunId, Failure> {
    let ledgers = RunOf::find(gate, run)?.ledgers;
    let transcripts = gate.transcripts()?;
    for ledger in &ledgers {
        for part in transcripts.parts_of(ledger)? {
            for line in transcripts.lines(&part, 0)? {
                if line?.1.call == *call {
                    return Ok(ledger.clone());
                }
            }
        }
    }
    // No line of it: then the journal alone may tell of it, under whichever run.
    Ok(ledgers.into_iter().next().unwrap_or_else(|| run.clone()))
}
