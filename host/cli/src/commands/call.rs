//! `cofferdam call`: one tool call, the whole way.

use std::path::PathBuf;

use cofferdam_base::{Interrupt, text};
use cofferdam_confine::Reach;
use cofferdam_gate::{CallInput, Completed, Labelling, Mode, Publication};
use cofferdam_policy::{Integrity, Origin};
use serde_json::json;

use crate::{
    approver::Terminal,
    commands::{CommandResult, Context},
    diff,
    failure::Failure,
    files,
    home::Home,
    interrupt,
    output::{self, Format},
    session::Session,
};

/// Largest arguments that are read from a file; the gate has the same limit for what it is given.
const MAX_ARGUMENT_BYTES: u64 = 1 << 20;

/// Call one function of a tool, through every gate
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cofferdam call files.list '{}'\n  cofferdam call edit.create '{\"path\": \"a.txt\", \"content\": \"hello\"}' --dry-run\n  cofferdam call package.inspect -f arguments.json"
)]
pub(crate) struct Call {
    /// The function: TOOL.FUNCTION
    function: String,
    /// Its arguments, as JSON
    #[arg(default_value = "{}", conflicts_with = "file")]
    arguments: String,
    /// Read the arguments from a file; - is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Show what would change, and publish nothing
    #[arg(long)]
    dry_run: bool,
}

impl Call {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let arguments = match &self.file {
            Some(path) => files::read_text(path, MAX_ARGUMENT_BYTES)?,
            None => self.arguments,
        };
        let interrupt = Interrupt::default();
        let confinement = context.confine_to_tools(Home::from_environment()?, Reach::nothing(), interrupt.clone())?;
        interrupt::watch(&interrupt)?;
        let session = Session::open(&confinement, &context.workspace)?;
        let (origin, integrity, labelling) = (Origin::User, Integrity::Trusted, Labelling::Written);
        let input = CallInput { function: self.function, arguments, origin, integrity, labelling, secrets: Default::default() };
        let mode = if self.dry_run { Mode::DryRun } else { Mode::Publish };
        let mut terminal = Terminal::here(interrupt);
        let result = session.gate.call(&input, mode, &mut terminal);
        terminal.done();
        let completed = result.map_err(|refused| Failure::from(*refused))?;
        show(&completed, context.format)
    }
}

fn show(completed: &Completed, format: Format) -> CommandResult {
    match format {
        Format::Json => output::line(&as_json(completed)?.to_string())?,
        Format::Text => {
            output::line(&text::block(&completed.output, completed.output.len()))?;
            if completed.publication == Publication::DryRun {
                output::say(diff::staged(&completed.staged).trim_end());
            }
            if !completed.log.is_empty() {
                output::say(&format!("the tool printed: {}", text::block(&completed.log, 2000)));
            }
            for (request, status) in &completed.requests {
                let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
                output::say(&format!("sent: {} ({status})", text::inline(request, 300)));
            }
            for kept in &completed.kept_requests {
                output::say(&format!("not sent [{}]: {}", kept.code, text::inline(&kept.request, 300)));
            }
            if !completed.secrets.is_empty() {
                let secrets: Vec<&str> = completed.secrets.iter().map(String::as_str).collect();
                output::say(&format!("confidential: {}", text::inline(&secrets.join(", "), 300)));
            }
            for refusal in &completed.refusals {
                output::say(&format!("kept from the tool by policy: {}", text::inline(refusal.path.as_str(), 200)));
            }
            output::say(&summary(completed));
        }
    }
    Ok(())
}

/// One line on what became of the call.
pub(crate) fn summary(completed: &Completed) -> String {
    let became = match completed.publication {
        Publication::NothingToPublish => "verified".to_owned(),
        Publication::DryRun => format!("verified, {} changes not published (dry run)", completed.changes.len()),
        Publication::Sent => "verified and sent; it cannot be taken back".to_owned(),
        Publication::Published => {
            format!("verified and published, {} changes; `cofferdam undo {}` takes them back", completed.changes.len(), completed.call)
        }
    };
    let evidence = &completed.evidence;
    format!(
        "call {}: {became} ({} postconditions, {} checks of the hook, leaf {})",
        completed.call,
        evidence.postconditions,
        evidence.hook.len(),
        evidence.leaf
    )
}

fn as_json(completed: &Completed) -> Result<serde_json::Value, Failure> {
    let fault =
        |error: serde_json::Error| crate::failure::CliError::Config { path: "the call's outcome".to_owned(), why: error.to_string() };
    let output: serde_json::Value = serde_json::from_str(&completed.output).map_err(fault)?;
    let publication = match completed.publication {
        Publication::NothingToPublish => "nothing-to-publish",
        Publication::DryRun => "dry-run",
        Publication::Sent => "sent",
        Publication::Published => "published",
    };
    Ok(json!({
        "call": completed.call,
        "output": output,
        "publication": publication,
        "changes": completed.changes,
        "requests": completed.requests.iter().map(|(request, status)| json!({"request": request, "status": status})).collect::<Vec<_>>(),
        "kept_requests": completed.kept_requests.iter().map(|kept| json!({"request": kept.request, "code": kept.code})).collect::<Vec<_>>(),
        "secrets": completed.secrets,
        "refused_paths": completed.refusals.iter().map(|refusal| refusal.path.as_str()).collect::<Vec<_>>(),
        "evidence": {
            "component": completed.evidence.component,
            "policy": completed.evidence.policy,
            "rules": completed.evidence.rules,
            "postconditions": completed.evidence.postconditions,
            "hook": completed.evidence.hook,
            "leaf": completed.evidence.leaf,
        },
        "usage": {"fuel": completed.usage.fuel, "memory_peak": completed.usage.memory_peak},
        "log": completed.log,
    }))
}
