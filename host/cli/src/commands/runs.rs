//! `cofferdam runs`: the agent's runs in this workspace, and what it takes to go on with them.

use cofferdam_agent::{Journal, Standing};
use cofferdam_base::text;

use super::run::{numbers, standing_json};
use crate::{
    commands::{CommandResult, Context},
    failure::Failure,
    output::{self, Format},
    session::Session,
};

/// List the agent's runs in this workspace, newest first: how each stands, and the command that goes on with it
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam runs\n  cofferdam runs --format json")]
pub(crate) struct Runs {}

impl Runs {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let state = session.gate.state().folder();
        // A journal that does not read back hides none of the others.
        let mut failed: Option<Failure> = None;
        for run in Journal::runs(state)?.iter().rev() {
            match Standing::read(state, run) {
                Ok(standing) => match context.format {
                    Format::Text => output::data(&as_text(&standing))?,
                    Format::Json => output::line(&standing_json(&standing)?.to_string())?,
                },
                Err(error) => failed = failed.or(Some(error.into())),
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

fn as_text(standing: &Standing) -> String {
    let Standing { run, begun, task, state, spent, open, unknown, .. } = standing;
    let mut shown = format!("{run}  {state}  {} steps, begun on {begun}\n  {}\n", spent.steps, text::inline(task, 100));
    for step in open {
        shown.push_str(&format!("  open step: {}\n", text::inline(step, 200)));
    }
    if !unknown.is_empty() {
        shown.push_str(&format!("  not known whether done: call {}\n", numbers(unknown)));
    }
    if let Some(needed) = standing.needed() {
        shown.push_str(&format!("  go on with `{needed}`\n"));
    }
    shown
}
