//! The person at the terminal: sees what a call is about to do, and answers where a rule asks.

use std::io::{self, IsTerminal as _, Write as _};

use cofferdam_agent::Watcher;
use cofferdam_base::{Diagnostic as _, text};
use cofferdam_gate::{Asked, Attendant, Completed, Publication, Refused, Step};
use cofferdam_model::{ChatResponse, Spent};
use cofferdam_policy::Answer;

use crate::{confirm, diff, output};

/// Longest arguments that are shown, in characters.
const MAX_ARGUMENTS: usize = 2000;

/// A person at a terminal, or nobody.
pub(crate) struct Terminal {
    interactive: bool,
    progress: bool,
}

impl Terminal {
    /// Looks whether somebody is there.
    pub(crate) fn here() -> Self {
        Self { interactive: confirm::is_somebody_there(), progress: io::stderr().is_terminal() }
    }

    /// Ends the line of progress.
    pub(crate) fn done(&self) {
        if self.progress {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

impl Attendant for Terminal {
    fn entered(&mut self, step: Step) {
        if self.progress {
            let _ = write!(io::stderr(), "\r\u{1b}[K{} …", step.as_str());
        }
    }

    fn answer(&mut self, asked: &Asked<'_>) -> Answer {
        if !self.interactive {
            return Answer::Nobody;
        }
        self.done();
        output::say(&question(asked));
        if confirm::said_yes("Allow this once?") { Answer::Approved { by: "terminal".to_owned() } } else { Answer::Declined }
    }
}

/// Longest line of progress, in characters.
const MAX_LINE: usize = 200;

impl Watcher for Terminal {
    fn asking(&mut self, step: u64) {
        if self.progress {
            let _ = write!(io::stderr(), "\r\u{1b}[Kstep {step}: the model is asked …");
        }
    }

    fn answered(&mut self, response: &ChatResponse, _: &Spent) {
        self.done();
        if !response.calls.is_empty() && !response.text.trim().is_empty() {
            output::say(&format!("  {}", text::inline(response.text.trim(), MAX_LINE)));
        }
    }

    fn calling(&mut self, number: u64, function: &str, arguments: &str) {
        output::say(&format!("▶ {number}  {} {}", text::inline(function, 80), text::inline(arguments, MAX_LINE)));
    }

    fn completed(&mut self, _: u64, completed: &Completed) {
        self.done();
        let became = match completed.publication {
            Publication::NothingToPublish => "verified".to_owned(),
            Publication::DryRun => "verified, not published".to_owned(),
            Publication::Published => {
                let paths: Vec<&str> = completed.changes.iter().map(|change| change.path.as_str()).collect();
                format!("verified and published: {}", text::inline(&paths.join(", "), MAX_LINE))
            }
        };
        output::say(&format!("     {became}"));
    }

    fn refused(&mut self, _: u64, refused: &Refused) {
        self.done();
        output::say(&format!("     refused[{}]: {}", refused.code(), text::inline(&refused.to_string(), MAX_LINE)));
    }

    fn noted(&mut self, _: u64, note: &str) {
        self.done();
        output::say(&format!("     {}", text::inline(note, MAX_LINE)));
    }
}

/// What a person is shown with a question.
fn question(asked: &Asked<'_>) -> String {
    let mut shown = format!("\n{} wants {}\n", asked.function, asked.question.subject());
    for rule in asked.question.reasons() {
        shown.push_str(&format!("  rule      {rule}\n"));
    }
    for argument in asked.question.outside() {
        shown.push_str(&format!("  unseen    argument `{}` is of a type that no rule can see\n", text::inline(argument, 80)));
    }
    shown.push_str(&format!("  signed by {}\n", asked.signers.join(", ")));
    shown.push_str(&format!("  arguments {}\n", text::inline(&asked.arguments.to_string(), MAX_ARGUMENTS)));
    if let Some(staged) = asked.staged {
        shown.push_str(&diff::staged(staged));
    }
    shown
}
