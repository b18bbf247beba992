//! `cofferdam memory search`: the same search that the model has.

use cofferdam_agent::ByModel;
use cofferdam_base::Interrupt;
use cofferdam_model::Unmetered;
use cofferdam_policy::{Integrity, Origin};
use cofferdam_recall::{Meaning, Ranked};

use super::show;
use crate::{
    approver::Terminal,
    commands::{CommandResult, Context},
    home::Home,
    model::embeddings::{self, Opened, say_by_words_alone},
    session::Session,
};

/// What to look for
#[derive(clap::Args)]
pub(super) struct Search {
    /// The words; what fits more of them comes first
    #[arg(required = true)]
    words: Vec<String>,
    /// Most things to show
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Show only what was learnt (memory), not what was seen (calls in the transcripts) or said (tasks and the model's words)
    #[arg(long, value_name = "WHERE")]
    only: Option<Only>,
}

/// Where to look.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Only {
    /// The topics of the memory
    Memory,
}

impl Search {
    pub(super) fn run(&self, context: &Context) -> CommandResult {
        let home = Home::from_environment()?;
        let Opened { embeddings, reach } = embeddings::open(&home)?;
        let session = Session::open(&context.confine_to(home, reach)?, &context.workspace)?;
        let (mut terminal, mut unmetered) = (Terminal::here(Interrupt::default()), Unmetered);
        let mut by_model = embeddings.as_ref().map(|embeddings| ByModel {
            embeddings,
            gate: &session.gate,
            attendant: &mut terminal,
            origin: Origin::User,
            integrity: Integrity::Trusted,
            meter: &mut unmetered,
        });
        let meaning = by_model.as_mut().map(|by_model| by_model as &mut dyn Meaning);
        let (words, limit) = (self.words.join(" "), usize::from(self.limit));
        let mut recall = session.recall()?;
        let Ranked { found, by_words_alone } = match self.only {
            Some(Only::Memory) => recall.search_memory(&words, limit, meaning),
            None => recall.search(&words, limit, meaning),
        }?;
        if let Some(why) = by_words_alone {
            say_by_words_alone(&why.into());
        }
        show::print(&found, context.format)
    }
}
