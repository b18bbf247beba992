//! The labels of a run's calls, made again from its journal: where each argument came from.

use std::collections::BTreeMap;

use cofferdam_base::RunId;
use cofferdam_gate::Gate;
use cofferdam_policy::label::{Derivation, Trace, trace};
use serde_json::Value;

use crate::{AgentError, Journal, walk::each_call};

/// A call of a run, with the labels that it had when policy decided on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledCall {
    /// Its number in the run, from 1.
    pub number: u64,
    /// `tool.function`, or whatever the model wrote.
    pub function: String,
    /// By argument.
    pub arguments: BTreeMap<String, LabelledArgument>,
    /// The functions whose results it may be derived from; none where all of it is the user's.
    pub sources: Vec<String>,
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledArgument {
    /// Its value as JSON.
    pub value: String,
    /// Where it comes from.
    pub derivation: Derivation,
    /// The calls in whose results a trace of it stands, and what trace.
    pub found_in: Vec<(u64, Trace)>,
    /// Whether a trace of it stands in the task.
    pub in_task: Option<Trace>,
}

/// The labels of a run's calls, in their order.
///
/// # Errors
/// [`AgentError::UnknownRun`], a journal that does not read back.
pub fn labels(gate: &Gate, run: &RunId) -> Result<Vec<LabelledCall>, AgentError> {
    let recorded = Journal::read(gate.state().folder(), run)?;
    let task = recorded.header.task.clone();
    let mut labelled = Vec::new();
    let mut results: Vec<(u64, String)> = Vec::new();
    each_call(recorded, &mut |progress, made| {
        let Some(end) = made.end else { return };
        let arguments: Value = serde_json::from_str(&made.wanted.arguments).unwrap_or_default();
        let labels = progress.view().label(&arguments, gate.tools().content(&made.wanted.name));
        let argument = |name: &String, derivation: Derivation| {
            let value = arguments.get(name).unwrap_or(&Value::Null);
            let found = |text: &str| texts(value).iter().filter_map(|value| trace(value, text)).min();
            LabelledArgument {
                value: value.to_string(),
                derivation,
                found_in: results.iter().filter_map(|(number, text)| Some((*number, found(text)?))).collect(),
                in_task: found(&task),
            }
        };
        let arguments = labels.arguments().iter().map(|(name, label)| (name.clone(), argument(name, label.derivation))).collect();
        let sources = labels.sources().iter().cloned().collect();
        labelled.push(LabelledCall { number: made.number, function: made.wanted.name.clone(), arguments, sources });
        results.push((made.number, end.content.to_owned()));
    });
    Ok(labelled)
}

/// All texts and numbers within a value.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}
