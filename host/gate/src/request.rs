//! A call as it is asked for, and as it is after name, arguments and revocation were checked.

use std::collections::BTreeSet;

use cofferdam_base::WorkspacePath;
use cofferdam_policy::{
    Integrity, Origin,
    label::{Labels, View},
};
use cofferdam_trust::{
    CheckedArguments, VerifiedFunction,
    manifest::{Access, Function},
};
use serde_json::Value;

use crate::{network::DeclaredRequest, refusal::Fault, toolbox::LoadedTool};

/// What the arguments of a call can come from.
#[derive(Debug, Clone, Copy)]
pub enum Labelling<'v> {
    /// A person wrote them as they are.
    Written,
    /// A model made them out of what it had in view.
    From(&'v View),
    /// Nobody knows.
    Unknown,
}

impl Labelling<'_> {
    fn label(self, arguments: &Value, content: &BTreeSet<String>) -> Labels {
        match self {
            Self::Written => Labels::of_user(arguments),
            Self::From(view) => view.label(arguments, content),
            Self::Unknown => Labels::unknown(arguments),
        }
    }
}

/// A call as somebody asks for it. Nothing in it is believed.
#[derive(Debug, Clone)]
pub struct CallInput<'v> {
    /// `tool.function`.
    pub function: String,
    /// The arguments as JSON text.
    pub arguments: String,
    /// Who asks.
    pub origin: Origin,
    /// Whether anything that it was derived from came from outside.
    pub integrity: Integrity,
    /// What its arguments can come from.
    pub labelling: Labelling<'v>,
    /// What confidential things whoever asks had in view, by name, where no view tells.
    pub secrets: BTreeSet<String>,
}

/// A call of a function that exists, of a tool that is still trusted, with arguments that follow its signed schema.
#[must_use]
pub(crate) struct Request<'a> {
    pub(crate) tool: &'a LoadedTool,
    pub(crate) function: VerifiedFunction<'a>,
    pub(crate) arguments: CheckedArguments,
    /// Where these come from.
    pub(crate) labels: Labels,
    /// Paths in the arguments, and what the function does with each.
    pub(crate) paths: Vec<(Access, WorkspacePath)>,
    /// Requests to the network that the arguments name.
    pub(crate) requests: Vec<DeclaredRequest>,
    pub(crate) origin: Origin,
    pub(crate) integrity: Integrity,
}

impl<'a> Request<'a> {
    /// Checks arguments against the signed schema and reads the paths and the addresses in them.
    pub(crate) fn verify(tool: &'a LoadedTool, function: &str, input: &CallInput<'_>) -> Result<Self, Fault> {
        let function = tool.verified().function(function)?;
        let arguments = function.check_arguments(&input.arguments)?;
        let mut paths = Vec::new();
        for argument in &function.function().paths {
            let fault = |source| Fault::Path { argument: argument.argument.clone(), source };
            let value = arguments.value().get(&argument.argument);
            for text in strings(value) {
                paths.push((argument.access, WorkspacePath::parse(text).map_err(fault)?));
            }
        }
        let mut requests = Vec::new();
        for url in &function.function().urls {
            for text in strings(arguments.value().get(&url.argument)) {
                let fault = |source| Fault::Url { argument: url.argument.clone(), source };
                requests.push(DeclaredRequest::parse(url.method.as_str(), text).map_err(fault)?);
            }
        }
        let labels = input.labelling.label(arguments.value(), &function.function().content).carrying(&input.secrets);
        let (origin, integrity) = (input.origin, input.integrity);
        Ok(Self { tool, function, arguments, labels, paths, requests, origin, integrity })
    }

    /// What its signed manifest says of the function.
    pub(crate) fn manifest(&self) -> &'a Function {
        self.function.function()
    }

    /// The keys that signed the tool.
    pub(crate) fn signers(&self) -> Vec<String> {
        self.tool.verified().signers().iter().map(ToString::to_string).collect()
    }

    /// `tool.function`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.function.tool().name(), self.function.name())
    }
}

/// A string, or the strings of a list; the schema says which it is, and an optional argument may be absent.
fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
