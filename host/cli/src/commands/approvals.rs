//! `cofferdam approvals`: what a person approved for days, and the questions that wait.

use cofferdam_base::{Clock as _, text};
use cofferdam_gate::{Approval, Approvals as Kept, approval::pending};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    files,
    output::{self, Format},
    session::User,
    system::{SystemClock, pause},
};

/// Longest text of a line, in characters.
const MAX_TEXT: usize = 200;

/// List and take back approvals that last, and list the questions that wait
#[derive(clap::Args)]
pub(crate) struct Approvals {
    #[command(subcommand)]
    command: ApprovalsCommand,
}

#[derive(clap::Subcommand)]
enum ApprovalsCommand {
    /// List the approvals of this workspace that hold, and the questions that wait for an answer
    #[command(after_help = "Examples:\n  cofferdam approvals list\n  cofferdam approvals list --format json")]
    List,
    /// Take an approval back: the next such question is asked again
    #[command(after_help = "Examples:\n  cofferdam approvals revoke 3f1c0a9e77d2\n  cofferdam approvals revoke --all")]
    Revoke {
        /// Its identifier
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// All of them, also where they do not read back
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

impl Approvals {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let state = user.state(&files::real_path(&context.workspace)?)?;
        match self.command {
            ApprovalsCommand::List => {
                for question in pending::pending(state.folder())? {
                    let (id, until) = (question.id(), question.until());
                    match context.format {
                        Format::Text => {
                            let first = question.shown().trim().lines().next().unwrap_or_default();
                            output::line(&format!("{id}  waits until {until}  {}", text::inline(first, MAX_TEXT)))?;
                        }
                        Format::Json => {
                            let line = json!({"pending": id, "key": question.key(), "until": until, "shown": question.shown()});
                            output::line(&line.to_string())?;
                        }
                    }
                }
                let now = SystemClock.now();
                Kept::read(state.folder())?.iter().filter(|approval| approval.holds(now)).try_for_each(|one| show(one, context.format))
            }
            ApprovalsCommand::Revoke { id: Some(id), .. } => {
                Kept::revoke(&state, pause, &id, SystemClock.now())?.iter().try_for_each(|one| show(one, context.format))
            }
            ApprovalsCommand::Revoke { id: None, .. } => Ok(Kept::revoke_all(&state, pause)?),
        }
    }
}

fn show(approval: &Approval, format: Format) -> CommandResult {
    let (key, given, until) = (approval.key(), approval.given(), approval.until());
    let (function, subject, by) = (approval.function(), approval.subject(), approval.by());
    match format {
        Format::Text => {
            let what = format!("{} {}", text::inline(function, MAX_TEXT), text::inline(subject, MAX_TEXT));
            output::line(&format!("{}  until {until}  {what}  (by {}, {given})", key.id(), text::inline(by, MAX_TEXT)))?;
        }
        Format::Json => {
            let line = json!({
                "approval": key.id(), "key": key, "function": function, "subject": subject, "by": by, "given": given, "until": until,
            });
            output::line(&line.to_string())?;
        }
    }
    Ok(())
}
