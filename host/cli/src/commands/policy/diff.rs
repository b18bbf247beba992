//! `cofferdam policy diff`: recorded runs under a changed policy, and every decision that would come out otherwise.

use std::{fmt, path::PathBuf};

use cofferdam_agent::{
    Journal,
    replay::{NotReplayable, Replayed, ReplayedCall, replay},
};
use cofferdam_base::{Class, Diagnostic, RunId, text};
use cofferdam_policy::{Flip, Policies, Profile, Verdict};
use serde_json::{Value, json};

use super::{environment_of, rule_json, shown};
use crate::{
    commands::{CommandResult, Context},
    failure::Failure,
    files,
    output::{self, Format},
    policies,
    session::Session,
};

/// Most runs that are replayed where none is named. Bounds the time that the command takes.
const MAX_RUNS: usize = 100;

/// Replay recorded runs under a changed policy, and list every decision that flips
#[derive(clap::Args)]
#[command(
    after_help = "The decisions are those about the calls of a run: the call itself, the paths in its arguments, the files that it read and changed. Whether a conversation may be sent, or a tool be loaded, is not among them. Both sides decide anew: what a person answered, and what was in force then, plays no part. Nothing is changed or accepted.\n\nExit codes: 0 nothing flips, 1 with `policy.decisions-flip` where a decision does; every other code says why it is not known.\n\nExamples:\n  cofferdam policy diff --with new-policies\n  cofferdam policy diff 01m8a84r4yxzr612dnytvgndp1 --with no-edits.cedar\n  cofferdam policy diff --profile developer --format json"
)]
pub(super) struct Diff {
    /// The runs of the agent; where none is named the newest of the workspace, at most 100
    runs: Vec<RunId>,
    /// A policy file (`*.cedar`), or a folder of them, added to the policies in force or standing in the place of user files of the
    /// same names
    #[arg(long, value_name = "FOLDER|FILE", required_unless_present = "profile")]
    with: Option<PathBuf>,
    /// Another profile in the place of the chosen one
    #[arg(long, value_name = "NAME", value_parser = clap::value_parser!(Profile))]
    profile: Option<Profile>,
}

/// Decisions that come out otherwise.
#[derive(Debug)]
struct DecisionsFlip {
    flips: usize,
    decisions: usize,
    calls: usize,
}

impl fmt::Display for DecisionsFlip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flips, decisions, calls } = self;
        write!(f, "{flips} of {decisions} decisions, in {calls} call(s), would come out otherwise under the changed policies")
    }
}

impl std::error::Error for DecisionsFlip {}

impl Diagnostic for DecisionsFlip {
    fn code(&self) -> &'static str {
        "policy.decisions-flip"
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        Some("if they are meant, put the files into their place and take them with `cofferdam policy accept`".to_owned())
    }
}

/// What was counted.
#[derive(Debug, Default)]
struct Count {
    runs: usize,
    /// Calls that were decided under both.
    calls: usize,
    decisions: usize,
    flips: usize,
    flipped_calls: usize,
    own: usize,
    not_replayable: usize,
}

impl Diff {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        // What a person named is read before the process confines itself.
        let others = self.with.as_deref().map(|path| policies::named("with", path, &context.workspace)).transpose()?.unwrap_or_default();
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let (user, gate) = (&session.user, &session.gate);
        let folder = files::real_path(&context.workspace)?;
        let profile = match self.profile {
            Some(profile) => profile,
            None => policies::profile(&user.config)?,
        };
        let sources = policies::with(policies::sources(&user.home, &folder, profile)?, others);
        let changed = Policies::load(&sources, &environment_of(user, &folder)?)?;
        let runs = if self.runs.is_empty() {
            let mut runs = Journal::runs(gate.state().folder())?;
            runs.reverse();
            if runs.len() > MAX_RUNS {
                output::say(&format!("the newest {MAX_RUNS} of {} runs are replayed; name older ones to replay them", runs.len()));
            }
            runs.truncate(MAX_RUNS);
            runs
        } else {
            self.runs
        };
        let (mut count, mut failed) = (Count::default(), None::<Failure>);
        for run in &runs {
            match replay(gate, run, gate.policies(), &changed) {
                Ok(calls) => {
                    count.runs += 1;
                    calls.iter().try_for_each(|call| count.tell(run, call, context.format))?;
                }
                // The other runs are replayed all the same.
                Err(error) => {
                    output::say(&format!("run {run} is not replayed: {}", text::block(&error.to_string(), 1000)));
                    if context.format == Format::Json {
                        output::line(&json!({"kind": "not-replayed", "run": run, "why": error.code()}).to_string())?;
                    }
                    failed = failed.or(Some(error.into()));
                }
            }
        }
        count.tell_all(context.format)?;
        let Count { decisions, flips, flipped_calls: calls, .. } = count;
        match failed {
            Some(error) => Err(error),
            None if flips > 0 => Err(DecisionsFlip { flips, decisions, calls }.into()),
            None => Ok(()),
        }
    }
}

impl Count {
    /// Counts a call, and tells what flips and what is not replayable.
    fn tell(&mut self, run: &RunId, call: &ReplayedCall, format: Format) -> CommandResult {
        let whose = Whose { run, call };
        match &call.outcome {
            Replayed::Own => self.own += 1,
            Replayed::Not(why) => {
                self.not_replayable += 1;
                whose.tell_not(why, "not replayable", format)?;
            }
            Replayed::Decided { decisions, flips, missing } => {
                self.calls += 1;
                self.decisions += decisions;
                self.flips += flips.len();
                self.flipped_calls += usize::from(!flips.is_empty());
                flips.iter().try_for_each(|flip| whose.tell_flip(flip, format))?;
                if let Some(why) = missing {
                    self.not_replayable += 1;
                    whose.tell_not(why, "replayed in part", format)?;
                }
            }
        }
        Ok(())
    }

    fn tell_all(&self, format: Format) -> CommandResult {
        let Self { runs, calls, decisions, flips, own, not_replayable, .. } = self;
        match format {
            Format::Text => output::say(&format!(
                "{runs} run(s), {calls} call(s) replayed with {decisions} decisions, {flips} flip; {not_replayable} call(s) not replayable or only in \
                 part, {own} of the agent's own functions, which no policy decides on"
            )),
            Format::Json => {
                let told = json!({"kind": "summary", "runs": runs, "calls": calls, "decisions": decisions, "flips": flips, "own": own, "not_replayable": not_replayable});
                output::line(&told.to_string())?;
            }
        }
        Ok(())
    }
}

/// The call that something is told of.
struct Whose<'a> {
    run: &'a RunId,
    call: &'a ReplayedCall,
}

impl Whose<'_> {
    fn tell_flip(&self, flip: &Flip, format: Format) -> CommandResult {
        let Flip { subject, before, after } = flip;
        match format {
            Format::Text => {
                output::line(&format!("{self}: {subject}"))?;
                output::line(&format!("  before: {}", shown(before)))?;
                output::line(&format!("  after:  {}", shown(after)))?;
            }
            Format::Json => {
                let told = json!({
                    "kind": "flip", "run": self.run, "call": self.call.number, "function": self.call.function,
                    "action": subject.action, "resource": subject.resource, "before": verdict_json(before), "after": verdict_json(after),
                });
                output::line(&told.to_string())?;
            }
        }
        Ok(())
    }

    fn tell_not(&self, why: &NotReplayable, how: &str, format: Format) -> CommandResult {
        match format {
            Format::Text => output::line(&format!("{self}: {how}: {why}"))?,
            Format::Json => {
                let told = json!({
                    "kind": "not-replayable", "run": self.run, "call": self.call.number, "function": self.call.function,
                    "why": why.as_str(), "text": why.to_string(),
                });
                output::line(&told.to_string())?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Whose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {} call {}, {}", self.run, self.call.number, text::inline(&self.call.function, 80))
    }
}

fn verdict_json(verdict: &Verdict) -> Value {
    let rules: Vec<Value> = verdict.rules.iter().map(|rule| rule_json(rule)).collect();
    json!({"decision": verdict.ruling.as_str(), "rules": rules, "why": verdict.found})
}
