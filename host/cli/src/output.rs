//! Standard output is data, standard error is everything else.

use std::io::{self, Write as _};

use crate::failure::CliError;

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Writes data to standard output.
///
/// # Errors
/// [`CliError::Output`]; a closed pipe ends the program with exit code 141.
pub(crate) fn data(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CliError::Output)
}

/// Writes one line of data.
///
/// # Errors
/// See [`data`].
pub(crate) fn line(text: &str) -> Result<(), CliError> {
    data(&format!("{text}\n"))
}

/// Tells a person something on standard error. A standard error that is gone is no reason to stop.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
