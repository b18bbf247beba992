//! `cofferdam tool list`.

use cofferdam_confine::Reach;
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    files,
    output::{self, Format},
    session::read_lock,
};

/// List the locked tools of this workspace
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cofferdam tool list --format json")]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let folder = files::real_path(&context.workspace)?;
        Reach::nothing().reading(&folder).confine();
        let (lock, _) = read_lock(&folder)?;
        for entry in lock.entries() {
            match context.format {
                Format::Text => {
                    let row = format!("{:<16} {:<10} {:<8} {}", entry.name(), entry.version(), entry.source().as_str(), entry.component());
                    output::line(&row)?;
                }
                Format::Json => {
                    let signers: Vec<String> = entry.signers().iter().map(ToString::to_string).collect();
                    let row = json!({"name": entry.name(), "version": entry.version(), "source": entry.source().as_str(),
                        "component": entry.component(), "statement": entry.statement(), "signers": signers});
                    output::line(&row.to_string())?;
                }
            }
        }
        Ok(())
    }
}
