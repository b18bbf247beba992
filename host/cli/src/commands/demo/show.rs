//! What the demo shows: how far a call came and how long each gate took, and what happened in the end.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Instant,
};

use cofferdam_agent::Watcher;
use cofferdam_base::{Diagnostic as _, Digest, text};
use cofferdam_gate::{Asked, Attendant, Completed, Publication, Refused, Reply, Step, Word};
use cofferdam_model::{ChatResponse, Listener, Spent};

use super::props;
use crate::{diff, output};

/// Longest line that is shown, in characters.
const MAX_LINE: usize = 160;

/// Watches the run, checks what the demo promises, and answers as the script says, which is shown.
pub(super) struct Audience {
    package: PathBuf,
    steps: Vec<(Step, Instant)>,
    questions: Vec<String>,
    asked: String,
    /// The folder as it was before the call.
    before: Option<Digest>,
    /// Codes of the refused calls.
    pub(super) refusals: Vec<String>,
    /// The first thing that is not as the demo says.
    pub(super) broken: Option<String>,
    pub(super) table: Table,
}

impl Audience {
    pub(super) fn new(package: &Path) -> Self {
        Self {
            package: package.to_owned(),
            steps: Vec::new(),
            questions: Vec::new(),
            asked: String::new(),
            before: None,
            refusals: Vec::new(),
            broken: None,
            table: Table::default(),
        }
    }

    fn digest(&mut self) -> Option<Digest> {
        match props::digest(&self.package) {
            Ok(digest) => Some(digest),
            Err(error) => {
                self.broken.get_or_insert(error.to_string());
                None
            }
        }
    }

    /// The gates that the call entered, and how long it stayed in each; the questions that were asked.
    fn show_timeline(&mut self) {
        let steps = std::mem::take(&mut self.steps);
        let ends = steps.iter().skip(1).map(|(_, at)| *at).chain(std::iter::once(Instant::now()));
        let gates: Vec<String> = steps
            .iter()
            .zip(ends)
            .map(|((step, at), end)| format!("{} {} us", step.as_str(), end.duration_since(*at).as_micros()))
            .collect();
        if !gates.is_empty() {
            output::say(&format!("  {}", gates.join(" › ")));
        }
        for question in std::mem::take(&mut self.questions) {
            output::say(&format!("  {}", text::inline(&question, 300)));
        }
    }
}

impl Attendant for Audience {
    fn entered(&mut self, step: Step) {
        self.steps.push((step, Instant::now()));
    }

    /// Reading a secret is declined, everything else allowed.
    fn answer(&mut self, asked: &Asked<'_>) -> Reply {
        let (shown, answer) = if asked.question.subject().action == "path:read" {
            ("no", Reply::Said(Word::No))
        } else {
            ("yes", Reply::once("the demo's script"))
        };
        self.questions.push(format!("{} asks: {} (scripted answer: {shown})", asked.function, asked.question.subject()));
        answer
    }
}

/// The demo shows each answer whole.
impl Listener for Audience {}

impl Watcher for Audience {
    fn answered(&mut self, response: &ChatResponse, _: &Spent) {
        if !response.calls.is_empty() {
            output::say(&format!("◀ {}", text::inline(&response.text, 300)));
        }
    }

    fn calling(&mut self, number: u64, function: &str, arguments: &str) {
        self.before = self.digest();
        self.asked = function.to_owned();
        output::say(&format!("▶ {number}  {function} {}", text::inline(arguments, MAX_LINE)));
    }

    fn completed(&mut self, number: u64, completed: &Completed) {
        self.show_timeline();
        output::say(&format!("  {}", super::super::call::summary(completed)));
        let so = match completed.publication {
            Publication::Published => {
                output::say(diff::staged(&completed.staged).trim_end());
                completed.changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>().join(", ")
            }
            Publication::NothingToPublish | Publication::DryRun | Publication::Sent => self.findings(completed),
        };
        output::say("");
        let came = if completed.publication == Publication::Published { "verified, published" } else { "verified" };
        self.table.push(Row::new(&format!("{number} {}", self.asked), came, &so));
    }

    fn refused(&mut self, number: u64, refused: &Refused) {
        self.show_timeline();
        output::say(&format!("  refused[{}]: {refused}", refused.code()));
        let now = self.digest();
        if now.is_none() || now != self.before {
            self.broken.get_or_insert(format!("call {number} was refused and the folder changed"));
        }
        output::say("  the folder is byte for byte as before\n");
        self.refusals.push(refused.code().to_owned());
        self.table.push(Row::new(&format!("{number} {}", self.asked), &format!("refused ({})", refused.code()), "nothing changed"));
    }

    fn noted(&mut self, number: u64, note: &str) {
        self.show_timeline();
        output::say(&format!("  {}\n", text::inline(note, MAX_LINE)));
        self.table.push(Row::new(&format!("{number} {}", self.asked), "verified, recorded", note));
    }
}

impl Audience {
    /// The findings of `package.inspect`, shown; one line on them.
    fn findings(&self, completed: &Completed) -> String {
        let report: serde_json::Value = serde_json::from_str(&completed.output).unwrap_or_default();
        let Some(findings) = report.get("findings").and_then(|findings| findings.as_array()) else { return "nothing changed".to_owned() };
        let member =
            |finding: &serde_json::Value, name: &str| finding.get(name).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
        for finding in findings {
            output::say(&format!("  finding {}: {}", member(finding, "code"), text::inline(&member(finding, "path"), MAX_LINE)));
        }
        format!("{} findings", findings.len())
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
