//! The Cedar schema: what is fixed (`schema/base.cedarschema`) and what the installed tools add.
//!
//! Every function becomes an action `<tool>.<function>` in the group of its signed effect, and its arguments a record type.
//! Strict validation against it refuses a rule about an argument that does not exist; Cedar alone would skip such a rule
//! whenever it is evaluated.

mod argument;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use cedar_policy::{CedarSchemaError, Schema, SchemaFragment};
use cofferdam_base::{FunctionName, ToolName, text::is_deceptive};
use serde_json::{Map, Value, json};

pub use argument::ArgumentMismatch;
pub(crate) use argument::{ArgumentRecord, Represented};

use crate::{
    error::LoadError,
    host::Host,
    signature::{Environment, FunctionSignature, ToolSignature},
};

/// Most tools. With [`MAX_FUNCTIONS`], bounds the time to check a rule that is about every action.
const MAX_TOOLS: usize = 256;
/// Most functions of a tool.
const MAX_FUNCTIONS: usize = 128;
/// Longest publisher in bytes.
const MAX_PUBLISHER_BYTES: usize = 256;

/// The part of the schema that no tool adds to.
const BASE: &str = include_str!("schema/base.cedarschema");
/// The actions of [`BASE`].
const BASE_ACTIONS: &[&str] = &[
    "call",
    "read-call",
    "staged-call",
    "irrevocable-call",
    "path",
    "path:read",
    "path:write",
    "path:delete",
    "net:request",
    "net:private",
    "secret:use",
    "memory:commit",
    "model:send",
    "tool:load",
];

/// The installed tools, checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Installed {
    tools: BTreeMap<ToolName, InstalledTool>,
    model_hosts: BTreeSet<Host>,
}

#[derive(Debug, Clone)]
pub(crate) struct InstalledTool {
    pub(crate) publisher: String,
    functions: BTreeMap<FunctionName, InstalledFunction>,
}

#[derive(Debug, Clone)]
pub(crate) struct InstalledFunction {
    group: &'static str,
    pub(crate) arguments: ArgumentRecord,
    content: BTreeSet<String>,
}

/// What an action's name means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActionName {
    /// Part of the product, or a function of an installed tool.
    Known,
    /// A function of a tool that is not installed.
    Absent,
    /// Nothing.
    Unknown,
}

impl Installed {
    /// Checks the environment.
    pub(crate) fn read(environment: &Environment) -> Result<Self, LoadError> {
        let mut installed = Self { tools: BTreeMap::new(), model_hosts: environment.model_hosts.iter().cloned().collect() };
        for tool in &environment.tools {
            if installed.tools.contains_key(&tool.tool) {
                return Err(signature_error(&tool.tool, "it is there twice"));
            }
            installed.add(tool)?;
        }
        Ok(installed)
    }

    /// Adds a tool, in the place of one with the same name.
    pub(crate) fn add(&mut self, tool: &ToolSignature) -> Result<(), LoadError> {
        let publisher = &tool.publisher;
        if publisher.is_empty() || publisher.len() > MAX_PUBLISHER_BYTES || publisher.chars().any(is_deceptive) {
            return Err(signature_error(&tool.tool, "its publisher is empty, too long or not printable"));
        }
        let mut functions = BTreeMap::new();
        for FunctionSignature { name, effect, input, content } in &tool.functions {
            let (group, arguments) = (effect.action_group(), ArgumentRecord::of_schema(input));
            let function = InstalledFunction { group, arguments, content: content.clone() };
            if functions.insert(name.clone(), function).is_some() {
                return Err(signature_error(&tool.tool, "it has two functions of one name"));
            }
        }
        if functions.len() > MAX_FUNCTIONS || self.tools.len() >= MAX_TOOLS {
            return Err(signature_error(&tool.tool, "there are too many tools or functions"));
        }
        self.tools.insert(tool.tool.clone(), InstalledTool { publisher: publisher.clone(), functions });
        Ok(())
    }

    /// The same tools with other hosts of models.
    pub(crate) fn with_model_hosts(self, hosts: &[Host]) -> Self {
        Self { model_hosts: hosts.iter().cloned().collect(), ..self }
    }

    pub(crate) fn tool(&self, name: &ToolName) -> Option<&InstalledTool> {
        self.tools.get(name)
    }

    /// The arguments of a function that its manifest says are content.
    pub(crate) fn content(&self, tool: &ToolName, function: &FunctionName) -> &BTreeSet<String> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        self.tool(tool).and_then(|tool| tool.function(function)).map_or(&NONE, |function| &function.content)
    }

    pub(crate) fn has_publisher(&self, publisher: &str) -> bool {
        self.tools.values().any(|tool| tool.publisher == publisher)
    }

    pub(crate) fn is_model_host(&self, host: &Host) -> bool {
        self.model_hosts.contains(host)
    }

    /// What the name of an action means.
    pub(crate) fn action(&self, action: &str) -> ActionName {
        if BASE_ACTIONS.contains(&action) {
            return ActionName::Known;
        }
        let names = action.split_once('.').and_then(|(tool, function)| Some((tool.parse().ok()?, function.parse().ok()?)));
        let Some((tool, function)): Option<(ToolName, FunctionName)> = names else { return ActionName::Unknown };
        match self.tools.get(&tool) {
            None => ActionName::Absent,
            Some(tool) if tool.functions.contains_key(&function) => ActionName::Known,
            Some(_) => ActionName::Unknown,
        }
    }

    /// The schema of these tools. `absent` actions exist in it and apply to nothing, so that a rule that names them beside
    /// others still holds for the others.
    pub(crate) fn schema(&self, absent: &BTreeSet<String>) -> Result<Schema, LoadError> {
        // Parsed once for the process: it is a third of the time that loading takes.
        static FRAGMENT: LazyLock<Result<SchemaFragment, CedarSchemaError>> =
            LazyLock::new(|| SchemaFragment::from_cedarschema_str(BASE).map(|(fragment, _)| fragment));
        let base = FRAGMENT.as_ref().map_err(|error| LoadError::refused_signatures(error))?.clone();
        let mut actions: Map<String, Value> = absent.iter().map(|name| (name.clone(), json!({}))).collect();
        for (tool, installed) in &self.tools {
            for (function, signature) in &installed.functions {
                actions.insert(action_name(tool, function), signature.to_cedar());
            }
        }
        let tools = SchemaFragment::from_json_value(json!({ "": { "entityTypes": {}, "actions": actions } }))
            .map_err(|error| LoadError::refused_signatures(&error))?;
        Schema::from_schema_fragments([base, tools]).map_err(|error| LoadError::refused_signatures(&error))
    }
}

impl InstalledTool {
    pub(crate) fn function(&self, name: &FunctionName) -> Option<&InstalledFunction> {
        self.functions.get(name)
    }
}

impl InstalledFunction {
    fn to_cedar(&self) -> Value {
        let label = |name: &str| json!({ "type": "Entity", "name": name });
        json!({
            "memberOf": [{ "id": self.group }],
            "appliesTo": {
                "principalTypes": ["Call"],
                "resourceTypes": ["Tool"],
                "context": {
                    "type": "Record",
                    "attributes": {
                        "origin": label("Origin"),
                        "integrity": label("Integrity"),
                        "arguments": self.arguments.to_cedar(),
                        "labels": { "type": "EntityOrCommon", "name": "Labels" },
                        "derived": self.arguments.derived_to_cedar(),
                    },
                },
            },
        })
    }
}

/// The action of a function.
pub(crate) fn action_name(tool: &ToolName, function: &FunctionName) -> String {
    format!("{tool}.{function}")
}

fn signature_error(tool: &ToolName, message: &str) -> LoadError {
    LoadError::Signature { tool: tool.to_string(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listed_actions_are_those_of_the_base_schema() {
        let schema = Installed::default().schema(&BTreeSet::new()).unwrap();
        let found: BTreeSet<String> = schema.actions().map(|uid| uid.id().unescaped().to_owned()).collect();
        let listed: BTreeSet<String> = BASE_ACTIONS.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(found, listed);
    }

    #[test]
    fn tells_absent_tools_from_misspelt_actions() {
        let function = FunctionSignature {
            name: "read".parse().unwrap(),
            effect: crate::Effect::Read,
            input: json!({ "type": "object" }),
            content: BTreeSet::new(),
        };
        let tool = ToolSignature { tool: "files".parse().unwrap(), publisher: "p".to_owned(), functions: vec![function] };
        let installed = Installed::read(&Environment { tools: vec![tool], model_hosts: vec![] }).unwrap();
        for (name, meaning) in [
            ("files.read", ActionName::Known),
            ("path:read", ActionName::Known),
            ("web.fetch", ActionName::Absent),
            ("files.raed", ActionName::Unknown),
            ("path:raed", ActionName::Unknown),
            ("Files.read", ActionName::Unknown),
        ] {
            assert_eq!(installed.action(name), meaning, "{name}");
        }
    }
}
