//! What the demo shows: how far a call came and how long each gate took, and what happened in the end.

use std::{fmt, time::Instant};

use cofferdam_base::text;
use cofferdam_gate::{Asked, Attendant, Step};
use cofferdam_policy::Answer;

/// What the scripted person says to every question of a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Says {
    Yes,
    No,
}

/// The scripted person: watches, and answers as the script says, which is shown.
pub(super) struct Scripted {
    says: Says,
    steps: Vec<(Step, Instant)>,
    questions: Vec<String>,
}

impl Attendant for Scripted {
    fn entered(&mut self, step: Step) {
        self.steps.push((step, Instant::now()));
    }

    fn answer(&mut self, asked: &Asked<'_>) -> Answer {
        let (shown, answer) = match self.says {
            Says::Yes => ("yes", Answer::Approved { by: "the demo's script".to_owned() }),
            Says::No => ("no", Answer::Declined),
        };
        self.questions.push(format!("{} asks: {} (scripted answer: {shown})", asked.function, asked.question.subject()));
        answer
    }
}

impl Scripted {
    pub(super) fn new(says: Says) -> Self {
        Self { says, steps: Vec::new(), questions: Vec::new() }
    }

    /// The gates that the call entered, and how long it stayed in each.
    pub(super) fn timeline(&self) -> String {
        let ends = self.steps.iter().skip(1).map(|(_, at)| *at).chain(std::iter::once(Instant::now()));
        let gates: Vec<String> = self
            .steps
            .iter()
            .zip(ends)
            .map(|((step, at), end)| format!("{} {} us", step.as_str(), end.duration_since(*at).as_micros()))
            .collect();
        let mut shown = format!("  {}", gates.join(" › "));
        for question in &self.questions {
            shown.push_str(&format!("\n  {}", text::inline(question, 300)));
        }
        shown
    }
}

/// One line of the table at the end.
pub(super) struct Row {
    what: String,
    came: String,
    so: String,
}

impl Row {
    pub(super) fn new(what: &str, came: &str, so: &str) -> Self {
        Self { what: what.to_owned(), came: came.to_owned(), so: so.to_owned() }
    }
}

/// What happened, for the end.
#[derive(Default)]
pub(super) struct Table(Vec<Row>);

impl Table {
    pub(super) fn push(&mut self, row: Row) {
        self.0.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |cell: fn(&Row) -> &String| self.0.iter().map(|row| cell(row).chars().count()).max().unwrap_or_default();
        let (what, came) = (width(|row| &row.what), width(|row| &row.came));
        for row in &self.0 {
            writeln!(f, "{:<what$}  {:<came$}  {}", row.what, row.came, row.so)?;
        }
        Ok(())
    }
}
