//! The person at the terminal: sees what a call is about to do, and answers where a rule asks.

use std::io::{self, IsTerminal as _, Stderr};

use cofferdam_agent::Watcher;
use cofferdam_base::{Diagnostic as _, Interrupt, interrupt::Interrupted, text};
use cofferdam_gate::{Asked, Attendant, Completed, Consolidated, Publication, Refused, Reply, Step, approval::limits::QUESTIONS};
use cofferdam_model::{ChatResponse, Listener, Spent};
use cofferdam_store::Folder;

use crate::{
    confirm,
    live::Live,
    output, question,
    waiting::{Away, Questions, QuestionsChoice},
};

/// A person at a terminal, or nobody.
pub(crate) struct Terminal {
    interactive: bool,
    /// Where progress and the model's words appear; only where standard error is a terminal.
    live: Option<Live<Stderr>>,
    interrupt: Interrupt,
    /// Where questions wait while nobody is there; without it they are refused.
    away: Option<Away>,
    most_questions: usize,
}

impl Terminal {
    /// Looks whether somebody is there.
    pub(crate) fn here(interrupt: Interrupt) -> Self {
        let live = io::stderr().is_terminal().then(|| Live::on(io::stderr()));
        Self { interactive: confirm::is_somebody_there(), live, interrupt, away: None, most_questions: QUESTIONS }
    }

    /// The same, with a person's choice of how many questions there are, and whether those of a project wait while nobody is there.
    pub(crate) fn with_questions(self, choice: QuestionsChoice, state: &Folder) -> Self {
        let away = match choice.questions {
            Questions::Refuse => None,
            Questions::Wait { seconds } => Some(Away { state: state.clone(), seconds }),
        };
        Self { away, most_questions: choice.most_questions, ..self }
    }

    /// Ends the line that progress or the model's words are in. Gives whether words were.
    pub(crate) fn done(&mut self) -> bool {
        self.live.as_mut().is_some_and(Live::end)
    }

    fn progress(&mut self, what: &str) {
        if let Some(live) = &mut self.live {
            live.progress(what);
        }
    }
}

impl Attendant for Terminal {
    fn entered(&mut self, step: Step) {
        self.progress(&format!("{} …", step.as_str()));
    }

    fn most_questions(&self) -> usize {
        self.most_questions
    }

    fn answer(&mut self, asked: &Asked<'_>) -> Reply {
        self.done();
        if self.interactive {
            output::say(&question::shown(asked));
            // Ctrl-C is neither yes nor no: a resumed run asks again.
            return question::put(asked.offers, "terminal", &self.interrupt).map_or_else(|Interrupted| Reply::Nobody, Reply::Said);
        }
        match &self.away {
            Some(away) => away.answer(asked, question::shown(asked), &self.interrupt, &mut || {}),
            None => Reply::Nobody,
        }
    }
}

/// Longest line of progress, in characters.
const MAX_LINE: usize = 200;

impl Listener for Terminal {
    fn heard(&mut self, piece: &str) {
        if let Some(live) = &mut self.live {
            live.words(piece);
        }
    }

    fn heard_in_vain(&mut self) {
        if self.done() {
            output::say("     the answer broke off: what it said does not count");
        }
    }
}

impl Watcher for Terminal {
    fn asking(&mut self, step: u64) {
        self.progress(&format!("step {step}: the model is asked …"));
    }

    fn answered(&mut self, response: &ChatResponse, _: &Spent) {
        let was_shown = self.done();
        if !was_shown && !response.calls.is_empty() && !response.text.trim().is_empty() {
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
            Publication::Sent => "verified and sent".to_owned(),
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

    fn reminded(&mut self, open: &[String]) {
        self.done();
        output::say(&format!("  the plan has open steps, so the model is asked once more: {}", text::inline(&open.join("; "), MAX_LINE)));
    }

    fn unfit(&mut self, why: &str) {
        self.done();
        output::say(&format!("  {why}"));
    }

    fn noted(&mut self, _: u64, note: &str) {
        self.done();
        output::say(&format!("     {}", text::inline(note, MAX_LINE)));
    }

    fn consolidated(&mut self, done: &Consolidated) {
        self.done();
        let Consolidated { change, merged, .. } = done;
        output::say(&format!(
            "memory: {} entries that say the same are merged into {}; `cofferdam memory revert {change}` takes it back",
            merged.0, merged.1
        ));
    }

    fn not_consolidated(&mut self, refused: &Refused) {
        self.done();
        let (code, why) = (refused.code(), text::inline(&refused.to_string(), MAX_LINE));
        output::say(&format!(
            "warning[{code}]: duplicates of the memory were not merged: {why}; look with `cofferdam memory consolidate --dry-run`"
        ));
    }
}
