//! The functions of the locked tools, as the protocol offers them: everything about them from the signed statements.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use cofferdam_gate::Toolbox;
use cofferdam_model::wire_name;
use cofferdam_trust::manifest::{Effect, Function};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;

/// What a session offers.
pub(crate) struct Offered {
    tools: Vec<Tool>,
    /// By the protocol's names.
    functions: BTreeMap<String, Named>,
}

/// A function that a client can name.
pub(crate) struct Named {
    /// `tool.function`.
    pub(crate) name: String,
    pub(crate) effect: Effect,
}

impl Offered {
    /// All functions of all tools, by name.
    pub(crate) fn of(toolbox: &Toolbox) -> Self {
        let (mut tools, mut functions) = (Vec::new(), BTreeMap::new());
        for manifest in toolbox.iter().map(|tool| tool.verified().manifest()) {
            for (function, signed) in manifest.functions() {
                let name = format!("{}.{function}", manifest.name());
                let wire = wire_name(&name);
                tools.push(tool(&wire, &name, signed));
                functions.insert(wire, Named { name, effect: signed.effect });
            }
        }
        Self { tools, functions }
    }

    /// The tools, for lists.
    pub(crate) fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The function that a client means.
    pub(crate) fn function(&self, wire: &str) -> Option<&Named> {
        self.functions.get(wire)
    }
}

fn tool(wire: &str, name: &str, signed: &Function) -> Tool {
    let input = signed.input.value().as_object().cloned().unwrap_or_default();
    let mut tool = Tool::new(wire.to_owned(), Cow::Owned(signed.description.clone()), Arc::new(input));
    tool.title = Some(name.to_owned());
    tool.output_schema = structured(signed.output.value()).map(Arc::new);
    tool.annotations = Some(annotations(signed.effect));
    tool
}

/// A schema of outcomes that the protocol can tell: it knows structured content as objects alone.
fn structured(output: &Value) -> Option<JsonObject> {
    output.as_object().filter(|schema| schema.get("type").and_then(Value::as_str) == Some("object")).cloned()
}

/// What the signed effect says. A staged change replaces and removes files, and can be taken back by the person, not by the client.
fn annotations(effect: Effect) -> ToolAnnotations {
    let (reads, open) = match effect {
        Effect::Read => (true, false),
        Effect::Staged => (false, false),
        Effect::Irrevocable => (false, true),
    };
    ToolAnnotations::new().read_only(reads).destructive(!reads).idempotent(reads).open_world(open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_function_that_reads_is_called_harmless() {
        let of = |effect| {
            let ToolAnnotations { read_only_hint, destructive_hint, idempotent_hint, open_world_hint, .. } = annotations(effect);
            [read_only_hint, destructive_hint, idempotent_hint, open_world_hint].map(|hint| hint == Some(true))
        };
        assert_eq!(of(Effect::Read), [true, false, true, false]);
        assert_eq!(of(Effect::Staged), [false, true, false, false]);
        assert_eq!(of(Effect::Irrevocable), [false, true, false, true]);
    }

    #[test]
    fn an_outcome_that_is_no_object_has_no_schema_in_the_protocol() {
        assert!(structured(&json!({"type": "object"})).is_some());
        for other in [json!({"type": "array"}), json!({}), json!(true), json!({"type": ["object", "null"]})] {
            assert!(structured(&other).is_none(), "{other}");
        }
    }
}
