//! A suite's tools as a signed tool would declare them, under the profile `developer`.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, FunctionName, Timestamp, ToolName};
use cofferdam_policy::{
    Act, Decision, Effect, Environment, FunctionSignature, Integrity, Origin, Policies, PolicyRequest, Profile, ToolAct, ToolSignature,
    builtin,
    label::{Labels, Source, View, Whence},
};
use serde_json::{Map, Value};

use crate::suite::{self, Suite};

/// Policy for one suite.
pub(crate) struct Gatekeeper {
    policies: Policies,
    tool: ToolName,
    effects: Vec<(String, suite::Effect)>,
    call: CallId,
}

/// What policy says to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    Allowed,
    Asked,
    Refused,
}

impl Gatekeeper {
    /// What a suite calls a write or the network is nothing that a stage can take back.
    pub(crate) fn of(suite: &Suite) -> Result<Self, String> {
        let tool: ToolName = "suite".parse().map_err(|error: cofferdam_base::name::NameError| error.to_string())?;
        let mut functions = Vec::new();
        for declared in &suite.tools {
            let effect = match declared.effect {
                suite::Effect::Read => Effect::Read,
                suite::Effect::Write | suite::Effect::Network => Effect::Irrevocable,
            };
            let name = function_name(&declared.name)?;
            if !functions.iter().any(|known: &FunctionSignature| known.name == name) {
                functions.push(FunctionSignature { name, effect, input: declared.parameters.clone(), content: BTreeSet::new() });
            }
        }
        let signature = ToolSignature { tool: tool.clone(), publisher: "publisher".to_owned(), functions };
        let environment = Environment { tools: vec![signature], model_hosts: Vec::new() };
        let policies = Policies::load(&builtin(Profile::Developer), &environment).map_err(|error| error.to_string())?;
        let effects = suite.tools.iter().map(|tool| (tool.name.clone(), tool.effect)).collect();
        Ok(Self { policies, tool, effects, call: CallId::new(Timestamp(0), [0; 10]) })
    }

    pub(crate) fn effect(&self, function: &str) -> suite::Effect {
        let found = self.effects.iter().find(|(name, _)| name == function);
        // What nobody declared counts as the worst.
        found.map_or(suite::Effect::Network, |(_, effect)| *effect)
    }

    /// Decides as the gate does, and says where the arguments come from.
    pub(crate) fn decide(&self, view: &View, call: &suite::Call) -> Result<(Answer, Labels), String> {
        let function = function_name(&call.function)?;
        let empty = Value::Object(Map::new());
        let arguments = if call.args.is_null() { &empty } else { &call.args };
        let labels = view.label(arguments, &BTreeSet::new());
        let integrity = if view.has_results() { Integrity::Untrusted } else { Integrity::Trusted };
        let act =
            Act::ByTool { call: &self.call, tool: &self.tool, act: ToolAct::Call { function: &function, arguments, labels: &labels } };
        let answer = match self.policies.decide(&PolicyRequest { origin: Origin::Model, integrity, act }) {
            Decision::Allowed(_) => Answer::Allowed,
            Decision::Ask(_) => Answer::Asked,
            Decision::Denied(_) => Answer::Refused,
        };
        Ok((answer, labels))
    }
}

/// Takes in what a call brought.
pub(crate) fn see(view: &mut View, call: &suite::Call, result: &Value) {
    let directed = view.directed(&call.args);
    view.see(Source { function: call.function.clone(), directed, from: Whence::Network, secrets: BTreeSet::new() }, &call.args, result);
}

/// A name in the form that functions have here.
fn function_name(name: &str) -> Result<FunctionName, String> {
    let words: Vec<String> =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join("-").parse().map_err(|error: cofferdam_base::name::NameError| format!("{name}: {error}"))
}
