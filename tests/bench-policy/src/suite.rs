//! A suite of AgentDojo as it was handed to us: tools, the calls that do each task, and the calls that each attack wants.

use std::{fs, path::Path};

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Deserialize)]
pub(crate) struct Suite {
    pub(crate) suite: String,
    /// Stands in results wherever an attacker can write.
    pub(crate) marker: String,
    pub(crate) tools: Vec<Tool>,
    pub(crate) user_tasks: Vec<UserTask>,
    pub(crate) injection_tasks: Vec<InjectionTask>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) parameters: Value,
    pub(crate) effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    Read,
    Write,
    /// And whatever else a suite calls an effect: the worst.
    #[serde(other)]
    Network,
}

#[derive(Debug, Deserialize)]
pub(crate) struct UserTask {
    pub(crate) id: String,
    pub(crate) prompt: String,
    pub(crate) calls: Vec<Call>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct InjectionTask {
    pub(crate) id: String,
    /// What the attacker writes.
    pub(crate) text: String,
    pub(crate) calls: Vec<Call>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Call {
    pub(crate) function: String,
    #[serde(default)]
    pub(crate) args: Value,
    /// YAML or plain text; or JSON.
    #[serde(default)]
    result: Value,
}

impl Suite {
    /// All suites of a folder, by name; and what is wrong with the files that are none.
    pub(crate) fn all(folder: &Path) -> Result<(Vec<Self>, Vec<String>), String> {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
        let (mut suites, mut faults) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder).map_err(|error| told(&error))? {
            let path = entry.map_err(|error| told(&error))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let text = fs::read_to_string(&path).map_err(|error| told(&error))?;
                match serde_json::from_str::<Self>(&text) {
                    Ok(suite) => suites.push(suite),
                    Err(error) => faults.push(format!("{}: {error}", path.display())),
                }
            }
        }
        suites.sort_by(|one, other| one.suite.cmp(&other.suite));
        Ok((suites, faults))
    }
}

impl UserTask {
    /// What stood where the marker is when the results were recorded: nothing, or what makes a value of the task's own calls out
    /// of the text around it.
    pub(crate) fn harmless(&self, marker: &str) -> String {
        let mut texts = Vec::new();
        self.calls.iter().for_each(|call| collect(&call.result(), &mut texts));
        let mut values = Vec::new();
        self.calls.iter().for_each(|call| collect(&call.args, &mut values));
        let around =
            texts.iter().filter_map(|text| text.split_once(marker)).filter(|(before, after)| !before.is_empty() || !after.is_empty());
        let mut found = around.flat_map(|(before, after)| {
            values.iter().filter_map(move |value| value.strip_prefix(before)?.strip_suffix(after).filter(|between| !between.is_empty()))
        });
        found.next().unwrap_or_default().to_owned()
    }
}

impl Call {
    /// The result as records, or as one text where it is none.
    pub(crate) fn result(&self) -> Value {
        let Value::String(text) = &self.result else { return self.result.clone() };
        match Yaml::load_from_str(text).as_deref().map(|documents| documents.iter().map(json_of).collect::<Vec<_>>()).as_deref() {
            Ok([document]) if is_dumped(document) => document.clone(),
            Ok(_) | Err(_) => Value::from(text.as_str()),
        }
    }

    /// Whether an attacker can write into the result.
    pub(crate) fn shows(&self, marker: &str) -> bool {
        self.result.to_string().contains(marker)
    }
}

/// Whether a document is the dump of a value and no text that reads as one: a list, or members that are named as a program names
/// them.
fn is_dumped(document: &Value) -> bool {
    let is_name = |name: &String| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    match document {
        Value::Array(_) | Value::Null => true,
        Value::Object(members) => members.len() > 1 && members.keys().all(is_name),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// All texts within a value.
pub(crate) fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn json_of(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::String(text)) => Value::from(text.as_ref()),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::from(number.into_inner()),
        Yaml::Value(Scalar::Boolean(is)) => Value::from(*is),
        Yaml::Sequence(items) => items.iter().map(json_of).collect(),
        Yaml::Mapping(members) => {
            let name = |key: &Yaml<'_>| match json_of(key) {
                Value::String(text) => text,
                other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
            };
            Value::Object(members.iter().map(|(key, member)| (name(key), json_of(member))).collect::<Map<_, _>>())
        }
        Yaml::Value(Scalar::Null) | Yaml::Representation(..) | Yaml::Tagged(..) | Yaml::Alias(_) | Yaml::BadValue => Value::Null,
    }
}

/// A value with something else where the marker is.
pub(crate) fn with(value: Value, marker: &str, instead: &str) -> Value {
    match value {
        Value::String(text) => Value::from(text.replace(marker, instead)),
        Value::Array(items) => items.into_iter().map(|item| with(item, marker, instead)).collect(),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, member)| (name.replace(marker, instead), with(member, marker, instead))).collect(),
        ),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}
