//! `cofferdam memory`: what earlier runs learnt, and whether it still holds.

mod consolidate;
mod edit;
mod history;
mod revert;
mod search;
pub(super) mod show;
mod verify;

use cofferdam_memory::Topic;
use cofferdam_recall::Indexed;
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
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
    /// Find what runs learnt and saw, each checked now, and what was said in them, the best first
    #[command(
        after_help = "Examples:\n  cofferdam memory search source map\n  cofferdam memory search --only memory --limit 3 which files are published"
    )]
    Search(search::Search),
    /// Make the search index anew from the memory, the transcripts and the journals of runs
    #[command(after_help = "Example:\n  cofferdam memory reindex")]
    Reindex,
    /// Edit a topic as a person: what you write is recorded as your word, and shown as `stated`
    #[command(
        after_help = "Examples:\n  EDITOR=nano cofferdam memory edit packaging\n  cofferdam memory edit packaging --file packaging.md\n  echo \"releases are cut on Fridays\" | cofferdam memory edit releases --file -"
    )]
    Edit(edit::Edit),
    /// Merge duplicates and split overgrown topics: shown first, done after your yes. Nothing is dropped
    #[command(
        after_help = "Examples:\n  cofferdam memory consolidate --dry-run\n  cofferdam memory consolidate\n  cofferdam memory consolidate --yes"
    )]
    Consolidate(consolidate::Consolidate),
    /// List what was edited, consolidated and taken back, newest first; each can be taken back with `memory revert`
    #[command(
        after_help = "Examples:\n  cofferdam memory history\n  cofferdam memory history packaging --format json\n  cofferdam memory history packaging --forget"
    )]
    History(history::History),
    /// Take an edit, a consolidation or a revert back: its topics have their former entries again, which check as they did
    #[command(after_help = "Example:\n  cofferdam memory revert 01jd2k7c9m4v8w3x5y6z7a8b9c")]
    Revert(revert::Revert),
    /// Check every entry against the files, the tools, the ledger and the other entries; exit code 4 where one does not hold as it
    /// stands, or where two that hold contradict each other
    #[command(after_help = "Example:\n  cofferdam memory verify")]
    Verify,
}

impl Memory {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match self.command {
            // It confines itself later: a confined process starts no editor.
            MemoryCommand::Edit(edit) => edit.run(context),
            MemoryCommand::List => list(context),
            MemoryCommand::Show { topic } => show(context, &topic),
            MemoryCommand::Search(search) => search.run(context),
            MemoryCommand::Reindex => reindex(context),
            MemoryCommand::Consolidate(consolidate) => consolidate.run(context),
            MemoryCommand::History(history) => history.run(context),
            MemoryCommand::Revert(revert) => revert.run(context),
            MemoryCommand::Verify => verify::run(context),
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

/// Shows what stands in a topic, each thing with what a check says now.
fn show(context: &Context, topic: &Topic) -> CommandResult {
    let session = Session::open(&context.confine()?, &context.workspace)?;
    show::print(&session.recall()?.topic(topic)?, context.format)
}

fn reindex(context: &Context) -> CommandResult {
    let session = Session::open(&context.confine()?, &context.workspace)?;
    let Indexed { topics, transcripts, conversations, records } = session.recall()?.reindex()?;
    match context.format {
        Format::Text => output::line(&format!(
            "{topics} topics, {transcripts} transcripts and {conversations} conversations indexed, in {records} records"
        ))?,
        Format::Json => output::line(
            &json!({"topics": topics, "transcripts": transcripts, "conversations": conversations, "records": records}).to_string(),
        )?,
    }
    Ok(())
}
