//! `cofferdam limits`: the numbers of the sandbox, from the constants themselves.

use cofferdam_base::limits::ROWS;
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
};

/// Print every limit of a tool call; `docs/limits.md` is this table
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam limits\n  cofferdam limits --format json")]
pub(crate) struct Limits {}

impl Limits {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match context.format {
            Format::Text => output::data(&table())?,
            Format::Json => {
                for row in ROWS {
                    output::line(&json!({"name": row.name, "value": row.value, "unit": row.unit, "prevents": row.prevents}).to_string())?;
                }
            }
        }
        Ok(())
    }
}

/// The table of `docs/limits.md`.
fn table() -> String {
    let mut table = String::from("| limit | default and ceiling | unit | prevents |\n| --- | ---: | --- | --- |\n");
    for row in ROWS {
        table.push_str(&format!("| `{}` | {} | {} | {} |\n", row.name, row.value, row.unit, row.prevents));
    }
    table
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_docs_have_this_table() {
        assert!(
            include_str!("../../../../docs/limits.md").contains(&super::table()),
            "run `cofferdam limits` and paste it into docs/limits.md"
        );
    }
}
