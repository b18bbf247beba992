//! `cofferdam tool update`: another version of a locked tool.

use std::path::PathBuf;

use cofferdam_base::ToolName;
use cofferdam_trust::verify::Approval;

use crate::{
    commands::{
        CommandResult, Context,
        tool::{
            admit::{Admission, AdmissionError, Offered, approved_by_person},
            difference::Difference,
        },
    },
    output::{self, Format},
    session::User,
};

/// Show what an update of a locked tool changes, and pin it: by itself if it widens nothing, else if a person approves
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cofferdam tool update lint out/lint.wasm --dry-run\n  cofferdam tool update lint out/lint.wasm\n  cofferdam tool update lint lint-0.3.wasm lint-0.3.dsse.json --yes"
)]
pub(crate) struct Update {
    /// The tool's name
    name: ToolName,
    /// The new component
    component: PathBuf,
    /// Its signed statement; without it, the component's name with .dsse.json
    statement: Option<PathBuf>,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Approve what it widens without being asked: for scripts of a person who has looked
    #[arg(long)]
    yes: bool,
}

impl Update {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let offered = Offered::read(&self.component, self.statement.as_deref())?;
        let admission = Admission::open(User::open(&context.confine()?)?, &context.workspace)?;
        let entry = admission.locked(&self.name).ok_or_else(|| AdmissionError::NotLocked(self.name.clone()))?;
        let locked = admission.user.verify(entry)?;
        let candidate = offered.verify(&admission.user)?;
        let difference = Difference::of(&locked, &candidate)?;
        if self.dry_run {
            return match context.format {
                Format::Text => Ok(output::data(&difference.text())?),
                Format::Json => Ok(output::line(&difference.json().to_string())?),
            };
        }
        output::say(difference.text().trim_end());
        let approval = if difference.widens() {
            approved_by_person(&candidate, self.yes, "update", "Approve what it widens?")?
        } else {
            Approval::by_not_widening(&locked, &candidate)?
        };
        admission.admit(&offered, candidate, approval)
    }
}
