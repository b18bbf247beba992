//! `shape`: a file is one concept, nothing points back, and no test is switched off.

mod direction;
mod source;

use std::{error::Error, fmt, io::Read, path::Path};

use serde_json::json;

use super::metadata::read_graph;
use crate::{
    fault::{Exit, Fault},
    files::{read, rust_files},
    output::{Faults, Report},
    text::inline,
};

/// Most lines of a file. Above this it is more than one concept.
const MAX_LINES: usize = 500;
/// Most files and folders looked at. Prevents a walk through something that is not a source tree.
const MAX_FILES: usize = 20_000;
/// Largest source file. Prevents one that fills the memory.
const MAX_SOURCE_BYTES: u64 = 8 * 1024 * 1024;

#[derive(Debug)]
enum ShapeFault {
    /// Nothing to look at.
    NoSources,
    TooLong {
        file: String,
        lines: usize,
    },
    Ignored {
        file: String,
        line: usize,
    },
    Direction {
        from: String,
        to: String,
    },
    Unplaced {
        name: String,
    },
}

impl fmt::Display for ShapeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSources => f.write_str("the folder has no Rust sources"),
            Self::TooLong { file, lines } => write!(f, "`{}` has {lines} lines, and a file has at most {MAX_LINES}", inline(file, 200)),
            Self::Ignored { file, line } => write!(f, "line {line} of `{}` switches a test off", inline(file, 200)),
            Self::Direction { from, to } => {
                write!(f, "`{}` depends on `{}`, against the direction of the architecture", inline(from, 80), inline(to, 80))
            }
            Self::Unplaced { name } => write!(f, "crate `{}` has no place in the architecture's table", inline(name, 80)),
        }
    }
}

impl Error for ShapeFault {}

impl Fault for ShapeFault {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSources => "gate.no-sources",
            Self::TooLong { .. } => "gate.file-too-long",
            Self::Ignored { .. } => "gate.ignored-test",
            Self::Direction { .. } => "gate.wrong-direction",
            Self::Unplaced { .. } => "gate.unplaced-crate",
        }
    }

    fn exit(&self) -> Exit {
        Exit::Failed
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoSources => return None,
            Self::TooLong { .. } => "split it where its concepts meet",
            Self::Ignored { .. } => "make the test pass or delete it",
            Self::Direction { .. } => "let the lower crate define a trait and the upper one implement it",
            Self::Unplaced { .. } => "add it to the table in `audit/gates/src/gate/shape/direction.rs`",
        };
        Some(hint.to_owned())
    }
}

pub(crate) fn run(root: &Path, stdin: &mut dyn Read) -> Result<Report, Faults> {
    let mut faults = direction::check(&read_graph(stdin)?);
    let mut lengths = Vec::new();
    for path in rust_files(root, MAX_FILES)? {
        let file = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&read(&path, MAX_SOURCE_BYTES)?).into_owned();
        let lines = text.lines().count();
        lengths.push(lines);
        if lines > MAX_LINES {
            faults.push(ShapeFault::TooLong { file: file.clone(), lines });
        }
        faults.extend(source::ignored_tests(&text).map(|line| ShapeFault::Ignored { file: file.clone(), line }));
    }
    lengths.sort_unstable();
    let (Some(median), Some(longest)) = (lengths.get(lengths.len() / 2), lengths.last()) else {
        return Err(ShapeFault::NoSources.into());
    };
    match Faults::of(faults) {
        Some(faults) => Err(faults),
        None => Ok(Report {
            text: format!("shape: {} files, median {median} lines, longest {longest}, at most {MAX_LINES}\n", lengths.len()),
            json: json!({"files": lengths.len(), "median_lines": median, "longest": longest}),
        }),
    }
}
