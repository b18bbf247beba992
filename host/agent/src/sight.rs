//! What a run has in view, for the labels of the calls that it makes.

use std::collections::BTreeSet;

use cofferdam_model::ToolCall;
use cofferdam_policy::label::{Directed, Source, View, Whence};
use serde_json::Value;

use crate::{builtin, journal::RunHeader, plan};

/// The name of the memory's index among what is in view.
const INDEX: &str = "memory.index";

/// What a call brought, beside its text.
pub(crate) struct Brought {
    pub(crate) from: Whence,
    /// What is confidential in it.
    pub(crate) secrets: BTreeSet<String>,
    /// Whether it changed the workspace.
    pub(crate) published: bool,
}

/// What a run has in view before its first step: the task, and the index of the memory where there is one.
pub(crate) fn at_first(header: &RunHeader) -> View {
    let mut view = View::of(&header.task);
    if !header.index.is_empty() {
        let index = Source { function: INDEX.to_owned(), directed: Directed::ByModel, from: Whence::Inside, secrets: BTreeSet::new() };
        view.see(index, &Value::Null, &Value::Null);
    }
    view
}

/// Takes in what a call brought. Only what a tool gave is looked at for values: the rest of a result are our own words.
pub(crate) fn take_in(view: &mut View, call: &ToolCall, content: &str, brought: Brought, is_look: bool) {
    if matches!(call.name.as_str(), builtin::REMEMBER | plan::UPDATE) {
        return; // They show nothing but what the model said.
    }
    let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
    let directed = match call.name.as_str() {
        // The person chose the folder.
        _ if is_look => Directed::ByUser,
        name if builtin::is_builtin(name) => Directed::ByModel,
        _ => view.directed(&arguments),
    };
    let Brought { from, secrets, published } = brought;
    if published {
        view.changed();
    }
    let shown: Value = serde_json::from_str(content).unwrap_or_default();
    // What is recalled was seen before, or is another run's: it quotes arguments of the model beside results.
    let output = shown.get("output").unwrap_or(&Value::Null);
    view.see(Source { function: call.name.clone(), directed, from, secrets }, &arguments, output);
}
