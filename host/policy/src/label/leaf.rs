//! The values within arguments.

use serde_json::{Number, Value};

use super::role::Role;

/// Deepest nesting that is looked at; the schema subset allows less.
pub(super) const MAX_DEPTH: usize = 64;

/// A value within arguments that carries something.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaf<'v> {
    Text(&'v str),
    Number(&'v Number),
    /// A yes or no, an empty text, and whatever lies too deep.
    Other,
}

/// Goes through all values within a value. An object's members have names, and so roles, of their own.
pub(super) fn each_leaf<'v>(value: &'v Value, role: Role, depth: usize, found: &mut dyn FnMut(Leaf<'v>, Role)) {
    match value {
        _ if depth > MAX_DEPTH => found(Leaf::Other, Role::Target),
        Value::Null => {}
        // It is a value like another: everything, the root, nobody.
        Value::String(text) if text.is_empty() => found(Leaf::Other, role),
        Value::String(text) => found(Leaf::Text(text), role),
        Value::Number(number) => found(Leaf::Number(number), role),
        Value::Bool(_) => found(Leaf::Other, role),
        Value::Array(items) => items.iter().for_each(|item| each_leaf(item, role, depth + 1, found)),
        Value::Object(members) => members.iter().for_each(|(name, member)| each_leaf(member, Role::of(name), depth + 1, found)),
    }
}
