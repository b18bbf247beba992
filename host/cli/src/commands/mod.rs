//! One file per command.

mod approvals;
mod approve;
mod call;
mod context;
mod demo;
mod doctor;
mod history;
mod init;
mod key;
mod labels;
mod ledger;
mod limits;
mod mcp;
mod memory;
mod network;
mod policy;
mod recover;
mod resume;
mod run;
mod runs;
mod secret;
mod tool;
mod transcript;
mod undo;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use cofferdam_base::Interrupt;
use cofferdam_confine::Reach;

use crate::{confinement::Confinement, failure::Failure, home::Home, network::Opened, output::Format};

/// What a command gives back.
pub(crate) type CommandResult = Result<(), Failure>;

/// An agent whose every tool is a signed, hash-pinned WebAssembly component, and whose every effect is staged and verified.
#[derive(Parser)]
#[command(
    name = "cofferdam",
    version,
    max_term_width = 110,
    after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 denied by policy, 4 not verified, 5 limit reached, 70 bug, 130 interrupted, 141 broken pipe."
)]
pub(crate) struct CommandLine {
    /// How data is printed on standard output
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// The folder to work in
    #[arg(long, global = true, value_name = "FOLDER", default_value = ".")]
    workspace: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Run(run::Run),
    Resume(resume::Resume),
    Runs(runs::Runs),
    Memory(memory::Memory),
    Mcp(mcp::Mcp),
    Transcript(transcript::Transcript),
    Context(context::Context),
    Labels(labels::Labels),
    Approve(approve::Approve),
    Approvals(approvals::Approvals),
    Call(call::Call),
    Undo(undo::Undo),
    Recover(recover::Recover),
    History(history::History),
    Tool(tool::Tool),
    Key(key::Key),
    Policy(policy::Policy),
    Network(network::Network),
    Secret(secret::Secret),
    Ledger(ledger::Ledger),
    Limits(limits::Limits),
    Doctor(doctor::Doctor),
    Demo(demo::Demo),
}

/// What every command gets.
pub(crate) struct Context {
    pub(crate) format: Format,
    pub(crate) workspace: PathBuf,
}

impl Context {
    /// Confines the process to the user's folders and the workspace.
    ///
    /// # Errors
    /// See [`Confinement::begin`].
    pub(crate) fn confine(&self) -> Result<Confinement, Failure> {
        self.confine_to(Home::from_environment()?, Reach::nothing())
    }

    /// Confines the process to the user's folders, the workspace, and more.
    ///
    /// # Errors
    /// See [`Confinement::begin`].
    pub(crate) fn confine_to(&self, home: Home, more: Reach) -> Result<Confinement, Failure> {
        Confinement::begin(home, &self.workspace, Opened { network: None, reach: more })
    }

    /// The same, for a command that calls tools: they reach the network as far as the user switched it on.
    ///
    /// # Errors
    /// See [`Confinement::begin`], [`crate::network::open`].
    pub(crate) fn confine_to_tools(&self, home: Home, more: Reach, interrupt: Interrupt) -> Result<Confinement, Failure> {
        let opened = crate::network::open(&home, more, interrupt)?;
        Confinement::begin(home, &self.workspace, opened)
    }
}

/// Runs a command line.
///
/// # Errors
/// What the command ran into.
pub(crate) fn run(line: CommandLine) -> CommandResult {
    let context = Context { format: line.format, workspace: line.workspace };
    match line.command {
        Command::Init(command) => command.run(&context),
        Command::Run(command) => command.run(&context),
        Command::Resume(command) => command.run(&context),
        Command::Runs(command) => command.run(&context),
        Command::Memory(command) => command.run(&context),
        Command::Mcp(command) => command.run(&context),
        Command::Transcript(command) => command.run(&context),
        Command::Context(command) => command.run(&context),
        Command::Labels(command) => command.run(&context),
        Command::Approve(command) => command.run(&context),
        Command::Approvals(command) => command.run(&context),
        Command::Call(command) => command.run(&context),
        Command::Undo(command) => command.run(&context),
        Command::Recover(command) => command.run(&context),
        Command::History(command) => command.run(&context),
        Command::Tool(command) => command.run(&context),
        Command::Key(command) => command.run(&context),
        Command::Policy(command) => command.run(&context),
        Command::Network(command) => command.run(&context),
        Command::Secret(command) => command.run(&context),
        Command::Ledger(command) => command.run(&context),
        Command::Limits(command) => command.run(&context),
        Command::Doctor(command) => command.run(&context),
        Command::Demo(command) => command.run(&context),
    }
}
