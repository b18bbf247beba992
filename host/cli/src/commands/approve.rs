//! `cofferdam approve`: answers a question that waits in another process.

use cofferdam_base::{CallId, Interrupt, text};
use cofferdam_gate::{Lasts, Word, approval::pending};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    confirm::{self, NotConfirmed},
    files,
    output::{self, Format},
    question,
    session::User,
};

/// Answer a question of a run that waits for it, with `run --questions wait`: it is shown whole first
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cofferdam approve 01m8a84r4yxzr612dnytvgndp1\n  cofferdam approve --deny 01m8a84r4yxzr612dnytvgndp1\n\n`cofferdam approvals list` shows what waits."
)]
pub(crate) struct Approve {
    /// The question
    question: CallId,
    /// Say no, without being asked
    #[arg(long)]
    deny: bool,
}

impl Approve {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let state = user.state(&files::real_path(&context.workspace)?)?;
        let question = pending::find(state.folder(), &self.question)?;
        output::say(&text::block(question.shown(), question.shown().len()));
        let word = if self.deny {
            Word::No
        } else if confirm::is_somebody_there() {
            question::put(question.offers(), "another terminal", &Interrupt::default())?
        } else {
            return Err(NotConfirmed {
                code: "cli.not-confirmed",
                what: "the question was not answered: nobody is at this terminal",
                hint: "run it on a terminal, or say no with `cofferdam approve --deny`",
            }
            .into());
        };
        pending::answer(state.folder(), &question, word.clone())?;
        let said = match word {
            Word::Yes { lasts: Lasts::Once, .. } => "yes, once".to_owned(),
            Word::Yes { lasts: Lasts::Run, .. } => "yes, for this run".to_owned(),
            Word::Yes { lasts: Lasts::Days(days), .. } => format!("yes, for {days}"),
            Word::No => "no".to_owned(),
        };
        match context.format {
            Format::Text => output::line(&format!("{}: {said}", question.id()))?,
            Format::Json => output::line(&json!({"question": question.id(), "digest": question.digest(), "said": said}).to_string())?,
        }
        Ok(())
    }
}
