//! `cofferdam history`: what was published here.

use cofferdam_store::change::ChangeKind;
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    output::{self, Format},
    session::Session,
};

/// List the published calls of this workspace, newest first
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam history\n  cofferdam history --count 100 --format json")]
pub(crate) struct History {
    /// Most calls to list
    #[arg(long, default_value_t = 20)]
    count: usize,
}

/// What a change did, for people.
pub(crate) fn verb(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Create => "created ",
        ChangeKind::Replace => "changed ",
        ChangeKind::Delete => "deleted ",
        ChangeKind::MakeFolder => "made    ",
        ChangeKind::RemoveFolder => "removed ",
        ChangeKind::FileToFolder | ChangeKind::FolderToFile => "replaced",
    }
}

impl History {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let session = Session::open(&context.confine()?, &context.workspace)?;
        for call in session.gate.history(self.count)? {
            match context.format {
                Format::Json => output::line(
                    &json!({"call": call.call, "undoes": call.undoes, "plan": call.plan, "changes": call.changes}).to_string(),
                )?,
                Format::Text => {
                    let undoes = call.undoes.map(|other| format!(" (takes back {other})")).unwrap_or_default();
                    output::line(&format!("{}{undoes}", call.call))?;
                    for change in &call.changes {
                        output::line(&format!("  {} {}", verb(change.kind), cofferdam_base::text::inline(change.path.as_str(), 200)))?;
                    }
                }
            }
        }
        Ok(())
    }
}
