//! The person at the terminal: sees what a call is about to do, and answers where a rule asks.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use cofferdam_base::text;
use cofferdam_gate::{Asked, Attendant, Step};
use cofferdam_policy::Answer;

use crate::{diff, output};

/// Longest arguments that are shown, in characters.
const MAX_ARGUMENTS: usize = 2000;

/// A person at a terminal, or nobody.
pub(crate) struct Terminal {
    interactive: bool,
    progress: bool,
}

impl Terminal {
    /// Looks whether somebody is there: standard input and standard error are a terminal.
    pub(crate) fn here() -> Self {
        let interactive = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { interactive, progress: io::stderr().is_terminal() }
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
        let _ = write!(io::stderr(), "Allow this once? [y/N] ");
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(_) if matches!(line.trim(), "y" | "Y" | "yes") => Answer::Approved { by: "terminal".to_owned() },
            // A terminal that is gone is nobody's approval.
            Ok(_) | Err(_) => Answer::Declined,
        }
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
