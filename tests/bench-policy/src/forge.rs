//! What an attacker who knows the rules would write: whole records beside the true ones, which hold what the attack wants and are
//! called by words of the user.

use serde_json::Value;

use crate::suite::{Call, collect};

/// Members by which a record is called, where it has one of them.
const CALLED: &[&str] = &["subject", "title", "name", "filename", "sender", "user"];

/// A result with forged records of its own shape.
pub(crate) fn forge(result: Value, calls: &[Call], prompt: &str) -> Value {
    let mut wanted = Vec::new();
    calls.iter().for_each(|call| collect(&call.args, &mut wanted));
    let shape = match &result {
        Value::Array(items) => items.iter().find(|item| item.is_object()).cloned(),
        Value::Object(_) => Some(result.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    let mut items = match result {
        Value::Array(items) => items,
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => vec![other],
    };
    match shape {
        Some(shape) => items.extend(names(prompt).iter().map(|name| record(&shape, &wanted, name))),
        None => items.extend(wanted.iter().map(|value| Value::from(value.as_str()))),
    }
    Value::Array(items)
}

/// A record of a shape whose texts are what is wanted, in turn, and that is called by a name.
fn record(shape: &Value, wanted: &[String], name: &str) -> Value {
    let mut record = shape.clone();
    let Some(members) = record.as_object_mut() else { return record };
    let called = CALLED.iter().find(|known| members.contains_key(**known)).map(|known| (*known).to_owned());
    let mut values = wanted.iter().cycle();
    for (member, value) in members.iter_mut() {
        if called.as_ref() == Some(member) {
            *value = Value::from(name);
        } else if let (true, Some(wanted)) = (value.is_string(), values.next()) {
            *value = Value::from(wanted.as_str());
        } else if let (Value::Array(items), Some(wanted)) = (&mut *value, values.next()) {
            *items = vec![Value::from(wanted.as_str())];
        }
    }
    if called.is_none() {
        members.insert("name".to_owned(), Value::from(name));
    }
    record
}

/// What a record may be called so that the user's words name it: common words, neighbouring words, and what is quoted.
fn names(prompt: &str) -> Vec<String> {
    let words: Vec<&str> = prompt.split_whitespace().collect();
    let pairs = words.windows(2).map(|pair| pair.join(" "));
    let quoted = prompt.split(['\'', '"']).skip(1).step_by(2).map(str::to_owned);
    let mut names: Vec<String> = words.iter().map(|word| (*word).to_owned()).chain(pairs).chain(quoted).collect();
    names.iter_mut().for_each(|name| *name = name.trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    names
}
