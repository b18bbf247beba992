//! The labels of a run's calls, made again from its journal: where each argument came from.

use std::collections::BTreeMap;

use cofferdam_base::RunId;
use cofferdam_gate::Gate;
use cofferdam_policy::label::{ArgumentLabel, Derivation, Searched, Trace};
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
    /// The names of the confidential things that it may carry.
    pub secrets: Vec<String>,
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

/// The labels of a run's calls, in their order; of one of them, where a number is given.
///
/// # Errors
/// [`AgentError::UnknownRun`], a journal that does not read back.
pub fn labels(gate: &Gate, run: &RunId, only: Option<u64>) -> Result<Vec<LabelledCall>, AgentError> {
    let recorded = Journal::read(gate.state().folder(), run)?;
    let task = Searched::new(&recorded.header.task);
    let mut labelled = Vec::new();
    let mut results: Vec<(u64, Searched)> = Vec::new();
    each_call(recorded, &mut |progress, made| {
        let Some(end) = made.end else { return };
        if only.is_none_or(|only| only == made.number) {
            let arguments: Value = serde_json::from_str(&made.wanted.arguments).unwrap_or_default();
            let labels = progress.view().label(&arguments, gate.tools().content(&made.wanted.name));
            let argument = |(name, label): (&String, &ArgumentLabel)| {
                let value = arguments.get(name).unwrap_or(&Value::Null);
                (name.clone(), LabelledArgument::of(value, label.derivation, &task, &results))
            };
            labelled.push(LabelledCall {
                number: made.number,
                function: made.wanted.name.clone(),
                arguments: labels.arguments().iter().map(argument).collect(),
                sources: labels.sources().iter().cloned().collect(),
                secrets: labels.secrets().iter().cloned().collect(),
            });
        }
        results.push((made.number, Searched::new(end.content)));
    });
    Ok(labelled)
}

impl LabelledArgument {
    fn of(value: &Value, derivation: Derivation, task: &Searched, results: &[(u64, Searched)]) -> Self {
        let texts = texts(value);
        let found = |text: &Searched| texts.iter().filter_map(|value| text.trace(value)).min();
        let found_in = results.iter().filter_map(|(number, text)| Some((*number, found(text)?))).collect();
        Self { value: value.to_string(), derivation, found_in, in_task: found(task) }
    }
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
