//! `cofferdam context show`: what the model saw at one step of a run, and what each part of it cost.

use cofferdam_agent::context::{Part, Shown, show};
use cofferdam_base::{RunId, text};
use cofferdam_model::{ChatRequest, Message};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context as Invocation},
    failure::{CliError, Failure},
    output::{self, Format},
    session::Session,
};

/// Show what the model of a run was shown
#[derive(clap::Args)]
pub(crate) struct Context {
    #[command(subcommand)]
    command: ContextCommand,
}

#[derive(clap::Subcommand)]
enum ContextCommand {
    /// Show the whole request of one step, and what each part of it cost
    #[command(
        after_help = "Examples:\n  cofferdam context show 01m8a84r4yxzr612dnytvgndp1 --step 3\n  cofferdam context show 01m8a84r4yxzr612dnytvgndp1 --step 3 --parts\n  cofferdam context show 01m8a84r4yxzr612dnytvgndp1 --step 3 --format json"
    )]
    Show(Show),
}

#[derive(clap::Args)]
struct Show {
    /// The run of the agent
    run: RunId,
    /// The step: a turn of the model, counted from 1
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    step: u32,
    /// Show only what each part cost
    #[arg(long)]
    parts: bool,
}

impl Context {
    pub(crate) fn run(self, invocation: &Invocation) -> CommandResult {
        let ContextCommand::Show(Show { run, step, parts }) = self.command;
        let session = Session::open(&invocation.confine()?, &invocation.workspace)?;
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        let shown = show(&session.gate, &run, step)?;
        match invocation.format {
            Format::Json => as_json(&shown, parts)?,
            Format::Text => as_text(&shown, parts)?,
        }
        if !shown.is_what_was_sent {
            output::say(
                "this is not, byte for byte, what was sent then: the tools or the program are other ones by now, or a part was redacted",
            );
        }
        Ok(())
    }
}

fn as_json(shown: &Shown, parts_only: bool) -> Result<(), Failure> {
    let part = |part: &Part| json!({"part": part.name, "bytes": part.bytes, "tokens": part.tokens, "budget": part.budget});
    let parts: Vec<serde_json::Value> = shown.parts.iter().map(part).collect();
    let mut line = json!({"parts": parts, "counted_tokens": shown.counted, "as_sent": shown.is_what_was_sent});
    if let (false, Some(object)) = (parts_only, line.as_object_mut()) {
        let request = serde_json::to_value(&shown.request)
            .map_err(|error| CliError::Config { path: "the request".to_owned(), why: error.to_string() })?;
        object.insert("request".to_owned(), request);
    }
    Ok(output::line(&line.to_string())?)
}

fn as_text(shown: &Shown, parts_only: bool) -> Result<(), Failure> {
    if !parts_only {
        output::data(&conversation(&shown.request))?;
    }
    output::line(&format!("{:<14} {:>9} {:>8} {:>8}", "part", "bytes", "tokens", "budget"))?;
    for Part { name, bytes, tokens, budget } in &shown.parts {
        let budget = budget.map_or_else(|| "whole".to_owned(), |budget| budget.to_string());
        output::line(&format!("{name:<14} {bytes:>9} {tokens:>8} {budget:>8}"))?;
    }
    let (bytes, tokens) = shown.parts.iter().fold((0, 0), |(bytes, tokens), part| (bytes + part.bytes, tokens + part.tokens));
    output::line(&format!("{:<14} {bytes:>9} {tokens:>8}", "all"))?;
    if let Some(counted) = shown.counted {
        output::line(&format!("the provider counted {counted} tokens"))?;
    }
    Ok(())
}

/// The request as a person reads it: every text escaped for the terminal, none of them cut.
fn conversation(request: &ChatRequest) -> String {
    let whole = |words: &str| text::block(words, words.len().saturating_mul(8));
    let tools: Vec<&str> = request.tools.iter().map(|tool| tool.name.as_str()).collect();
    let mut shown = format!("── system\n{}\n── tools\n{}\n", whole(&request.system), tools.join(" "));
    for message in &request.messages {
        match message {
            Message::User { text } => shown.push_str(&format!("── user\n{}\n", whole(text))),
            Message::Assistant { text, calls } => {
                shown.push_str(&format!("── assistant\n{}\n", whole(text)));
                for call in calls {
                    shown.push_str(&format!("▶ {} {}\n", whole(&call.name), whole(&call.arguments)));
                }
            }
            Message::ToolResult { name, content, .. } => shown.push_str(&format!("── result of {}\n{}\n", whole(name), whole(content))),
        }
    }
    shown
}
