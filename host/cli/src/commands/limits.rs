//! `cofferdam limits`: the numbers of the sandbox and of a run, from the constants themselves.

use cofferdam_agent::context::window;
use cofferdam_base::limits::{LimitRow, ROWS};
use cofferdam_confine::Reach;
use cofferdam_gate::{approval, transcript};
use cofferdam_model::budget::CAP_ROWS;
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    failure::CliError,
    output::{self, Format},
};

/// Print every limit of a tool call and its requests, of the loop, of questions, of the transcripts, of what a model is shown and of the protocol server, and every cap of a run; `docs/limits.md` has these tables
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam limits\n  cofferdam limits --format json")]
pub(crate) struct Limits {}

impl Limits {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        Reach::nothing().confine();
        match context.format {
            Format::Text => {
                output::data(&[limits(), requests(), caps(), the_loop(), questions(), transcripts(), windows(), protocol()].join("\n"))?
            }
            Format::Json => {
                json_rows("name", ROWS)?;
                json_rows("request", cofferdam_net::limits::ROWS)?;
                json_rows("loop", cofferdam_agent::limits::ROWS)?;
                json_rows("question", approval::limits::ROWS)?;
                json_rows("transcript", transcript::limits::ROWS)?;
                json_rows("context", &window::rows())?;
                json_rows("protocol", cofferdam_mcp::limits::ROWS)?;
                for (name, value, unit, meaning) in CAP_ROWS {
                    output::line(&json!({"cap": name, "value": value, "unit": unit, "meaning": meaning}).to_string())?;
                }
            }
        }
        Ok(())
    }
}

/// Prints rows as JSON; `member` holds the name of each.
fn json_rows(member: &str, rows: &[LimitRow]) -> Result<(), CliError> {
    for LimitRow { name, value, unit, prevents } in rows {
        output::line(&json!({member: name, "value": value, "unit": unit, "prevents": prevents}).to_string())?;
    }
    Ok(())
}

/// Rows as a table; the first two headings say what they are of, and what the numbers are.
fn table(of: &str, numbers: &str, rows: &[LimitRow]) -> String {
    let mut table = format!("| {of} | {numbers} | unit | prevents |\n| --- | ---: | --- | --- |\n");
    for row in rows {
        table.push_str(&format!("| `{}` | {} | {} | {} |\n", row.name, row.value, row.unit, row.prevents));
    }
    table
}

/// What one call may use.
fn limits() -> String {
    table("limit", "default and ceiling", ROWS)
}

/// What one request of a tool may take.
fn requests() -> String {
    table("request", "limit", cofferdam_net::limits::ROWS)
}

/// What the loop of a run bears.
fn the_loop() -> String {
    table("loop", "limit", cofferdam_agent::limits::ROWS)
}

/// What questions and their answers may take.
fn questions() -> String {
    table("questions", "limit", approval::limits::ROWS)
}

/// What transcripts may take.
fn transcripts() -> String {
    table("transcripts", "limit", transcript::limits::ROWS)
}

/// What a model is shown at most.
fn windows() -> String {
    table("context", "default", &window::rows())
}

/// What clients of the protocol server may take.
fn protocol() -> String {
    table("protocol", "limit", cofferdam_mcp::limits::ROWS)
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
        for table in [
            super::limits(),
            super::requests(),
            super::caps(),
            super::the_loop(),
            super::questions(),
            super::transcripts(),
            super::windows(),
            super::protocol(),
        ] {
            assert!(docs.contains(&table), "run `cofferdam limits` and paste it into docs/limits.md");
        }
    }
}
