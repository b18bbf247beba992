//! The part of JSON Schema that rules can speak about, and values of it.
//!
//! Inside: objects with named members, strings (and enumerations of strings), 64-bit integers, booleans, arrays of one such
//! type, optional members, `null` as another spelling of "absent", local references. Outside: fractions, unions, tuples,
//! maps with free names, recursive and very large types. What is outside has no name in rules, and a call that carries it
//! is asked about: nothing that no rule can see passes silently.

use std::{collections::BTreeMap, fmt};

use cedar_policy::RestrictedExpression;
use serde_json::{Map, Value, json};

/// Deepest nesting of a type. Bounds recursion here and in Cedar; deeper types, and so recursive ones, are outside.
const MAX_DEPTH: usize = 8;
/// Most types in one function's arguments. Prevents a schema whose references double at each step.
const MAX_TYPES: usize = 512;
/// Longest member name in bytes.
const MAX_MEMBER_BYTES: usize = 64;
/// Most arguments that a question names. Bounds what a person has to read.
const MAX_OUTSIDE: usize = 16;

/// The type of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ArgumentType {
    Text,
    Integer,
    Boolean,
    List(Box<ArgumentType>),
    Record(ArgumentRecord),
    /// Outside the subset.
    Outside,
}

/// The named members of an object. Members whose type is outside the subset are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ArgumentRecord(BTreeMap<String, Member>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    kind: ArgumentType,
    presence: Presence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

/// The arguments of a call as Cedar sees them.
#[derive(Debug, Clone)]
pub(crate) struct Represented {
    pub(crate) arguments: RestrictedExpression,
    /// The arguments that the call carries and that no rule can see.
    pub(crate) outside: Vec<String>,
}

/// An argument that is not of the type that the signed schema gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentMismatch {
    argument: String,
    expected: &'static str,
}

impl fmt::Display for ArgumentMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "argument `{}` is not {}", cofferdam_base::text::inline(&self.argument, 80), self.expected)
    }
}

impl std::error::Error for ArgumentMismatch {}

impl ArgumentRecord {
    /// Reads the signed schema of a function's arguments.
    pub(crate) fn of_schema(schema: &Value) -> Self {
        let read = Reader { root: schema, types: 0 }.read(schema, 0);
        // Arguments that are no plain object have no names: whatever a call carries is outside.
        if let ArgumentType::Record(record) = read.kind { record } else { Self::default() }
    }

    /// As a record type in Cedar's JSON schema format.
    pub(crate) fn to_cedar(&self) -> Value {
        let attributes: Map<String, Value> = self
            .0
            .iter()
            .filter_map(|(name, member)| {
                let mut kind = member.kind.to_cedar()?;
                kind.as_object_mut()?.insert("required".to_owned(), Value::Bool(member.presence == Presence::Required));
                Some((name.clone(), kind))
            })
            .collect();
        json!({ "type": "Record", "attributes": attributes })
    }

    /// As a record type in Cedar's JSON schema format, with where each argument comes from in its place. One that carries nothing
    /// is not there.
    pub(crate) fn derived_to_cedar(&self) -> Value {
        let kind = json!({ "type": "Entity", "name": "Derivation", "required": false });
        let attributes: Map<String, Value> = self.0.keys().map(|name| (name.clone(), kind.clone())).collect();
        json!({ "type": "Record", "attributes": attributes })
    }

    /// Whether rules can speak about an argument.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Represents a call's arguments.
    ///
    /// # Errors
    /// An argument that the schema check should have refused, or an integer beyond 64 bits.
    pub(crate) fn represent(&self, value: &Value) -> Result<Represented, ArgumentMismatch> {
        let mut outside = Vec::new();
        let arguments = self.represent_at(value, "arguments", &mut outside)?;
        Ok(Represented { arguments, outside })
    }

    fn represent_at(&self, value: &Value, at: &str, outside: &mut Vec<String>) -> Result<RestrictedExpression, ArgumentMismatch> {
        let mismatch = |expected| ArgumentMismatch { argument: at.to_owned(), expected };
        let given = value.as_object().ok_or_else(|| mismatch("an object"))?;
        for name in given.keys().filter(|name| !self.0.contains_key(*name)) {
            if outside.len() < MAX_OUTSIDE {
                outside.push(format!("{at}.{name}"));
            }
        }
        let mut members = Vec::with_capacity(self.0.len());
        for (name, member) in &self.0 {
            match (given.get(name), member.presence) {
                (None, Presence::Required) => return Err(mismatch("complete")),
                (None | Some(Value::Null), Presence::Optional) => {}
                (Some(value), _) => members.push((name.clone(), member.kind.represent(value, &format!("{at}.{name}"), outside)?)),
            }
        }
        RestrictedExpression::new_record(members).map_err(|_| mismatch("an object with each member once"))
    }
}

impl ArgumentType {
    fn to_cedar(&self) -> Option<Value> {
        match self {
            Self::Text => Some(json!({ "type": "String" })),
            Self::Integer => Some(json!({ "type": "Long" })),
            Self::Boolean => Some(json!({ "type": "Boolean" })),
            Self::List(element) => Some(json!({ "type": "Set", "element": element.to_cedar()? })),
            Self::Record(record) => Some(record.to_cedar()),
            Self::Outside => None,
        }
    }

    fn represent(&self, value: &Value, at: &str, outside: &mut Vec<String>) -> Result<RestrictedExpression, ArgumentMismatch> {
        let mismatch = |expected| ArgumentMismatch { argument: at.to_owned(), expected };
        match self {
            Self::Text => value.as_str().map(|text| RestrictedExpression::new_string(text.to_owned())).ok_or_else(|| mismatch("a string")),
            Self::Integer => value.as_i64().map(RestrictedExpression::new_long).ok_or_else(|| mismatch("a 64-bit integer")),
            Self::Boolean => value.as_bool().map(RestrictedExpression::new_bool).ok_or_else(|| mismatch("a boolean")),
            Self::List(element) => {
                let items = value.as_array().ok_or_else(|| mismatch("an array"))?;
                let items: Result<Vec<_>, _> = items.iter().map(|item| element.represent(item, at, outside)).collect();
                items.map(RestrictedExpression::new_set)
            }
            Self::Record(record) => record.represent_at(value, at, outside),
            // `Reader` keeps it out of records and lists.
            Self::Outside => Err(mismatch("of a type that rules can see")),
        }
    }
}

/// A type as read: `nullable` if `null` is among its values.
struct Read {
    kind: ArgumentType,
    nullable: bool,
}

const OUTSIDE: Read = Read { kind: ArgumentType::Outside, nullable: false };

struct Reader<'a> {
    root: &'a Value,
    types: usize,
}

impl Reader<'_> {
    fn read(&mut self, schema: &Value, depth: usize) -> Read {
        self.types += 1;
        let Some(keywords) = schema.as_object() else { return OUTSIDE };
        if depth > MAX_DEPTH || self.types > MAX_TYPES {
            return OUTSIDE;
        }
        if let Some(types) = keywords.get("type") {
            return self.read_type(types, keywords, depth);
        }
        if let Some(reference) = keywords.get("$ref") {
            let target = reference.as_str().and_then(|text| text.strip_prefix('#')).and_then(|pointer| self.root.pointer(pointer));
            return target.map_or(OUTSIDE, |target| self.read(target, depth + 1));
        }
        let constants =
            keywords.get("enum").and_then(Value::as_array).cloned().or_else(|| keywords.get("const").map(|value| vec![value.clone()]));
        if let Some(constants) = constants {
            let nullable = constants.iter().any(Value::is_null);
            let text = constants.iter().all(|value| value.is_null() || value.is_string()) && constants.iter().any(Value::is_string);
            return if text { Read { kind: ArgumentType::Text, nullable } } else { OUTSIDE };
        }
        match keywords.get("anyOf").or_else(|| keywords.get("oneOf")).and_then(Value::as_array) {
            Some(variants) => self.read_variants(variants, depth),
            None => OUTSIDE,
        }
    }

    /// Variants that are all of one type, apart from `null`, are that type.
    fn read_variants(&mut self, variants: &[Value], depth: usize) -> Read {
        let is_null = |variant: &&Value| variant.get("type").is_some_and(|kind| kind == "null");
        let mut nullable = variants.iter().any(|variant| is_null(&variant));
        let mut kinds = Vec::new();
        for variant in variants.iter().filter(|variant| !is_null(variant)) {
            let read = self.read(variant, depth + 1);
            nullable |= read.nullable;
            kinds.push(read.kind);
        }
        kinds.dedup();
        match (kinds.pop(), kinds.is_empty()) {
            (Some(kind), true) => Read { kind, nullable },
            _ => OUTSIDE,
        }
    }

    fn read_type(&mut self, types: &Value, keywords: &Map<String, Value>, depth: usize) -> Read {
        let names: Vec<&str> = match types {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return OUTSIDE,
        };
        let nullable = names.contains(&"null");
        let mut others = names.into_iter().filter(|name| *name != "null");
        let (Some(name), None) = (others.next(), others.next()) else { return OUTSIDE };
        let kind = match name {
            "string" => ArgumentType::Text,
            "integer" => ArgumentType::Integer,
            "boolean" => ArgumentType::Boolean,
            "object" => ArgumentType::Record(self.read_members(keywords, depth)),
            "array" if !keywords.contains_key("prefixItems") => match keywords.get("items").map(|items| self.read(items, depth + 1)) {
                Some(Read { kind, nullable: false }) if kind != ArgumentType::Outside => ArgumentType::List(Box::new(kind)),
                _ => ArgumentType::Outside,
            },
            _ => ArgumentType::Outside,
        };
        Read { kind, nullable }
    }

    fn read_members(&mut self, keywords: &Map<String, Value>, depth: usize) -> ArgumentRecord {
        let required = |name: &str| keywords.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|n| n == name));
        let mut members = BTreeMap::new();
        for (name, schema) in keywords.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let Read { kind, nullable } = self.read(schema, depth + 1);
            if kind != ArgumentType::Outside && is_member_name(name) {
                let presence = if required(name) && !nullable { Presence::Required } else { Presence::Optional };
                members.insert(name.clone(), Member { kind, presence });
            }
        }
        ArgumentRecord(members)
    }
}

/// Names that rules can write; two leading underscores are Cedar's own.
fn is_member_name(name: &str) -> bool {
    let shape = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    shape && !name.is_empty() && name.len() <= MAX_MEMBER_BYTES && !name.starts_with("__")
}

#[cfg(test)]
mod tests;
