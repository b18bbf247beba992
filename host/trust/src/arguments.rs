//! Arguments and outcomes of a verified tool's functions: text in, values that fit the signed schema out.

use cofferdam_base::{Digest, FunctionName, Limits, ToolName};
use serde_json::Value;

use crate::{
    json::Json,
    manifest::Function,
    schema::{Schema, SchemaError, Side},
    verify::VerifiedTool,
};

/// A function of a verified tool.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedFunction<'tool> {
    tool: &'tool VerifiedTool,
    name: &'tool FunctionName,
    function: &'tool Function,
}

impl VerifiedTool {
    /// The function with this name.
    ///
    /// # Errors
    /// [`SchemaError::UnknownFunction`].
    pub fn function(&self, name: &str) -> Result<VerifiedFunction<'_>, SchemaError> {
        let functions = self.manifest().functions();
        let found = name.parse::<FunctionName>().ok().and_then(|name| functions.get_key_value(&name));
        let (name, function) = found.ok_or_else(|| SchemaError::UnknownFunction {
            name: name.to_owned(),
            known: functions.keys().map(ToString::to_string).collect(),
        })?;
        Ok(VerifiedFunction { tool: self, name, function })
    }
}

impl<'tool> VerifiedFunction<'tool> {
    /// The tool.
    #[must_use]
    pub fn tool(&self) -> &'tool VerifiedTool {
        self.tool
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'tool FunctionName {
        self.name
    }

    /// What the statement says of it.
    #[must_use]
    pub fn function(&self) -> &'tool Function {
        self.function
    }

    /// Checks the arguments of a call: at most `argument_bytes` of the tool's limits, strict JSON, the input schema.
    ///
    /// # Errors
    /// See [`SchemaError`].
    pub fn check_arguments(&self, json: &str) -> Result<CheckedArguments, SchemaError> {
        let limit = self.limits().argument_bytes;
        let json = check(&self.function.input, Side::Input, json, limit)?;
        Ok(CheckedArguments { tool: self.tool.name().clone(), component: self.tool.component_digest(), function: self.name.clone(), json })
    }

    /// Checks the outcome of a call: at most `output_bytes` of the tool's limits, strict JSON, the output schema.
    ///
    /// # Errors
    /// See [`SchemaError`].
    pub fn check_output(&self, json: &str) -> Result<CheckedOutput, SchemaError> {
        let limit = self.limits().output_bytes;
        check(&self.function.output, Side::Output, json, limit).map(|json| CheckedOutput { json })
    }

    fn limits(&self) -> &'tool Limits {
        self.tool.limits()
    }
}

fn check(schema: &Schema, side: Side, json: &str, limit: u64) -> Result<Json, SchemaError> {
    let json = Json::parse(json.as_bytes(), limit).map_err(|source| SchemaError::Malformed { side, source })?;
    schema.accept(side, json)
}

/// Arguments that fit the signed input schema of one function of one component.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedArguments {
    tool: ToolName,
    component: Digest,
    function: FunctionName,
    json: Json,
}

impl CheckedArguments {
    /// The tool that they are for.
    #[must_use]
    pub fn tool(&self) -> &ToolName {
        &self.tool
    }

    /// The digest of the component that they are for.
    #[must_use]
    pub fn component(&self) -> Digest {
        self.component
    }

    /// The function that they are for.
    #[must_use]
    pub fn function(&self) -> &FunctionName {
        &self.function
    }

    /// The arguments: what policy decides on.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.json.value()
    }

    /// The arguments in our own spelling: what the guest gets, so that it cannot read the text otherwise than policy did.
    #[must_use]
    pub fn text(&self) -> String {
        self.json.text()
    }
}

/// An outcome that fits the signed output schema.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedOutput {
    json: Json,
}

impl CheckedOutput {
    /// The outcome.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.json.value()
    }

    /// The outcome in our own spelling.
    #[must_use]
    pub fn text(&self) -> String {
        self.json.text()
    }
}
