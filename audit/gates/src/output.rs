//! What a command prints, for people or for programs. Data goes to standard output, everything else to standard error.

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::fault::{Fault, Shown, causes};

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// What a command has to say when all is well.
pub(crate) struct Report {
    /// For people.
    pub(crate) text: String,
    /// For programs; an object.
    pub(crate) json: Value,
}

/// What a command that checks many things found wrong; at least one fault.
pub(crate) struct Faults {
    first: Box<dyn Fault>,
    rest: Vec<Box<dyn Fault>>,
}

impl Faults {
    /// None if nothing was found.
    pub(crate) fn of<F: Fault + 'static>(found: Vec<F>) -> Option<Self> {
        let mut found = found.into_iter().map(|fault| Box::new(fault) as Box<dyn Fault>);
        let first = found.next()?;
        Some(Self { first, rest: found.collect() })
    }
}

impl<F: Fault + 'static> From<F> for Faults {
    fn from(fault: F) -> Self {
        Self { first: Box::new(fault), rest: Vec::new() }
    }
}

/// What the process prints and how it ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Data.
    pub stdout: String,
    /// Messages.
    pub stderr: String,
    /// Exit code.
    pub exit: u8,
}

pub(crate) fn outcome(format: Format, result: Result<Report, Faults>) -> Outcome {
    match (result, format) {
        (Ok(report), Format::Text) => Outcome { stdout: report.text, stderr: String::new(), exit: 0 },
        (Ok(report), Format::Json) => Outcome { stdout: format!("{}\n", report.json), stderr: String::new(), exit: 0 },
        (Err(faults), format) => {
            let mut outcome = Outcome { stdout: String::new(), stderr: String::new(), exit: faults.first.exit() as u8 };
            for fault in std::iter::once(&faults.first).chain(&faults.rest) {
                let fault = &**fault;
                match format {
                    Format::Text => outcome.stderr.push_str(&Shown(fault).to_string()),
                    Format::Json => {
                        let line = json!({"code": fault.code(), "error": fault.to_string(), "causes": causes(fault), "hint": fault.hint()});
                        outcome.stdout.push_str(&format!("{line}\n"));
                    }
                }
            }
            outcome
        }
    }
}
