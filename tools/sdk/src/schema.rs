//! JSON Schemas of arguments and outputs, draft 2020-12, in the small subset that the host's policy can type.
//!
//! What `schemars` derives is narrowed here: one document without references, objects closed to members that they do not
//! name, no `null` (an absent member is left out), enumerations as `enum`.

use schemars::{
    JsonSchema, Schema,
    generate::SchemaSettings,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::{Map, Value, json};

/// A schema and the doc comment of its type.
pub(crate) struct Described {
    /// Doc comment of the type; empty if it has none.
    pub(crate) description: String,
    /// The schema, without that description.
    pub(crate) schema: Value,
}

/// The schema of a type as arguments or output of a function.
pub(crate) fn of<T: JsonSchema>() -> Described {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    RecursiveTransform(narrow).transform(&mut schema);
    let description = schema.remove("description").and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    Described { description, schema: schema.to_value() }
}

fn narrow(schema: &mut Schema) {
    let Some(members) = schema.as_object_mut() else { return };
    members.remove("title");
    if let Some(Value::String(text)) = members.get_mut("description") {
        *text = unwrap_lines(text);
    }
    remove_null(members);
    flatten_enumeration(members);
    close(members);
}

/// Lines of a doc comment are wrapped for the source; a description has its paragraphs as one line each.
fn unwrap_lines(text: &str) -> String {
    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}

/// `["string", "null"]` becomes `"string"`, `anyOf: [S, null]` becomes `S`, a default of `null` is dropped.
fn remove_null(members: &mut Map<String, Value>) {
    if members.get("default").is_some_and(Value::is_null) {
        members.remove("default");
    }
    if let Some(Value::Array(values)) = members.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            members.remove("anyOf");
            for (name, value) in only {
                members.entry(name).or_insert(value);
            }
        }
    }
}

/// `oneOf` constants with a description each become one `enum`, whose description names them.
fn flatten_enumeration(members: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = members.get("oneOf") else { return };
    let mut names = Vec::new();
    let mut lines: Vec<String> = members.get("description").and_then(Value::as_str).map(str::to_owned).into_iter().collect();
    for choice in choices {
        let Some(name) = choice.get("const").and_then(Value::as_str) else { return };
        if let Some(text) = choice.get("description").and_then(Value::as_str) {
            lines.push(format!("`{name}`: {text}"));
        }
        names.push(name.to_owned());
    }
    members.remove("oneOf");
    members.insert("type".to_owned(), json!("string"));
    members.insert("enum".to_owned(), json!(names));
    if !lines.is_empty() {
        members.insert("description".to_owned(), json!(lines.join(" ")));
    }
}

/// An object that names its members has no others.
fn close(members: &mut Map<String, Value>) {
    let composed = ["allOf", "anyOf", "oneOf", "$ref"].iter().any(|name| members.contains_key(*name));
    let object = members.contains_key("properties") || members.get("type").is_some_and(|name| name == "object");
    if object && !composed {
        members.entry("additionalProperties").or_insert(json!(false));
    }
}

/// The JSON form of a value with every `null` member left out, as the narrowed schema wants it.
///
/// # Errors
/// A value that has no JSON form.
pub(crate) fn to_value<T: serde::Serialize>(value: &T) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(value)?;
    leave_out_null(&mut value);
    Ok(value)
}

fn leave_out_null(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(leave_out_null);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WorkspacePath;
    use serde::{Deserialize, Serialize};

    /// Looks
    /// for something.
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Arguments {
        /// Where.
        #[serde(default = "WorkspacePath::root")]
        path: WorkspacePath,
        /// How many.
        #[schemars(range(min = 1, max = 50))]
        limit: Option<u32>,
        /// How.
        case: Option<Case>,
        inner: Option<Inner>,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Case {
        /// As written.
        Sensitive,
        /// Either.
        Insensitive,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Inner {
        gone: Option<u8>,
    }

    #[test]
    fn the_schema_is_closed_and_has_no_null_and_no_reference() {
        let described = of::<Arguments>();
        assert_eq!(described.description, "Looks for something.");
        assert_eq!(
            described.schema,
            json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "path": {"type": "string", "description": "Where.", "minLength": 1, "maxLength": 4095, "default": "."},
                    "limit": {"type": "integer", "format": "uint32", "description": "How many.", "minimum": 1, "maximum": 50},
                    "case": {"type": "string", "enum": ["sensitive", "insensitive"],
                             "description": "How. `sensitive`: As written. `insensitive`: Either."},
                    "inner": {"type": "object", "additionalProperties": false,
                              "properties": {"gone": {"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255}}},
                },
            })
        );
    }

    #[test]
    fn an_absent_member_is_left_out_of_the_outcome() {
        let value = to_value(&json!({"a": [{"b": null, "c": 1}], "d": null})).unwrap();
        assert_eq!(value, json!({"a": [{"c": 1}]}));
    }
}
