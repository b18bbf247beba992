//! `cofferdam labels show`: where the arguments of a run's calls came from.

use cofferdam_agent::labels::{LabelledArgument, LabelledCall, labels};
use cofferdam_base::{RunId, text};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
    session::Session,
};

/// Longest value of an argument that is shown, in characters.
const MAX_VALUE: usize = 100;

/// Show where the arguments of a run's calls came from
#[derive(clap::Args)]
pub(crate) struct Labels {
    #[command(subcommand)]
    command: LabelsCommand,
}

#[derive(clap::Subcommand)]
enum LabelsCommand {
    /// Show the label of every argument, and where a trace of its value stands
    #[command(
        after_help = "Examples:\n  cofferdam labels show 01m8a84r4yxzr612dnytvgndp1\n  cofferdam labels show 01m8a84r4yxzr612dnytvgndp1 --call 3\n  cofferdam labels show 01m8a84r4yxzr612dnytvgndp1 --format json"
    )]
    Show {
        /// The run of the agent
        run: RunId,
        /// Only this call, by its number in the run
        #[arg(long, value_name = "NUMBER")]
        call: Option<u64>,
    },
}

impl Labels {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let LabelsCommand::Show { run, call } = self.command;
        let session = Session::open(&context.confine()?, &context.workspace)?;
        for one in &labels(&session.gate, &run, call)? {
            match context.format {
                Format::Json => output::line(&as_json(one).to_string())?,
                Format::Text => as_text(one)?,
            }
        }
        Ok(())
    }
}

fn as_text(call: &LabelledCall) -> CommandResult {
    output::line(&format!("call {}, {}", call.number, text::inline(&call.function, MAX_VALUE)))?;
    for (name, argument) in &call.arguments {
        let LabelledArgument { value, derivation, found_in, in_task } = argument;
        output::line(&format!("  {} {} = {}", derivation.as_str(), text::inline(name, MAX_VALUE), text::inline(value, MAX_VALUE)))?;
        let mut places: Vec<String> = in_task.iter().map(|trace| format!("in the task {}", trace.as_str())).collect();
        places.extend(found_in.iter().map(|(number, trace)| format!("in the result of call {number} {}", trace.as_str())));
        let places = if places.is_empty() { "nowhere in view".to_owned() } else { places.join(", ") };
        output::line(&format!("    {places}"))?;
    }
    if !call.sources.is_empty() {
        output::line(&format!("  may be derived from {}", text::inline(&call.sources.join(", "), 4 * MAX_VALUE)))?;
    }
    if !call.secrets.is_empty() {
        output::line(&format!("  may carry what is confidential in {}", text::inline(&call.secrets.join(", "), 4 * MAX_VALUE)))?;
    }
    Ok(())
}

fn as_json(call: &LabelledCall) -> serde_json::Value {
    let argument = |(name, argument): (&String, &LabelledArgument)| {
        let found: Vec<_> = argument.found_in.iter().map(|(number, trace)| json!({"call": number, "trace": trace.as_str()})).collect();
        let in_task = argument.in_task.map(|trace| trace.as_str());
        let told = json!({"value": argument.value, "derivation": argument.derivation.as_str(), "found_in": found, "in_task": in_task});
        (name.clone(), told)
    };
    let arguments: serde_json::Map<_, _> = call.arguments.iter().map(argument).collect();
    json!({"call": call.number, "function": call.function, "arguments": arguments, "sources": call.sources, "secrets": call.secrets})
}
