//! `cofferdam`: the only place where ambient authority (arguments, environment, clock, randomness, terminal) enters.

mod approver;
mod clients;
mod commands;
mod confinement;
mod confirm;
mod diff;
mod embedded;
mod failure;
mod files;
mod home;
mod interrupt;
mod key_source;
mod keys;
mod live;
mod model;
mod network;
mod output;
mod policies;
mod question;
mod session;
mod system;
mod tool_store;
mod waiting;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let line = commands::CommandLine::parse();
    let format = line.format;
    match commands::run(line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            match format {
                output::Format::Text => output::say(failure.render().trim_end()),
                output::Format::Json => output::say(&failure.json().to_string()),
            }
            ExitCode::from(failure.exit_code())
        }
    }
}
