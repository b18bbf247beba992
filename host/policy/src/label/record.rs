//! Results as records: values that stand together.

use serde_json::Value;

use super::role::Role;

/// Longest value of a record that another value can be, in bytes.
const MAX_VALUE_BYTES: usize = 256;
/// Deepest nesting that is looked at. Results were parsed with a limit of the same order before.
const MAX_DEPTH: usize = 64;

/// The values of one object, with the elements of its lists; or the elements of a list that is in no object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Record {
    /// What an argument can be: everything but what is said in it.
    pub(super) values: Vec<String>,
    /// What can name it: the values of an object, with what is said in it. Those of a bare list do not belong together.
    pub(super) names: Vec<String>,
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
    let mut record = Record::default();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let of_member: Vec<String> = match member {
                    Value::Array(items) => items.iter().filter_map(scalar).collect(),
                    Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                        scalar(member).into_iter().collect()
                    }
                };
                record.names.extend(of_member.iter().cloned());
                // Whoever writes a message writes what is said in it: no recipient is taken from there.
                if Role::of(name) == Role::Target {
                    record.values.extend(of_member);
                }
            }
            members.values().for_each(|member| collect_within(member, found, depth));
        }
        Value::Array(items) => {
            if depth == 0 {
                record.values.extend(items.iter().filter_map(scalar));
            }
            items.iter().for_each(|item| collect(item, found, depth + 1));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    if record != Record::default() {
        found.push(record);
    }
}

/// The records within a member of an object.
fn collect_within(member: &Value, found: &mut Vec<Record>, depth: usize) {
    match member {
        Value::Object(_) => collect(member, found, depth + 1),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
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
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let of = |values: &[&str], names: &[&str]| Record { values: texts(values), names: texts(names) };
        assert_eq!(found, [of(&["d"], &["d"]), of(&["5", "b", "c"], &["5", "a", "b", "c"]), of(&["e"], &[])]);
        assert!(records(&json!("one text")).is_empty());
    }
}
