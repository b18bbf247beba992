//! Packaging gates, and a second opinion on the ledger.
//!
//! Nothing here uses the host's code: `ledger` reads the files of a ledger as they are documented, with an implementation of
//! its own, so that a fault in one is not a fault in both. CI can build this crate alone.

mod args;
pub mod fault;
mod files;
mod gate;
pub mod ledger;
mod output;
mod text;

use std::{ffi::OsString, io::Read};

pub use output::Outcome;

/// Runs one command: arguments as the process got them (the program's name first), standard input, and the outcome to print.
pub fn run(arguments: impl IntoIterator<Item = OsString>, stdin: &mut dyn Read) -> Outcome {
    match args::parse(arguments) {
        Ok(args) => output::outcome(args.format, args.command.run(stdin)),
        Err(shown) => shown,
    }
}
