//! `cofferdam undo`: takes a published call back.

use cofferdam_base::{CallId, Class, Diagnostic};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    failure::{CliError, Failure},
    output::{self, Format},
    session::Session,
};

/// Take a published call back, if nothing that it changed has changed since
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam undo\n  cofferdam undo 01jd2k7c9m4v8w3x5y6z7a8b9c")]
pub(crate) struct Undo {
    /// The call; without it, the newest one that was not taken back
    call: Option<String>,
}

/// There is nothing to take back.
#[derive(Debug)]
struct NothingToUndo;

impl std::fmt::Display for NothingToUndo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no published call is left to take back")
    }
}

impl std::error::Error for NothingToUndo {}

impl Diagnostic for NothingToUndo {
    fn code(&self) -> &'static str {
        "cli.nothing-to-undo"
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        Some("see what was published with `cofferdam history`".to_owned())
    }
}

impl Undo {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let call = match self.call {
            Some(text) => {
                text.parse::<CallId>().map_err(|error| CliError::Argument { name: "call", value: text.clone(), why: error.to_string() })?
            }
            None => session.gate.newest_to_undo()?.ok_or(NothingToUndo)?.call,
        };
        let undone = session.gate.undo(&call).map_err(|refused| Failure::from(*refused))?;
        match context.format {
            Format::Json => output::line(&json!({"call": undone.call, "undoes": undone.undoes, "changes": undone.changes}).to_string())?,
            Format::Text => {
                for change in &undone.changes {
                    output::line(&format!("{} {}", crate::commands::history::verb(change.kind), change.path))?;
                }
                output::say(&format!("call {} is taken back by call {}", undone.undoes, undone.call));
            }
        }
        Ok(())
    }
}
