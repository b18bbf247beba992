//! `cofferdam transcript`: what was said in earlier runs, checked against the ledger; and taking it out again.

mod export;
mod grep;
mod list;
mod prune;
mod redact;
mod run_of;
mod show;
mod walk;

use crate::commands::{CommandResult, Context};

/// List, show, search, export, redact and prune what was said in runs
#[derive(clap::Args)]
pub(crate) struct Transcript {
    #[command(subcommand)]
    command: TranscriptCommand,
}

#[derive(clap::Subcommand)]
enum TranscriptCommand {
    /// List the runs that have a transcript, oldest first
    #[command(after_help = "Example:\n  cofferdam transcript list")]
    List,
    /// Show a run, its calls in order, each text checked against the ledger; exit code 4 where one is not what it holds
    #[command(
        after_help = "Examples:\n  cofferdam transcript show 01jd2k7c9m4v8w3x5y6z7a8b9c\n  cofferdam transcript show 01jd2k7c9m4v8w3x5y6z7a8b9c --call 01jd2k7d0000000000000000aa"
    )]
    Show(show::Show),
    /// Search all runs for words, whatever their case
    #[command(
        after_help = "Examples:\n  cofferdam transcript grep source map\n  cofferdam transcript grep token --run 01jd2k7c9m4v8w3x5y6z7a8b9c"
    )]
    Grep(grep::Grep),
    /// Write a run as JSON lines, each with what the check of it says
    #[command(
        after_help = "Examples:\n  cofferdam transcript export 01jd2k7c9m4v8w3x5y6z7a8b9c > run.jsonl\n  cofferdam transcript export 01jd2k7c9m4v8w3x5y6z7a8b9c --output run.jsonl"
    )]
    Export(export::Export),
    /// Remove what a call said, for good; the ledger keeps that it was there and tells who removed it
    #[command(
        after_help = "Examples:\n  cofferdam transcript redact 01jd2k7c9m4v8w3x5y6z7a8b9c --call 01jd2k7d0000000000000000aa --reason \"a token\"\n  cofferdam transcript redact 01jd2k7c9m4v8w3x5y6z7a8b9c --call 01jd2k7d0000000000000000aa --kind outcome --reason \"a token\" --by Ann --yes"
    )]
    Redact(redact::Redact),
    /// Remove whole old transcripts, except those that a memory cites and those of runs that can be resumed
    #[command(
        after_help = "Examples:\n  cofferdam transcript prune --keep 100\n  cofferdam transcript prune --before 2026-01-31 --by Ann --yes"
    )]
    Prune(prune::Prune),
}

impl Transcript {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match self.command {
            TranscriptCommand::List => list::run(context),
            TranscriptCommand::Show(show) => show.run(context),
            TranscriptCommand::Grep(grep) => grep.run(context),
            TranscriptCommand::Export(export) => export.run(context),
            TranscriptCommand::Redact(redact) => redact.run(context),
            TranscriptCommand::Prune(prune) => prune.run(context),
        }
    }
}
