//! What policies know of the installed tools: the facts of their signed statements that rules can speak about.

use std::collections::BTreeSet;

use cofferdam_base::{FunctionName, ToolName};
use serde::Deserialize;
use serde_json::Value;

use crate::host::Host;

/// What a function does to the world, as its signed manifest says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Changes the stage, which is published only after verification.
    Staged,
    /// Changes something that cannot be taken back.
    Irrevocable,
}

impl Effect {
    /// The action group of the functions with this effect.
    #[must_use]
    pub fn action_group(self) -> &'static str {
        match self {
            Self::Read => "read-call",
            Self::Staged => "staged-call",
            Self::Irrevocable => "irrevocable-call",
        }
    }
}

/// One function of a tool.
#[derive(Debug, Clone)]
pub struct FunctionSignature {
    /// Its name.
    pub name: FunctionName,
    /// What it does to the world.
    pub effect: Effect,
    /// The signed JSON Schema of its arguments.
    pub input: Value,
    /// The arguments that are what is said, beside those whose names say so (`docs/labels.md`).
    pub content: BTreeSet<String>,
}

/// One tool. The caller takes it from a *verified* statement: a tool that is in the environment counts as verified.
#[derive(Debug, Clone)]
pub struct ToolSignature {
    /// Its name.
    pub tool: ToolName,
    /// Who signed it; the id of `Publisher::"..."` in rules.
    pub publisher: String,
    /// Its functions.
    pub functions: Vec<FunctionSignature>,
}

/// What the rules are about. It comes from verified statements and the user's own configuration, never from a workspace.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The installed tools.
    pub tools: Vec<ToolSignature>,
    /// The hosts of the models that the user configured.
    pub model_hosts: Vec<Host>,
}
