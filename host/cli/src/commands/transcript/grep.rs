//! `cofferdam transcript grep`: words in what was said, in transcripts and in the journals of the agent's runs.

use std::collections::BTreeSet;

use cofferdam_agent::{Journal, Step};
use cofferdam_base::{CallId, RunId, text};
use serde_json::json;

use super::run_of::RunOf;
use crate::{
    commands::{CommandResult, Context},
    failure::Failure,
    output::{self, Format},
    session::Session,
};

/// Characters that are shown before and after the words.
const AROUND: usize = 60;

#[derive(clap::Args)]
pub(super) struct Grep {
    /// The words, as they stand one after the other
    #[arg(required = true)]
    words: Vec<String>,
    /// Only in this run: the agent's, or the ledger's
    #[arg(long)]
    run: Option<RunId>,
}

/// Where something was found.
struct Place<'a> {
    run: &'a RunId,
    call: Option<&'a CallId>,
    kind: &'a str,
}

impl Grep {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let words = self.words.join(" ").to_lowercase();
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let wanted = match &self.run {
            Some(run) => Some(RunOf::find(&session.gate, run)?.ledgers.into_iter().collect::<BTreeSet<_>>()),
            None => None,
        };
        let is_wanted = |run: &RunId| wanted.as_ref().is_none_or(|wanted| wanted.contains(run));
        let mut failed: Option<Failure> = None;
        let transcripts = session.gate.transcripts()?;
        for part in transcripts.parts()?.iter().filter(|part| is_wanted(&part.run)) {
            for line in transcripts.lines(part, 0)? {
                match line {
                    Ok((_, line)) => {
                        let place = Place { run: &part.run, call: Some(&line.call), kind: line.said.as_str() };
                        tell(&place, line.body.text().unwrap_or_default(), &words, context.format)?;
                    }
                    // The other lines are searched all the same.
                    Err(error) => failed = failed.or(Some(error.into())),
                }
            }
        }
        let state = session.gate.state().folder();
        for run in Journal::runs(state)? {
            match Journal::read(state, &run) {
                Ok(recorded) if recorded.ledgers().any(is_wanted) => {
                    let found = |kind: &str, text: &str| tell(&Place { run: &run, call: None, kind }, text, &words, context.format);
                    found("task", &recorded.header.task)?;
                    recorded.steps.iter().try_for_each(|step| in_step(step, &found))?;
                }
                Ok(_) => {}
                Err(error) => failed = failed.or(Some(error.into())),
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

fn in_step(step: &Step, found: &dyn Fn(&str, &str) -> CommandResult) -> CommandResult {
    match step {
        Step::Answered { response, .. } => {
            found("model", &response.text)?;
            response.calls.iter().try_for_each(|call| found("asked", &call.arguments))
        }
        Step::Looking { call } => found("asked", &call.arguments),
        Step::Observed { content, .. } => found("shown", content),
        Step::Finished { answer } => found("answer", answer),
        Step::Reminded { text } | Step::Permitted { text, .. } => found("shown", text),
        Step::Taken { .. } | Step::Calling { .. } | Step::Compared { .. } | Step::Stopped { .. } => Ok(()),
    }
}

/// Prints each line of a text that has the words.
fn tell(place: &Place<'_>, text: &str, words: &str, format: Format) -> CommandResult {
    for hit in text.lines().filter_map(|line| around(line, words)) {
        match format {
            Format::Text => {
                let call = place.call.map(|call| format!(" call {call}")).unwrap_or_default();
                output::line(&format!("run {}{call} {}: {}", place.run, place.kind, text::inline(&hit, 4 * AROUND + words.len())))?;
            }
            Format::Json => output::line(&json!({"run": place.run, "call": place.call, "kind": place.kind, "line": hit}).to_string())?,
        }
    }
    Ok(())
}

/// The part of a line around its first hit; none where it has none. Case is folded by the simple mapping of each letter.
fn around(line: &str, words: &str) -> Option<String> {
    let lower = line.to_lowercase();
    let before = lower.get(..lower.find(words)?)?.chars().count();
    let from = before.saturating_sub(AROUND);
    let cut = line.chars().count() > from + 2 * AROUND + words.len();
    let shown: String = line.chars().skip(from).take(before - from + words.chars().count() + AROUND).collect();
    Some(format!("{}{shown}{}", if from > 0 { "…" } else { "" }, if cut { "…" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn shows_what_stands_around_a_hit_whatever_its_case() {
        assert_eq!(around("The TOKEN is here", "token is").as_deref(), Some("The TOKEN is here"));
        assert_eq!(around("nothing", "token"), None);
        let long = around(&format!("{}Needle{}", "a".repeat(500), "b".repeat(500)), "needle").unwrap();
        assert!(long.starts_with("…aaa") && long.contains("aNeedleb") && long.ends_with("b…") && long.chars().count() < 140, "{long}");
    }
}
