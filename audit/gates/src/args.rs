//! The command line.

use std::{ffi::OsString, io::Read, path::PathBuf};

use clap::{Parser, Subcommand};

use crate::{
    gate,
    ledger::command,
    output::{Faults, Format, Outcome, Report},
};

/// Packaging gates and an independent ledger verifier.
#[derive(Debug, Parser)]
#[command(name = "cofferdam-audit", version, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// How to print results.
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub(crate) format: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the files of a ledger.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Count the packages of a release against the budget; reads `cargo metadata --format-version 1` on standard input.
    Packages {
        /// The budget file.
        #[arg(long)]
        budget: PathBuf,
    },
    /// Check the sources' shape; reads `cargo metadata --format-version 1` on standard input.
    Shape {
        /// The folder of the sources.
        root: PathBuf,
    },
    /// Check what a folder would publish for leaks.
    Package {
        /// The folder of the package, relative to the root.
        #[arg(default_value = ".")]
        folder: String,
        /// The root of its repository: ignore rules and workspace settings above the folder count.
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Recompute everything from the file and compare it with every checkpoint.
    Verify {
        /// The ledger's folder, or its `ledger.jsonl` alone.
        path: PathBuf,
        /// A public key that signed checkpoints: `<name>+<id>+<base64>`. Without one no signature is checked.
        #[arg(long = "key", value_name = "PUB")]
        keys: Vec<String>,
        /// A checkpoint that was kept elsewhere. Without one a ledger that was rolled back as a whole looks fine.
        #[arg(long = "checkpoint", value_name = "FILE")]
        checkpoints: Vec<PathBuf>,
    },
    /// Print a proof (C2SP tlog-proof) that a leaf is covered by the newest checkpoint.
    Prove {
        /// The leaf's number, from zero.
        leaf: u64,
        /// The ledger's folder.
        path: PathBuf,
    },
    /// Check a proof without the ledger.
    CheckInclusion {
        /// The proof.
        #[arg(long, value_name = "FILE")]
        proof: PathBuf,
        /// The leaf's line.
        #[arg(long, value_name = "FILE")]
        line: PathBuf,
        /// A public key of the log.
        #[arg(long = "key", value_name = "PUB", required = true)]
        keys: Vec<String>,
    },
}

/// The parsed arguments, or what to print instead: the help, the version or what is wrong.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Args, Outcome> {
    Args::try_parse_from(arguments).map_err(|error| {
        let shown = error.render().to_string();
        if error.use_stderr() {
            Outcome { stdout: String::new(), stderr: shown, exit: 2 }
        } else {
            Outcome { stdout: shown, stderr: String::new(), exit: 0 }
        }
    })
}

impl Command {
    pub(crate) fn run(self, stdin: &mut dyn Read) -> Result<Report, Faults> {
        match self {
            Self::Ledger(Ledger::Verify { path, keys, checkpoints }) => command::verify(&path, &keys, &checkpoints),
            Self::Ledger(Ledger::Prove { leaf, path }) => command::prove(leaf, &path),
            Self::Ledger(Ledger::CheckInclusion { proof, line, keys }) => command::check_inclusion(&proof, &line, &keys),
            Self::Packages { budget } => gate::packages::run(&budget, stdin),
            Self::Shape { root } => gate::shape::run(&root, stdin),
            Self::Package { folder, root } => gate::package::run(&root, &folder),
        }
    }
}
