//! Entry point: the command line, the standard streams and the exit code.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

/// The exit code when the reader of the output went away (128 + SIGPIPE), and when the output cannot be written.
const BROKEN_PIPE: u8 = 141;
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let outcome = cofferdam_audit::run(std::env::args_os(), &mut io::stdin().lock());
    let written = io::stdout().write_all(outcome.stdout.as_bytes()).and_then(|()| io::stdout().flush());
    // There is nowhere left to report that standard error cannot be written.
    let _ = io::stderr().write_all(outcome.stderr.as_bytes());
    match written {
        Ok(()) => ExitCode::from(outcome.exit),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(BROKEN_PIPE),
        Err(_) => ExitCode::from(FAILED),
    }
}
