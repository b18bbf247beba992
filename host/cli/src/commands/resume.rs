//! `cofferdam resume`: goes on with a run that was interrupted, ran into a cap or lost its model.

use cofferdam_agent::Agent;
use cofferdam_base::RunId;

use super::run::{ask, go, parse_cap};
use crate::{
    commands::{CommandResult, Context},
    model::Answers,
    waiting::QuestionsChoice,
};

/// Go on with a run where it stopped; no call is made twice
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam resume\n  cofferdam resume --cap steps=100\n  cofferdam resume --repeat-unknown 7")]
pub(crate) struct Resume {
    /// The run; without it, the newest
    run: Option<RunId>,
    /// Set a cap of the run anew: NAME=NUMBER
    #[arg(long, value_name = "CAP", value_parser = parse_cap)]
    cap: Vec<(String, u64)>,
    /// Permit that this call, of which it is unknown whether it was done, is made once more: its number in the run
    #[arg(long, value_name = "CALL")]
    repeat_unknown: Vec<u64>,
    #[command(flatten)]
    questions: QuestionsChoice,
    #[command(flatten)]
    answers: Answers,
}

impl Resume {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let mut asked = ask(context, &self.answers)?;
        let (session, parts, interrupt) = asked.parts();
        let mut agent = Agent::resume(parts, self.run, &self.cap.into_iter().collect())?;
        self.repeat_unknown.iter().try_for_each(|number| agent.permit(*number))?;
        go(&mut agent, session, interrupt, self.questions, context.format)
    }
}
