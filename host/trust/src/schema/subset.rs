//! Which schemas are accepted. The walk follows every reference, so that what it measures is what a check costs.
//!
//! | keywords | meaning |
//! | --- | --- |
//! | `type` `enum` `const` `required` `properties` `additionalProperties` `items` `prefixItems` | enforced |
//! | `minLength` `maxLength` `pattern` `minimum` `maximum` `exclusiveMinimum` `exclusiveMaximum` `multipleOf` | enforced |
//! | `minItems` `maxItems` `uniqueItems` `minProperties` `maxProperties` `anyOf` `oneOf` `allOf` | enforced |
//! | `$ref` to `#/$defs/<name>`, never in a circle; `$defs` and `$schema` (2020-12) at the root | enforced |
//! | `title` `description` `default` `examples` `deprecated` | for people |
//! | `format` with a name of [`NUMBER_FORMATS`] | for people: the bounds beside it are what is enforced |

use std::collections::BTreeSet;

use cofferdam_base::text;
use serde_json::{Map, Value};

use super::SubsetError;

/// Deepest chain of schemas within schemas, references followed. Prevents a stack overflow while compiling and checking.
pub const MAX_SCHEMA_DEPTH: usize = 48;

/// Most parts when every reference is written out: schemas, values of `enum`, names of `required`. Prevents a small text (`$defs` that double at each step) from
/// costing without end at each check.
pub const MAX_SCHEMA_SIZE: usize = 500;

/// Longest regular expression. Prevents automata that are large for their text; matching is linear in any case.
pub const MAX_PATTERN_BYTES: usize = 512;

/// Formats that only repeat a Rust number's type, as schema generators write them.
const NUMBER_FORMATS: &[&str] =
    &["int8", "int16", "int32", "int64", "int", "uint8", "uint16", "uint32", "uint64", "uint", "float", "double"];

/// The one dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Where references lead.
const DEFINITIONS: &str = "#/$defs/";

/// How many parts the schema has, references written out.
pub(super) fn measure(root: &Value) -> Result<usize, SubsetError> {
    let definitions = match root.get("$defs") {
        None => &Map::new(),
        Some(Value::Object(definitions)) => definitions,
        Some(_) => return Err(SubsetError::Shape { pointer: "/$defs".to_owned() }),
    };
    let mut walk = Walk { definitions, open: Vec::new(), seen: BTreeSet::new(), size: 0 };
    if is_deceptive(root) {
        return Err(SubsetError::Deceptive);
    }
    walk.schema(root, "", 0)?;
    // What nothing refers to is compiled all the same.
    for name in definitions.keys() {
        if !walk.seen.contains(name.as_str()) {
            walk.definition(name, "/$defs", 0)?;
        }
    }
    Ok(walk.size)
}

/// The definition that a `$ref` names.
pub(super) fn definition_name(reference: &Value) -> Option<&str> {
    let name = reference.as_str()?.strip_prefix(DEFINITIONS)?;
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    plain.then_some(name)
}

struct Walk<'a> {
    definitions: &'a Map<String, Value>,
    /// The definitions around the present place: meeting one of them again is a circle.
    open: Vec<&'a str>,
    seen: BTreeSet<&'a str>,
    size: usize,
}

impl<'a> Walk<'a> {
    fn schema(&mut self, schema: &'a Value, pointer: &str, depth: usize) -> Result<(), SubsetError> {
        self.count(1)?;
        if depth > MAX_SCHEMA_DEPTH {
            return Err(SubsetError::TooDeep);
        }
        match schema {
            Value::Bool(_) => Ok(()),
            Value::Object(keywords) => keywords
                .iter()
                .try_for_each(|(keyword, value)| self.keyword(keyword, value, &format!("{pointer}/{}", escape(keyword)), depth)),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(SubsetError::Shape { pointer: pointer.to_owned() }),
        }
    }

    fn count(&mut self, parts: usize) -> Result<(), SubsetError> {
        self.size = self.size.saturating_add(parts);
        if self.size > MAX_SCHEMA_SIZE { Err(SubsetError::TooLarge) } else { Ok(()) }
    }

    fn keyword(&mut self, keyword: &str, value: &'a Value, at: &str, depth: usize) -> Result<(), SubsetError> {
        let shape = || SubsetError::Shape { pointer: at.to_owned() };
        match keyword {
            "title" | "description" | "default" | "examples" | "deprecated" => Ok(()),
            // The dialect's own meta-schema checks the shape of these when the schema is compiled.
            "enum" | "required" => self.count(value.as_array().map_or(0, Vec::len)),
            "type" | "const" | "minLength" | "maxLength" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum"
            | "multipleOf" | "minItems" | "maxItems" | "uniqueItems" | "minProperties" | "maxProperties" => Ok(()),
            "pattern" => match value.as_str() {
                Some(pattern) if pattern.len() <= MAX_PATTERN_BYTES => Ok(()),
                Some(_) => Err(SubsetError::PatternTooLong { pointer: at.to_owned() }),
                None => Err(shape()),
            },
            "format" if value.as_str().is_some_and(|name| NUMBER_FORMATS.contains(&name)) => Ok(()),
            "items" | "additionalProperties" => self.schema(value, at, depth + 1),
            "properties" => {
                let properties = value.as_object().ok_or_else(shape)?;
                properties.iter().try_for_each(|(name, schema)| self.schema(schema, &format!("{at}/{}", escape(name)), depth + 1))
            }
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => {
                let schemas = value.as_array().ok_or_else(shape)?;
                schemas.iter().enumerate().try_for_each(|(index, schema)| self.schema(schema, &format!("{at}/{index}"), depth + 1))
            }
            "$ref" => {
                let name = definition_name(value).ok_or_else(|| SubsetError::Reference { pointer: at.to_owned() })?;
                self.definition(name, at, depth + 1)
            }
            "$defs" if at == "/$defs" => Ok(()),
            "$schema" if at == "/$schema" && value.as_str() == Some(DIALECT) => Ok(()),
            _ => Err(SubsetError::Keyword { pointer: at.to_owned() }),
        }
    }

    fn definition(&mut self, name: &'a str, at: &str, depth: usize) -> Result<(), SubsetError> {
        let schema = self.definitions.get(name).ok_or_else(|| SubsetError::Reference { pointer: at.to_owned() })?;
        if self.open.contains(&name) {
            return Err(SubsetError::Circle { pointer: at.to_owned() });
        }
        self.open.push(name);
        self.seen.insert(name);
        self.schema(schema, &format!("/$defs/{}", escape(name)), depth)?;
        self.open.pop();
        Ok(())
    }
}

/// Whether a member name or a text would deceive whoever reads the schema: a person, or a model that is shown it.
fn is_deceptive(value: &Value) -> bool {
    let deceives = |text: &str| text.chars().any(|c| text::is_deceptive(c) && c != '\n' && c != '\t');
    match value {
        Value::String(text) => deceives(text),
        Value::Array(items) => items.iter().any(is_deceptive),
        Value::Object(members) => members.iter().any(|(name, value)| deceives(name) || is_deceptive(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A member name in a JSON pointer (RFC 6901, section 3).
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
