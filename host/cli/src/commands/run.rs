//! `cofferdam run`: a task for the agent.

use std::collections::BTreeMap;

use cofferdam_agent::{Agent, AgentError, AgentParts, Ended, RunState, Standing, Stop, Terms};
use cofferdam_base::{Digest, Interrupt, text};
use cofferdam_model::{Embeddings, Prices, Provider, Spent};
use serde_json::{Value, json};

use crate::{
    approver::Terminal,
    commands::{CommandResult, Context},
    failure::{CliError, Failure},
    home::Home,
    interrupt,
    model::{self, Answers, Opened},
    output::{self, Format},
    session::Session,
    system::SystemClock,
    waiting::QuestionsChoice,
};

/// Let the agent do a task in the workspace: every call verified, every change staged, nothing remembered unproved
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cofferdam run \"which files would this package publish?\"\n  cofferdam run \"keep source maps out of the package\" --cap steps=20\n  cofferdam run \"update the workflow\" --questions wait=3600\n  cofferdam run \"list the folder\" --recorded session.jsonl"
)]
pub(crate) struct Run {
    /// What to do
    task: String,
    /// Set a cap of the run anew: NAME=NUMBER; `cofferdam limits` lists them
    #[arg(long, value_name = "CAP", value_parser = parse_cap)]
    cap: Vec<(String, u64)>,
    #[command(flatten)]
    questions: QuestionsChoice,
    #[command(flatten)]
    answers: Answers,
}

impl Run {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let mut asked = ask(context, &self.answers)?;
        let wanted: BTreeMap<String, u64> = self.cap.into_iter().collect();
        let mut terms = asked.terms;
        terms.caps = terms.caps.with(&wanted).map_err(|name| AgentError::UnknownCap { name })?;
        let (session, parts, interrupt) = asked.parts();
        let mut agent = Agent::begin(parts, &self.task, terms)?;
        go(&mut agent, session, interrupt, self.questions, context.format)
    }
}

/// A workspace and the models that are asked about it, all opened.
pub(super) struct Asked {
    pub(super) session: Session,
    pub(super) provider: Box<dyn Provider>,
    pub(super) embeddings: Option<Embeddings>,
    pub(super) prices: Prices,
    pub(super) terms: Terms,
    pub(super) interrupt: Interrupt,
}

impl Asked {
    /// What a run works with, the workspace, and the person's wish to stop.
    pub(super) fn parts(&mut self) -> (&Session, AgentParts<'_>, Interrupt) {
        let Self { session, provider, embeddings, prices, interrupt, .. } = self;
        let parts = AgentParts {
            gate: &session.gate,
            provider: provider.as_mut(),
            prices: *prices,
            embeddings: embeddings.as_ref(),
            clock: &SystemClock,
            interrupt: interrupt.clone(),
        };
        (session, parts, interrupt.clone())
    }
}

/// Opens the models, confines the process to them, and only then starts the thread that watches for Ctrl-C and opens the workspace.
pub(super) fn ask(context: &Context, answers: &Answers) -> Result<Asked, Failure> {
    let home = Home::from_environment()?;
    let interrupt = Interrupt::default();
    let Opened { provider, embeddings, prices, terms, reach } = model::open(&home, answers, interrupt.clone())?;
    let confinement = context.confine_to_tools(home, reach, interrupt.clone())?;
    interrupt::watch(&interrupt)?;
    Ok(Asked { session: Session::open(&confinement, &context.workspace)?, provider, embeddings, prices, terms, interrupt })
}

/// A cap of the command line.
pub(super) fn parse_cap(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text.split_once('=').ok_or("it is not NAME=NUMBER")?;
    Ok((name.to_owned(), value.parse().map_err(|error: std::num::ParseIntError| error.to_string())?))
}

/// Runs an agent in front of the person, and tells how it ended.
pub(super) fn go(agent: &mut Agent<'_>, session: &Session, interrupt: Interrupt, choice: QuestionsChoice, format: Format) -> CommandResult {
    let mut terminal = Terminal::here(interrupt).with_questions(choice, session.gate.state().folder());
    let ended = agent.go(&mut terminal);
    terminal.done();
    let standing = Standing::read(session.gate.state().folder(), agent.id())?;
    if !standing.unknown.is_empty() {
        output::say(&format!("it is not known whether these calls were done: {}", numbers(&standing.unknown)));
    }
    match ended {
        Ok(ended) => tell(&ended, &session.gate.checkpoint()?, format),
        Err(error) => {
            tell_stopped(&standing, RunState::Stopped(Stop::by(&error)), format)?;
            Err(error.into())
        }
    }
}

/// Numbers of calls.
pub(super) fn numbers(calls: &[u64]) -> String {
    calls.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

/// How a run stopped; the error itself is told by whoever gets it.
fn tell_stopped(standing: &Standing, state: RunState, format: Format) -> Result<(), Failure> {
    let standing = Standing { state, ..standing.clone() };
    if format == Format::Json {
        output::line(&standing_json(&standing)?.to_string())?;
    }
    let needed = standing.needed().unwrap_or_default();
    output::say(&format!("run {} {} after {}; `{needed}` goes on with it", standing.run, standing.state, used(&standing.spent)));
    Ok(())
}

/// A run and how it stands, for programs.
pub(super) fn standing_json(standing: &Standing) -> Result<Value, Failure> {
    let Standing { run, begun, task, state, spent, caps, open, unknown } = standing;
    Ok(json!({
        "run": run, "begun": begun, "task": task, "state": state.as_str(), "detail": state.detail(), "open": open, "unknown": unknown,
        "spent": as_json(spent)?, "caps": as_json(caps)?, "needed": standing.needed(),
    }))
}

fn as_json(value: &impl serde::Serialize) -> Result<Value, Failure> {
    Ok(serde_json::to_value(value).map_err(|error| CliError::Config { path: "run".to_owned(), why: error.to_string() })?)
}

fn tell(ended: &Ended, note: &str, format: Format) -> Result<(), Failure> {
    let Ended { run, answer, spent, open } = ended;
    let state = if open.is_empty() { RunState::Finished } else { RunState::FinishedWithOpenSteps(open.clone()) };
    match format {
        Format::Json => {
            let spent = as_json(spent)?;
            let line = json!({"run": run, "state": state.as_str(), "open": open, "answer": answer, "spent": spent, "checkpoint": note});
            output::line(&line.to_string())?;
        }
        Format::Text => {
            output::line(&text::block(answer, answer.len()))?;
            open.iter().for_each(|step| output::say(&format!("open step: {}", text::inline(step, 200))));
            output::say(&format!("run {run} {state}: {}; checkpoint {}", used(spent), Digest::of(note.as_bytes()).short()));
            output::say(note.trim_end());
        }
    }
    Ok(())
}

/// What a run used, in words. Tokens and money are by the provider's own counts; where it gave none, that is said.
fn used(spent: &Spent) -> String {
    let mut words = format!(
        "{} steps, {} tokens sent ({} of them from the provider's cache), {} received, {} bytes sent",
        spent.steps, spent.input_tokens, spent.cached_tokens, spent.output_tokens, spent.egress_bytes
    );
    if spent.cost_microdollars > 0 {
        let (dollars, rest) = (spent.cost_microdollars / 1_000_000, spent.cost_microdollars % 1_000_000);
        words.push_str(&format!(", {dollars}.{rest:06} dollars"));
    }
    if spent.uncounted_answers > 0 {
        words.push_str(&format!("; the provider gave no token counts for {} of its answers", spent.uncounted_answers));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_was_used_and_what_was_not_counted() {
        let spent = Spent { steps: 2, input_tokens: 30, cached_tokens: 20, output_tokens: 4, egress_bytes: 500, ..Spent::default() };
        assert_eq!(used(&spent), "2 steps, 30 tokens sent (20 of them from the provider's cache), 4 received, 500 bytes sent");
        let more = used(&Spent { cost_microdollars: 1_020_003, uncounted_answers: 1, ..spent });
        assert!(more.ends_with(", 1.020003 dollars; the provider gave no token counts for 1 of its answers"), "{more}");
    }
}
