//! `cofferdam memory`: what earlier runs learnt, and whether it still holds.

mod edit;
mod search;
mod show;

use cofferdam_base::{Class, Diagnostic};
use cofferdam_memory::{State, Topic};
use cofferdam_recall::{Indexed, Recall, RecallError, Recalled};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    failure::Failure,
    output::{self, Format},
    session::Session,
};

/// List, show, search and check the memory of this workspace
#[derive(clap::Args)]
pub(crate) struct Memory {
    #[command(subcommand)]
    command: MemoryCommand,
}

#[derive(clap::Subcommand)]
enum MemoryCommand {
    /// List the topics
    #[command(after_help = "Example:\n  cofferdam memory list")]
    List,
    /// Show the entries of a topic, each checked now
    #[command(after_help = "Example:\n  cofferdam memory show packaging")]
    Show {
        /// The topic
        topic: Topic,
    },
    /// Find what runs learnt and saw, the best first, each checked now
    #[command(
        after_help = "Examples:\n  cofferdam memory search source map\n  cofferdam memory search --only memory --limit 3 which files are published"
    )]
    Search(search::Search),
    /// Make the search index anew from the memory and the transcripts
    #[command(after_help = "Example:\n  cofferdam memory reindex")]
    Reindex,
    /// Edit a topic as a person: what you write is recorded as your word, and shown as `stated`
    #[command(
        after_help = "Examples:\n  EDITOR=nano cofferdam memory edit packaging\n  cofferdam memory edit packaging --file packaging.md\n  echo \"releases are cut on Fridays\" | cofferdam memory edit releases --file -"
    )]
    Edit(edit::Edit),
    /// Check every entry against the files, the tools and the ledger; exit code 4 where one does not hold as it stands
    #[command(after_help = "Example:\n  cofferdam memory verify")]
    Verify,
}

/// Memories that do not hold as they stand.
#[derive(Debug)]
struct NotFresh {
    stale: usize,
    unverifiable: usize,
}

impl std::fmt::Display for NotFresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} entries of the memory are stale and {} unverifiable", self.stale, self.unverifiable)
    }
}

impl std::error::Error for NotFresh {}

impl Diagnostic for NotFresh {
    fn code(&self) -> &'static str {
        "memory.not-fresh"
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        Some("look at them with `cofferdam memory search WORDS`; a run that recalls one is told".to_owned())
    }
}

impl Memory {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match self.command {
            // It confines itself later: a confined process starts no editor.
            MemoryCommand::Edit(edit) => edit.run(context),
            MemoryCommand::List => list(context),
            MemoryCommand::Show { topic } => recalled(context, |recall| recall.topic(&topic)).map(drop),
            MemoryCommand::Search(search) => recalled(context, |recall| search.find(recall)).map(drop),
            MemoryCommand::Reindex => reindex(context),
            MemoryCommand::Verify => {
                let states = recalled(context, |recall| recall.all())?;
                let count = |name: &str| states.iter().filter(|state| state.name() == name).count();
                let (stale, unverifiable) = (count("stale"), count("unverifiable"));
                if stale + unverifiable == 0 { Ok(()) } else { Err(NotFresh { stale, unverifiable }.into()) }
            }
        }
    }
}

fn list(context: &Context) -> CommandResult {
    let session = Session::open(&context.confine()?, &context.workspace)?;
    let memory = session.gate.memory()?;
    for topic in memory.topics()? {
        let entries = memory.read(&topic)?.len();
        match context.format {
            Format::Text => output::line(&format!("{topic}  {entries} entries"))?,
            Format::Json => output::line(&json!({"topic": topic.as_str(), "entries": entries}).to_string())?,
        }
    }
    Ok(())
}

/// Shows what is recalled, each thing with what a check says now.
fn recalled(context: &Context, find: impl FnOnce(&mut Recall<'_>) -> Result<Vec<Recalled>, RecallError>) -> Result<Vec<State>, Failure> {
    let session = Session::open(&context.confine()?, &context.workspace)?;
    let found = find(&mut Recall::open(&session.gate)?)?;
    for one in &found {
        match context.format {
            Format::Text => output::data(&show::as_text(one))?,
            Format::Json => output::line(&show::as_json(one).to_string())?,
        }
    }
    Ok(found.into_iter().map(|one| one.state).collect())
}

fn reindex(context: &Context) -> CommandResult {
    let session = Session::open(&context.confine()?, &context.workspace)?;
    let Indexed { topics, transcripts, records } = Recall::open(&session.gate)?.reindex()?;
    match context.format {
        Format::Text => output::line(&format!("{topics} topics and {transcripts} transcripts indexed, in {records} records"))?,
        Format::Json => output::line(&json!({"topics": topics, "transcripts": transcripts, "records": records}).to_string())?,
    }
    Ok(())
}
