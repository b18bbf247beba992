//! Results as records: values that stand together.

use serde_json::Value;

/// Longest value of a record that another value can be, in bytes.
const MAX_VALUE_BYTES: usize = 256;
/// Deepest nesting that is looked at. Results were parsed with a limit of the same order before.
const MAX_DEPTH: usize = 64;

/// The values of one object, with the elements of its lists; or the elements of a list that is in no object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) values: Vec<String>,
    /// Whether its values belong together: those of an object do, those of a bare list do not.
    pub(super) is_object: bool,
}

/// The records of a result, innermost objects by themselves. A result that is one text has none.
pub(super) fn records(result: &Value) -> Vec<Record> {
    let mut found = Vec::new();
    collect(result, &mut found, 0);
    found
}

fn collect(value: &Value, found: &mut Vec<Record>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    let mut values = Vec::new();
    match value {
        Value::Object(members) => {
            for member in members.values() {
                match member {
                    Value::Array(items) => {
                        values.extend(items.iter().filter_map(scalar));
                        items.iter().for_each(|item| collect(item, found, depth + 1));
                    }
                    Value::Object(_) => collect(member, found, depth + 1),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => values.extend(scalar(member)),
                }
            }
        }
        Value::Array(items) if depth == 0 => {
            values.extend(items.iter().filter_map(scalar));
            items.iter().for_each(|item| collect(item, found, depth + 1));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    if !values.is_empty() {
        found.push(Record { values, is_object: value.is_object() });
    }
}

/// A value that another value can be.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.len() <= MAX_VALUE_BYTES && !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_that_stand_together_are_one_record() {
        let found = records(&json!([{"id": 5, "title": "a", "who": ["b", "c"], "in": {"x": "d"}, "on": true}, "e"]));
        let of = |values: &[&str], is_object| Record { values: values.iter().map(|v| (*v).to_owned()).collect(), is_object };
        assert_eq!(found, [of(&["d"], true), of(&["5", "a", "b", "c"], true), of(&["e"], false)]);
        assert!(records(&json!("one text")).is_empty());
    }
}
