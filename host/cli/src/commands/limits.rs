//! `cofferdam limits`: the numbers of the sandbox and of a run, from the constants themselves.

use cofferdam_agent::context::window;
use cofferdam_base::limits::{LimitRow, ROWS};
use cofferdam_confine::Reach;
use cofferdam_gate::transcript;
use cofferdam_model::budget::CAP_ROWS;
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
};

/// Print every limit of a tool call, of the loop, of the transcripts and of what a model is shown, and every cap of a run; `docs/limits.md` has these tables
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam limits\n  cofferdam limits --format json")]
pub(crate) struct Limits {}

impl Limits {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        Reach::nothing().confine();
        match context.format {
            Format::Text => output::data(&format!("{}\n{}\n{}\n{}\n{}", limits(), caps(), the_loop(), transcripts(), windows()))?,
            Format::Json => {
                for row in ROWS {
                    output::line(&json!({"name": row.name, "value": row.value, "unit": row.unit, "prevents": row.prevents}).to_string())?;
                }
                for row in cofferdam_agent::limits::ROWS {
                    let LimitRow { name, value, unit, prevents } = row;
                    output::line(&json!({"loop": name, "value": value, "unit": unit, "prevents": prevents}).to_string())?;
                }
                for row in transcript::limits::ROWS {
                    let LimitRow { name, value, unit, prevents } = row;
                    output::line(&json!({"transcript": name, "value": value, "unit": unit, "prevents": prevents}).to_string())?;
                }
                for row in window::rows() {
                    let LimitRow { name, value, unit, prevents } = row;
                    output::line(&json!({"context": name, "value": value, "unit": unit, "prevents": prevents}).to_string())?;
                }
                for (name, value, unit, meaning) in CAP_ROWS {
                    output::line(&json!({"cap": name, "value": value, "unit": unit, "meaning": meaning}).to_string())?;
                }
            }
        }
        Ok(())
    }
}

/// What one call may use.
fn limits() -> String {
    let mut table = String::from("| limit | default and ceiling | unit | prevents |\n| --- | ---: | --- | --- |\n");
    for row in ROWS {
        table.push_str(&format!("| `{}` | {} | {} | {} |\n", row.name, row.value, row.unit, row.prevents));
    }
    table
}

/// What the loop of a run bears.
fn the_loop() -> String {
    rows("loop", cofferdam_agent::limits::ROWS)
}

/// What transcripts may take.
fn transcripts() -> String {
    rows("transcripts", transcript::limits::ROWS)
}

fn rows(of: &str, rows: &[LimitRow]) -> String {
    let mut table = format!("| {of} | limit | unit | prevents |\n| --- | ---: | --- | --- |\n");
    for row in rows {
        table.push_str(&format!("| `{}` | {} | {} | {} |\n", row.name, row.value, row.unit, row.prevents));
    }
    table
}

/// What a model is shown at most.
fn windows() -> String {
    let mut table = String::from("| context | default | unit | prevents |\n| --- | ---: | --- | --- |\n");
    for row in window::rows() {
        table.push_str(&format!("| `{}` | {} | {} | {} |\n", row.name, row.value, row.unit, row.prevents));
    }
    table
}

/// What a run may use.
fn caps() -> String {
    let mut table = String::from("| cap | default | unit | meaning |\n| --- | ---: | --- | --- |\n");
    for (name, value, unit, meaning) in CAP_ROWS {
        table.push_str(&format!("| `{name}` | {value} | {unit} | {} |\n", meaning.trim()));
    }
    table
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_docs_have_these_tables() {
        let docs = include_str!("../../../../docs/limits.md");
        for table in [super::limits(), super::caps(), super::the_loop(), super::transcripts()] {
            assert!(docs.contains(&table), "run `cofferdam limits` and paste it into docs/limits.md");
        }
    }
}
