//! `cofferdam memory`: what earlier runs learnt, and whether it still holds.

mod edit;

use cofferdam_base::{Class, Diagnostic, text};
use cofferdam_memory::{Found, Memory as Store, MemoryError, State, Topic, recheck_found};
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
    /// Show the entries that hold every word, newest first, each checked now
    #[command(after_help = "Example:\n  cofferdam memory search source map")]
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
    },
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
            MemoryCommand::Show { topic } => checked(context, |memory| memory.read(&topic)).map(drop),
            MemoryCommand::Search { words } => checked(context, |memory| memory.search(&words.join(" "))).map(drop),
            MemoryCommand::Verify => {
                let states = checked(context, Store::all)?;
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

/// Shows what is found in the memory, each with what a check says now.
fn checked(context: &Context, find: impl FnOnce(&Store) -> Result<Vec<Found>, MemoryError>) -> Result<Vec<State>, Failure> {
    let session = Session::open(&context.confine()?, &context.workspace)?;
    let found = find(&session.gate.memory()?)?;
    show(&session, &found, context.format)
}

/// Shows memories with what a check of each says now.
fn show(session: &Session, memories: &[Found], format: Format) -> Result<Vec<State>, Failure> {
    let witness = session.gate.witness(memories)?;
    let mut states = Vec::new();
    for found in memories {
        let state = recheck_found(found, &witness);
        match format {
            Format::Text => output::data(&as_text(found, &state))?,
            Format::Json => output::line(&as_json(found, &state).to_string())?,
        }
        states.push(state);
    }
    Ok(states)
}

fn as_text(found: &Found, state: &State) -> String {
    let (topic, words) = match found {
        Found::Entry(entry) => (entry.topic(), entry.text()),
        Found::Loose { topic, text, .. } => (topic, text.as_str()),
    };
    let state = text::inline(&state.to_string(), 400);
    let mut shown = format!("[{state}] {topic}\n  {}\n", text::block(words.trim(), 5000).replace('\n', "\n  "));
    if let Found::Entry(entry) = found {
        for cited in entry.evidence() {
            let attested = if cited.is_self_attested() { ", by the tool's own word" } else { "" };
            shown.push_str(&format!(
                "  shown by {} {} (call {}, leaf {}{attested})\n",
                cited.function, cited.version, cited.call, cited.leaf
            ));
        }
    }
    shown
}

fn as_json(found: &Found, state: &State) -> serde_json::Value {
    match found {
        Found::Entry(entry) => json!({
            "topic": entry.topic().as_str(),
            "entry": entry.id(),
            "text": entry.text(),
            "state": state.name(),
            "why": state.reasons(),
            "leaf": entry.leaf(),
            "calls": entry.evidence().iter().map(|cited| cited.call.as_str()).collect::<Vec<_>>(),
        }),
        Found::Loose { topic, line, text, why } => json!({
            "topic": topic.as_str(),
            "line": line,
            "text": text,
            "state": state.name(),
            "why": [why],
        }),
    }
}
