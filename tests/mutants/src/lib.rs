//! Lies about every function of every first-party tool, each under a function name of its own.
//!
//! One table for each tool says what is told, on which call, and who catches it. `tests/native.rs` asks the tool's `verify`
//! and the host's promises one by one; `tests/gate` sends the same lies, compiled into one component for each tool
//! (`examples`), through the real gate.

pub mod edit;
pub mod fetch;
pub mod files;
pub mod package;

use cofferdam_tool_sdk::{
    Failure, Lie, Tool, Workspace, WorkspacePath,
    http::{HttpError, Request, Response},
    lie,
};

/// A first-party tool, and all that it takes to tell every lie about it.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Its name.
    pub name: &'static str,
    /// Its functions as they are.
    pub honest: Tool,
    /// The lies, function by function.
    pub lies: &'static [&'static [Lie]],
    /// The workspace in which they are told.
    pub files: &'static [(&'static str, &'static [u8])],
    /// What is answered there by HTTP.
    pub http: fn(&Request) -> Result<Response, HttpError>,
    /// Its `tool.toml`.
    pub tool_file: &'static str,
}

/// Every first-party tool.
pub const SUBJECTS: [Subject; 4] = [edit::SUBJECT, fetch::SUBJECT, files::SUBJECT, package::SUBJECT];

impl Subject {
    /// The lies.
    pub fn lies(&self) -> impl Iterator<Item = &'static Lie> + use<> {
        self.lies.iter().copied().flatten()
    }

    /// The tool with its lies: what the component exports.
    #[must_use]
    pub fn with_lies(&self) -> Tool {
        lie::tool_with_lies(self.honest, self.lies())
    }
}

/// Where nobody is asked for anything, nobody answers.
fn silence(_: &Request) -> Result<Response, HttpError> {
    Err(HttpError::Denied)
}

fn path(text: &str) -> Result<WorkspacePath, Failure> {
    text.parse().map_err(|_| Failure::new("mutant.path", "not a path"))
}

/// Writes a file that nobody asked for.
fn make(workspace: &Workspace, file: &str, content: &[u8]) -> Result<(), Failure> {
    Ok(workspace.create(&path(file)?, content)?)
}

/// Changes a file that nobody asked about.
fn spoil(workspace: &Workspace, file: &str) -> Result<(), Failure> {
    Ok(workspace.overwrite(&path(file)?, b"spoilt by a mutant\n")?)
}
